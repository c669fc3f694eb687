"""The receiver's socket."""

import socket

import pytest

from p2c_assets.errors import SettingsError
from p2c_assets.events import serving
from p2c_assets.settings import EventSettings


def test_an_answer_in_two_packets_does_not_wait_for_an_acknowledgement() -> None:
    with serving.listener(EventSettings(port=0)) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"events.port {port} cannot be opened"):
            serving.listener(EventSettings(port=port))
