"""What the command line prints: progress, tables, and the reason when it stops."""

import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import typer
from rich.console import Console

from p2c_assets.defs.chain import Ran
from p2c_assets.errors import P2cError
from p2c_assets.reports.balance import Balance, as_data
from p2c_assets.reports.tables import money_lines, outcome_lines
from p2c_assets.sandbox.admin_client import AdminError
from p2c_assets.sandbox.adventureworks.files import MissingFileError
from p2c_assets.sandbox.csv_files import UnknownFileError
from p2c_assets.sandbox.serve import SandboxError
from p2c_assets.warehouse.database import WarehouseBusyError

console = Console(highlight=False, soft_wrap=False)
errors = Console(stderr=True, highlight=False)


@contextmanager
def stopped_with_reason() -> Generator[None]:
    """Say why instead of a traceback: 75 (try again later) for a busy warehouse, 2 for everything we know the cause of."""
    try:
        yield
    except WarehouseBusyError as error:
        errors.print(f"[red]busy:[/red] {error}")
        raise typer.Exit(os.EX_TEMPFAIL) from error
    except httpx.ConnectError as error:
        errors.print(
            f"[red]stopped:[/red] nothing answers at {error.request.url}; `p2c sandbox serve` starts the twins"
        )
        raise typer.Exit(2) from error
    except (P2cError, SandboxError, AdminError, UnknownFileError, MissingFileError) as error:
        errors.print(f"[red]stopped:[/red] {error}", markup=True)
        raise typer.Exit(2) from error


def planned(run: Ran) -> None:
    """One line per run of a dry run, as it ends."""
    ran(run, "planned")


def ran(run: Ran, done: str = "synchronised") -> None:
    """One line per run of the chain, as it ends."""
    what = "Sales read" if run.company is None else f"{run.company} {done}"
    mark = "[green]done[/green]" if run.succeeded else "[red]failed[/red]"
    console.print(f"  {what:<20} {mark} {run.seconds:5.1f} s")
    for problem in run.problems:
        console.print(f"    [red]{problem}[/red]", markup=True)


def balance(found: Balance) -> None:
    """What became of every row, both systems' money, and the verdict."""
    for line in (*outcome_lines(found), "", "Both systems' money, read afresh after delivery", *money_lines(found)):
        print(line)
    print()
    unexplained = sum(money.unexplained for money in found.money)
    money = sum(money.unexplained_amount for money in found.money)
    colour = "green" if found.is_explained else "red"
    console.print(f"[{colour}]unexplained: {money:.2f} in {unexplained} records[/{colour}]")


def write_json(path: Path | None, found: Balance, more: dict[str, object]) -> None:
    """The same figures as data."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({**as_data(found), **more}, indent=2, default=str) + "\n", encoding="utf-8")
