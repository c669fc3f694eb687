"""`p2c sandbox`: the twins by themselves, for people who rehearse with their own rows."""

import json as jsons
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from p2c_assets.cli import show
from p2c_assets.sandbox import csv_files
from p2c_assets.sandbox import serve as serving
from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.live.play import Outcome, Plan, play

app = typer.Typer(help="Local twins of both systems.", no_args_is_help=True)

SALES_URL = f"http://{serving.HOST}:{serving.SALES_PORT}"
SCM_URL = f"http://{serving.HOST}:{serving.SCM_PORT}"

SalesUrl = Annotated[str, typer.Option(help="Where the Sales twin is.")]
ScmUrl = Annotated[str, typer.Option(help="Where the SCM twin is.")]


@app.command()
def serve(
    sales_port: int = serving.SALES_PORT,
    scm_port: int = serving.SCM_PORT,
    data: Annotated[Path | None, typer.Option(help="Folder that keeps the twins' state; default: memory.")] = None,
    tls: Annotated[
        bool, typer.Option("--tls", help="Listen with TLS too, with a certificate authority of its own.")
    ] = False,
    sales_tls_port: int = serving.SALES_TLS_PORT,
    scm_tls_port: int = serving.SCM_TLS_PORT,
) -> None:
    """Run both twins in the foreground and print the variables that point any client at them."""
    with show.stopped_with_reason():
        secure = serving.TlsPorts(sales_tls_port, scm_tls_port) if tls else None
        serving.serve(sales_port, scm_port, data, secure)


@app.command()
def load(directory: Path, sales_url: SalesUrl = SALES_URL, scm_url: ScmUrl = SCM_URL) -> None:
    """Fill the running twins from CSV files named after entity sets (accounts.csv, CustomersV2.csv ...)."""
    with show.stopped_with_reason():
        if not directory.is_dir():
            raise serving.SandboxError(f"{directory} is not a folder")
        csv_files.load(directory, sales_url, scm_url)


@app.command()
def advance(
    days: int = 1,
    minutes: Annotated[
        int | None, typer.Option(help="Move the clocks by minutes instead; nobody does anything.")
    ] = None,
    sales_url: SalesUrl = SALES_URL,
    scm_url: ScmUrl = SCM_URL,
) -> None:
    """Let days pass in both running twins: sales people and ERP clerks do what is due."""
    with show.stopped_with_reason():
        for name, url in (("Sales", sales_url), ("SCM", scm_url)):
            with AdminClient(url) as client:
                passed = client.advance(days) if minutes is None else client.move_clock(minutes=minutes)
                show.console.print(f"{name}: {passed}")


@app.command()
def live(
    every: Annotated[float, typer.Option(help="Seconds between two acts.", min=0.1)] = Plan().every_s,
    minutes: Annotated[float, typer.Option(help="How long people keep working.", min=0.0)] = Plan().minutes,
    seed: Annotated[int, typer.Option(help="Another seed does other things.")] = Plan().seed,
    patience: Annotated[
        float, typer.Option(help="Seconds to wait at the end for what has not arrived.")
    ] = Plan().patience_s,
    json: Annotated[Path | None, typer.Option(help="Write the figures to this file as well.")] = None,
    sales_url: SalesUrl = SALES_URL,
    scm_url: ScmUrl = SCM_URL,
) -> None:
    """Sales people and ERP clerks keep working in both running twins; how long changes take to the other side is measured.

    Exit code 1 when something has not arrived.
    """
    plan = Plan(every, minutes, seed, patience)
    with show.stopped_with_reason():
        outcome = play(sales_url, scm_url, plan, _say)
        _show(outcome)
        if json is not None:
            json.parent.mkdir(parents=True, exist_ok=True)
            json.write_text(jsons.dumps(outcome.as_data(plan), indent=2) + "\n", encoding="utf-8")
    raise typer.Exit(1 if outcome.missing else 0)


def _say(words: str) -> None:
    show.console.print(f"{datetime.now(UTC):%H:%M:%S} {words}", markup=False, soft_wrap=True)


def _show(outcome: Outcome) -> None:
    print(
        f"\nseconds from change to arrival ({outcome.acts} acts; load average {outcome.load[0]} to {outcome.load[1]})"
    )
    print(f"{'':<14} {'arrived':>8} {'median':>8} {'worst':>8}")
    for one in outcome.figures:
        print(f"{one.kind:<14} {one.arrived:>8} {one.median_s:>8.1f} {one.worst_s:>8.1f}")
    for one in outcome.missing:
        print(f"not arrived: {one.what}")
