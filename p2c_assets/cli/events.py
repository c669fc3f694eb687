"""`p2c events`: the receiver of events in the foreground, and the registration of webhooks in Sales."""

import asyncio

from pydantic import SecretStr

from p2c_assets.cli import show
from p2c_assets.connectors.dataverse.client import DataverseClient
from p2c_assets.errors import SettingsError
from p2c_assets.events import serving, subjects, wakes
from p2c_assets.events.receiver import Receiver
from p2c_assets.events.registration import register
from p2c_assets.mappings import catalogue
from p2c_assets.settings import EventSettings, Settings, config_path, load


def events(host: str | None, port: int | None) -> None:
    """Listen until Ctrl-C. Raises SettingsError without a secret, or where the port cannot be opened."""
    settings = load(config_path())
    named = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    listening = settings.events.model_copy(update=named)
    secret = _secret(listening)
    with wakes.opened(settings.paths.events) as noted, serving.listener(listening) as listener:
        receiver = Receiver(noted, secret.get_secret_value(), frozenset(settings.companies), _say)
        address, at = listener.getsockname()[:2]
        show.console.print(f"receiving events at http://{address}:{at}/   Ctrl-C ends it", soft_wrap=True)
        serving.server(receiver).run([listener])


def registered(url: str) -> None:
    """Register the webhooks of the settings' tables (all, where none is named) and say how many are new."""
    settings = load(config_path())
    secret = _secret(settings.events).get_secret_value()
    show.console.print(f"Sales posts to {url}; {register_at(settings, url, secret)} steps are new", soft_wrap=True)


def register_at(settings: Settings, url: str, secret: str) -> int:
    """Have Sales post to this address; how many steps are new. Raises what the client raises."""
    return asyncio.run(_register(settings, url, secret))


async def _register(settings: Settings, url: str, secret: str) -> int:
    named = subjects.told(settings.events, "sales")
    tables = [entity for entity in catalogue.ENTITIES.values() if entity.system == "sales"]
    chosen = [entity for entity in tables if entity.name in named] or tables
    async with DataverseClient.connect(settings.sales) as client:
        return await register(client, url, secret, chosen)


def _secret(settings: EventSettings) -> SecretStr:
    if settings.secret is None or not settings.secret.get_secret_value():
        raise SettingsError("events.secret is missing: set it as P2C_EVENTS__SECRET; senders have to bring it")
    return settings.secret


def _say(words: str) -> None:
    show.console.print(words, markup=False, soft_wrap=True)
