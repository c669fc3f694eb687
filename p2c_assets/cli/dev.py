"""`p2c dev`: the twins, the receiver of their events and the Dagster UI together, on what the demo left behind."""

import os
import secrets
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from p2c_assets.cli import processes, show
from p2c_assets.cli.endpoints import point_at
from p2c_assets.cli.warehouse import find_home
from p2c_assets.sandbox.scenario import loading as scenario
from p2c_assets.sandbox.serve import HOST
from p2c_assets.settings import Settings, config_path, load

SECRET = "P2C_EVENTS__SECRET"
LIVELY = {"P2C_EVENTS__SALES": '["*"]', "P2C_EVENTS__SCM": '["*"]', "P2C_SENSORS__RUNNING": "true"}
"""What the twins' events are good for; variables of the caller win."""


def dev(port: int) -> None:
    """Run until Ctrl-C; everything started here ends with it."""
    processes.listen_for_the_end()
    settings = load(config_path())
    processes.check_that_twins_may_start(settings.sales.url, settings.scm.url)
    find_home()
    with _twins(settings), _receiver(settings) as environment:
        show.console.print(
            f"Dagster UI: http://{HOST}:{port}   twins: {settings.sales.url} {settings.scm.url}   Ctrl-C ends all"
        )
        dagster = str(Path(sys.executable).with_name("dagster"))
        with processes.started([dagster, "dev", "-h", HOST, "-p", str(port)], environment) as ui:
            try:
                ui.wait()
            except KeyboardInterrupt:
                show.console.print("ending the UI, the receiver and the twins")


@contextmanager
def _twins(settings: Settings) -> Generator[None]:
    """Both twins with the state that the demo left; without one the scenario."""
    twins = settings.paths.warehouse.parent / "sandbox"
    is_new = not twins.exists()
    ports = [httpx.URL(system.url).port or 0 for system in (settings.sales, settings.scm)]
    with processes.sandbox(twins, *ports):
        if is_new:
            scenario.load(settings.sales.url, settings.scm.url)
        yield


@contextmanager
def _receiver(settings: Settings) -> Generator[Mapping[str, str]]:
    """The receiver with both twins pointed at it; the environment in which sensors rely on events."""
    secret = os.environ.get(SECRET) or secrets.token_urlsafe(24)
    environment = {**LIVELY, **os.environ, SECRET: secret}
    url = f"http://{settings.events.host}:{settings.events.port}/"
    arguments = [sys.executable, "-m", "p2c_assets.cli.app", "events"]
    with processes.started(arguments, environment) as receiver:
        processes.wait_for(url, receiver)
        point_at(settings, url, secret)
        yield environment
