"""Other processes that commands start and end: each in a process group of its own, so that no child is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from p2c_assets.errors import SettingsError
from p2c_assets.sandbox.serve import HOST, answers, wait_until_ready

GRACE_S = 15.0
START_S = 30.0


def listen_for_the_end() -> None:
    """Ctrl-C and SIGTERM both end this process by KeyboardInterrupt, also where its parent had it ignore them."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def check_that_twins_may_start(*urls: str) -> None:
    """Raises SettingsError where a URL is no address of a twin, or where something answers there already.

    The demo empties its warehouse and its twins: neither may be somebody's.
    """
    for url in urls:
        if httpx.URL(url).host != HOST:
            raise SettingsError(f"{url} is no twin's address ({HOST}): twins are neither started nor emptied for it")
        if answers(url):
            raise SettingsError(f"something answers at {url} already; end it first (`make dev`, `p2c sandbox serve`)")


@contextmanager
def started(
    arguments: Sequence[str], environment: Mapping[str, str], output: int | None = None
) -> Generator[subprocess.Popen[bytes]]:
    """A process while the context is open; its whole group is ended with it."""
    process = subprocess.Popen(
        arguments, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, start_new_session=True
    )
    try:
        yield process
    finally:
        end(process)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Return when something answers there. Raises SettingsError when the process has ended, or takes too long."""
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            httpx.get(url, timeout=5.0, trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise SettingsError(f"nothing answers at {url} (exit code of what was started: {process.poll()})")


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask the process's group to stop, then make it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None or number == signal.SIGKILL:
            _signal_group(process, number)
        try:
            process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            continue


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


@contextmanager
def sandbox(data: Path, sales_port: int, scm_port: int) -> Generator[None]:
    """Both twins in a process of their own, with their state in `data`, until the context closes."""
    ports = ["--sales-port", str(sales_port), "--scm-port", str(scm_port)]
    arguments = [sys.executable, "-m", "p2c_assets.sandbox", *ports, "--data", str(data)]
    with started(arguments, os.environ, subprocess.DEVNULL):
        for port in (sales_port, scm_port):
            wait_until_ready(f"http://{HOST}:{port}")
        yield
