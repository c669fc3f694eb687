"""The receiver on a free loopback port, as `p2c events` serves it."""

import threading
import time
from collections.abc import Collection, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from p2c_assets.events import serving, wakes
from p2c_assets.events.receiver import Receiver
from p2c_assets.events.wakes import Wake, Wakes
from p2c_assets.settings import EventSettings

KEY = "a-key-for-tests"


class Listening(NamedTuple):
    """Where it is, and what it has noted."""

    url: str
    noted: Wakes

    @property
    def with_key(self) -> str:
        return f"{self.url}?code={KEY}"

    def wakes(self, *names: str) -> list[Wake]:
        """What is pending once these entities are; fails when they do not come."""
        deadline = time.monotonic() + 10
        while not set(names) <= {wake.entity for wake in self.noted.pending()}:
            assert time.monotonic() < deadline, self.noted.pending()
            time.sleep(0.01)
        return self.noted.pending()


@contextmanager
def listening(file: Path, companies: Collection[str] = ("usmf", "demf"), kept_ids: int = 1000) -> Generator[Listening]:
    """Serve while the context is open."""
    settings = EventSettings(port=0)
    with wakes.opened(file, kept_ids) as noted, serving.listener(settings) as socket:
        server = serving.server(Receiver(noted, KEY, companies))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        with wakes.opened(file, kept_ids) as seen:
            yield Listening(f"http://127.0.0.1:{socket.getsockname()[1]}/", seen)
        server.should_exit = True
        thread.join(timeout=10)
