"""Both twins told to send their events to a receiver: Sales by its own Web API, SCM by what its administrators click."""

from p2c_assets.cli.events import register_at
from p2c_assets.events.receiver import KEY_PARAMETER
from p2c_assets.events.registration import MESSAGES, NAME
from p2c_assets.events.subjects import BUSINESS_EVENTS
from p2c_assets.mappings import catalogue
from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.settings import Settings


def point_at(settings: Settings, url: str, secret: str) -> None:
    """Webhooks of every table, data events of every entity and the business events, of all companies."""
    register_at(settings, url, secret)
    with AdminClient(settings.scm.url) as twin:
        twin.call("event-endpoints", {"name": NAME, "url": f"{url}?{KEY_PARAMETER}={secret}"})
        for entity in catalogue.ENTITIES.values():
            if entity.system == "scm":
                for operation in MESSAGES:
                    event = {"set": entity.entity_set, "operation": operation, "endpoint": NAME}
                    twin.call("data-events", event)
        for event in BUSINESS_EVENTS:
            twin.call("business-events", {"event": event, "endpoint": NAME})
