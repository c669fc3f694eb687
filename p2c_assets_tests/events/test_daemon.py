"""The whole of it as people run it: `p2c dev` with Dagster's daemon, its sensors, the receiver and both twins."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from p2c_assets.cli import processes
from p2c_assets.sandbox.live.play import Plan, play
from p2c_assets.sandbox.serve import CLIENT_SECRET

PROJECT = Path(__file__).parents[2]
FIRST_ORDER = "SO-US-01"
PATIENCE_S = 600.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Running:
    """A configuration of its own in a folder, and the process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sales, self.scm, events, self.ui = (free_port() for _ in range(4))
        configuration = (PROJECT / "p2c.toml").read_text(encoding="utf-8")
        configuration = configuration.replace(":8101", f":{self.sales}").replace(":8102", f":{self.scm}")
        (folder / "p2c.toml").write_text(f"{configuration}\n[events]\nport = {events}\n", encoding="utf-8")
        for name in ("dagster.yaml", "workspace.yaml"):
            (folder / name).write_text((PROJECT / name).read_text(encoding="utf-8"), encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        secrets = {f"P2C_{system}__CLIENT_SECRET": CLIENT_SECRET for system in ("SALES", "SCM")}
        home = {"P2C_CONFIG": str(self.folder / "p2c.toml"), "DAGSTER_HOME": str(self.folder)}
        return {**os.environ, **secrets, **home, "DAGSTER_DISABLE_TELEMETRY": "yes"}

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def wait_for_the_first_order(self, process: subprocess.Popen[bytes]) -> None:
        """The first tick has everything read, and the first run brings it over."""
        deadline = time.monotonic() + PATIENCE_S
        while FIRST_ORDER not in self._orders():
            assert process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()[-5000:]
            time.sleep(1)

    def _orders(self) -> set[str]:
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.scm}/_sandbox/rows/CDSSalesOrderHeaders", trust_env=False)
        except httpx.TransportError:
            return set()
        return {row["SalesOrderNumber"] for row in answer.json().get("value", [])}


@pytest.fixture
def running(tmp_path: Path) -> Generator[Running]:
    found = Running(tmp_path)
    arguments = [sys.executable, "-m", "p2c_assets.cli.app", "dev", "--port", str(found.ui)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            arguments, cwd=tmp_path, env=found.environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            found.wait_for_the_first_order(process)
            yield found
        finally:
            processes.end(process)


@pytest.mark.prove
def test_changes_in_both_systems_arrive_in_the_other_while_the_daemon_runs(running: Running) -> None:
    said: list[str] = []
    plan = Plan(every_s=4.0, minutes=1.0, seed=4, patience_s=PATIENCE_S)
    outcome = play(f"http://127.0.0.1:{running.sales}", f"http://127.0.0.1:{running.scm}", plan, said.append)
    print("\n".join(said), outcome.figures, outcome.load, sep="\n")
    assert outcome.missing == []
    assert outcome.figures[-1].arrived == outcome.acts > 5
    assert "Sensor sales_changes skipped: a run that follows changes is queued or running" in running.log()
    assert "Traceback" not in running.log()
