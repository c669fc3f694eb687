"""The receiver served by uvicorn, in the foreground."""

import socket

import uvicorn

from p2c_assets.errors import SettingsError
from p2c_assets.events.receiver import Receiver
from p2c_assets.settings import EventSettings


def listener(settings: EventSettings) -> socket.socket:
    """The socket of the settings, whose connections send at once what is written to them: asyncio asks for that only of a
    socket that is made for TCP by name. Raises SettingsError where it cannot be opened.
    """
    try:
        listening = socket.create_server((settings.host, settings.port))
    except OSError as error:
        where = f"events.host {settings.host!r}, events.port {settings.port}"
        raise SettingsError(f"{where} cannot be opened: {error.strerror}") from error
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def server(receiver: Receiver) -> uvicorn.Server:
    """A server that waits to be given its socket. Without a log of addresses: the key stands in them."""
    config = uvicorn.Config(
        receiver.application(), log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=2
    )
    return uvicorn.Server(config)
