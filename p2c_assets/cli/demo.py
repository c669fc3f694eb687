"""`p2c demo`: empty twins, a scenario, the chain, a day of the ERP, the chain again, and if asked a third that writes nothing."""

import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import httpx

from p2c_assets.cli import processes, show
from p2c_assets.cli.run import synchronise
from p2c_assets.cli.warehouse import history
from p2c_assets.defs.chain import Ran
from p2c_assets.reports.balance import Balance
from p2c_assets.sandbox.adventureworks import loading as adventureworks
from p2c_assets.sandbox.scenario import loading as scenario
from p2c_assets.sandbox.serve import HOST
from p2c_assets.settings import Settings, build, config_path, load
from p2c_assets.warehouse.database import opened

ADVENTUREWORKS_PORTS = (8111, 8112)


class Stage(NamedTuple):
    """Where a demo plays: settings that point to its twins, and the folder that keeps the twins' state."""

    settings: Settings
    twins: Path
    ports: tuple[int, int]


def demo(json: Path | None, directory: Path | None, idle_check: bool) -> bool:
    """Play the demo; whether everything ran and is explained and, with `idle_check`, a third chain wrote nothing."""
    processes.listen_for_the_end()
    started = time.monotonic()
    stage = _built_in() if directory is None else _adventureworks()
    processes.check_that_twins_may_start(stage.settings.sales.url, stage.settings.scm.url)
    _start_afresh(stage)
    paths = stage.settings.paths
    held = opened(paths.warehouse, paths.warehouse_wait_s)  # written to its file once, at the end
    with processes.sandbox(stage.twins, *stage.ports), history() as instance, held:
        _fill(stage.settings, directory)
        done, _ = _chain("First chain", stage.settings, instance)
        let_a_day_pass(stage.settings)
        again, found = _chain("Second chain", stage.settings, instance)
        writes: dict[str, int] = {}
        if idle_check:
            _forget_requests(stage.settings)
            idle, found = _chain("Third chain, which has nothing to do", stage.settings, instance)
            again, writes = [*again, *idle], _writes(stage.settings)
    show.balance(found)
    _say_what_was_written(idle_check, writes)
    show.write_json(json, found, {"writes_of_the_third_chain": writes, "seconds": time.monotonic() - started})
    show.console.print(f"{time.monotonic() - started:.0f} s in all. {_next_steps(directory)}")
    return _is_good([*done, *again], found, writes)


def _built_in() -> Stage:
    settings = load(config_path())
    ports = (_port(settings.sales.url), _port(settings.scm.url))
    return Stage(settings, settings.paths.warehouse.parent / "sandbox", ports)


def _adventureworks() -> Stage:
    """The same settings with AdventureWorks' companies, and a warehouse and twins of its own."""
    base = load(config_path())
    folder = base.paths.warehouse.parent / "adventureworks"
    environment = {"sales": ADVENTUREWORKS_PORTS[0], "scm": ADVENTUREWORKS_PORTS[1]}
    values: dict[str, Any] = {
        system: {**getattr(base, system).model_dump(), **_at(port)} for system, port in environment.items()
    }
    values |= {
        "companies": adventureworks.settings_companies(),
        "paths": {"warehouse": folder / "p2c.duckdb", "events": folder / "events.sqlite3"},
    }
    return Stage(build(values, folder), folder / "sandbox", ADVENTUREWORKS_PORTS)


def _at(port: int) -> dict[str, str]:
    url = f"http://{HOST}:{port}"
    return {"url": url, "token_url": f"{url}/sandbox/oauth2/v2.0/token"}


def _port(url: str) -> int:
    return httpx.URL(url).port or 0


def _start_afresh(stage: Stage) -> None:
    warehouse = stage.settings.paths.warehouse
    for path in (warehouse, stage.settings.paths.events):
        for end in ("", ".wal", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
    shutil.rmtree(stage.twins, ignore_errors=True)


def _fill(settings: Settings, directory: Path | None) -> None:
    show.console.print("[bold]Filling the twins[/bold]")
    if directory is None:
        scenario.load(settings.sales.url, settings.scm.url)
    else:
        adventureworks.load(directory, settings.sales.url, settings.scm.url)


def _chain(title: str, settings: Settings, instance: dg.DagsterInstance) -> tuple[list[Ran], Balance]:
    show.console.print(f"\n[bold]{title}[/bold]")
    return synchronise(settings, instance, None, [], show.ran)


def let_a_day_pass(settings: Settings) -> None:
    """One day in both twins, said aloud."""
    show.console.print("\n[bold]A day passes: the ERP books, confirms, totals, picks, packs and invoices[/bold]")
    for url in (settings.sales.url, settings.scm.url):
        answer = _ask("POST", f"{url}/_sandbox/advance", {"days": 1})
        show.console.print("  " + ", ".join(f"{name}: {value}" for name, value in answer.items() if value))


def _forget_requests(settings: Settings) -> None:
    for url in (settings.sales.url, settings.scm.url):
        _ask("POST", f"{url}/_sandbox/requests/reset", {})


def _writes(settings: Settings) -> dict[str, int]:
    """Requests other than GET, as the twins counted them; tokens apart."""
    counted: dict[str, int] = {}
    for url in (settings.sales.url, settings.scm.url):
        report = _ask("GET", f"{url}/_sandbox/requests", None)
        for method in ("POST", "PATCH", "PUT", "DELETE"):
            counted[method] = counted.get(method, 0) + int(report.get(method, 0))
    return counted


def _ask(method: str, url: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
    response = httpx.request(method, url, json=body, timeout=600, trust_env=False)
    return response.raise_for_status().json()


def _say_what_was_written(asked: bool, writes: Mapping[str, int]) -> None:
    if not asked:
        return
    total = sum(writes.values())
    colour = "green" if total == 0 else "red"
    show.console.print(
        f"[{colour}]the third chain sent {total} requests other than GET (the twins' own count)[/{colour}]"
    )


def _next_steps(directory: Path | None) -> str:
    if directory is not None:
        return "The twins' state and the warehouse are under .p2c/adventureworks."
    return "Next: `make dev` shows these runs in the Dagster UI; the warehouse is .p2c/p2c.duckdb."


def _is_good(done: list[Ran], found: Balance, writes: Mapping[str, int]) -> bool:
    return all(one.succeeded for one in done) and found.is_explained and not sum(writes.values())
