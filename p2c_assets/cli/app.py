"""`p2c`: the command line. Every command's work is in a module of its own beside this one."""

from pathlib import Path
from typing import Annotated

import typer

from p2c_assets.cli import demo as demos
from p2c_assets.cli import dev as development
from p2c_assets.cli import events as receivers
from p2c_assets.cli import purge as purges
from p2c_assets.cli import quarantine as quarantines
from p2c_assets.cli import report as reports
from p2c_assets.cli import retry as retries
from p2c_assets.cli import run as runs
from p2c_assets.cli import trace as traces
from p2c_assets.cli.sandbox import app as sandbox
from p2c_assets.cli.show import stopped_with_reason
from p2c_assets.cli.trace import Traceable

app = typer.Typer(
    help="Keeps Dynamics 365 Sales and Supply Chain Management in agreement.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(sandbox, name="sandbox")


@app.command()
def demo(
    json: Annotated[Path | None, typer.Option(help="Write the figures to this file as well.")] = None,
    adventureworks: Annotated[
        Path | None, typer.Option(help="Folder with the AdventureWorks CSV files, instead of the built-in scenario.")
    ] = None,
    idle_check: Annotated[
        bool, typer.Option("--idle-check", help="Run the chain a third time: it must write nothing.")
    ] = False,
) -> None:
    """Run the whole chain against local twins: sync, a day of work in the ERP, sync again; then show what came of it.

    Starts from empty twins and an empty warehouse. Exit code 1 when anything is unexplained.
    """
    with stopped_with_reason():
        explained = demos.demo(json, adventureworks, idle_check)
    raise typer.Exit(0 if explained else 1)


@app.command()
def run(
    flow: Annotated[str | None, typer.Option(help="One flow only (accounts, orders ...). Default: all.")] = None,
    company: Annotated[list[str] | None, typer.Option(help="A company; may be given again. Default: all.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write the figures to this file as well.")] = None,
    retry_refused: Annotated[
        bool, typer.Option("--retry-refused", help="Send again what was refused before, though nothing of it changed.")
    ] = False,
    changes: Annotated[
        bool, typer.Option("--changes", help="Read only what changed, and compare what was read before.")
    ] = False,
) -> None:
    """Synchronise now, in this process: both systems of p2c.toml, one company after the other.

    Exit code 1 when a run failed or anything is unexplained, 75 when another run holds the warehouse.
    """
    with stopped_with_reason():
        explained = runs.run(flow, company or [], json, retry_refused=retry_refused, only_changes=changes)
    raise typer.Exit(0 if explained else 1)


@app.command()
def trace(
    kind: Traceable,
    number: str,
    company: Annotated[str | None, typer.Option(help="Its company, where several have that number.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print it as markdown.")] = False,
) -> None:
    """Follow one record through both systems: what is behind it, what happened to it, what was made of it, its total."""
    with stopped_with_reason():
        traces.trace(kind, number, company, markdown)


@app.command()
def report(
    output: Annotated[Path | None, typer.Option(help="The file; default: report.html beside the warehouse.")] = None,
) -> None:
    """Write one HTML file for people who do not use a terminal: money, differences, quarantine, outcomes, throughput."""
    with stopped_with_reason():
        reports.report(output)


@app.command()
def quarantine(
    company: Annotated[str | None, typer.Option(help="One company only. Default: all.")] = None,
    reason: Annotated[str | None, typer.Option(help="One reason only (docs/reasons.md lists them).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON, with every document.")] = False,
) -> None:
    """Show what is rejected, held or refused, by root cause: since when, how much money, who can act and how."""
    with stopped_with_reason():
        quarantines.quarantine(company, reason, json)


@app.command()
def retry(
    company: Annotated[list[str] | None, typer.Option(help="A company; may be given again. Default: all.")] = None,
    flow: Annotated[str | None, typer.Option(help="One flow only. Default: all.")] = None,
    document: Annotated[str | None, typer.Option(help="One document only, by its number.")] = None,
) -> None:
    """Let the next run send again what a destination refused, though nothing of it changed here."""
    with stopped_with_reason():
        retries.retry(company or [], flow, document)


@app.command()
def purge(
    key: Annotated[str, typer.Option(help="The number of an account or contact, in either system.")],
    company: Annotated[str | None, typer.Option(help="Its company, where several have that number.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget the personal data of one account or contact, and that on its documents; counts and money stay."""
    with stopped_with_reason():
        purges.purge(key, company, is_sure=yes)


@app.command()
def events(
    host: Annotated[str | None, typer.Option(help="Address to listen at; default: events.host.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen at; default: events.port.")] = None,
    register_at: Annotated[
        str | None, typer.Option(help="Register the webhooks in Sales so that they come to this URL, and end.")
    ] = None,
) -> None:
    """Take webhooks of Sales and events of SCM, and note what has changed for the sensors. Ctrl-C ends it."""
    with stopped_with_reason():
        if register_at is None:
            receivers.events(host, port)
        else:
            receivers.registered(register_at)


@app.command()
def dev(
    port: Annotated[int, typer.Option(help="Port of the Dagster UI.")] = 3000,
) -> None:
    """Start the twins of p2c.toml and the Dagster UI, with what the demo left; Ctrl-C ends both."""
    with stopped_with_reason():
        development.dev(port)


if __name__ == "__main__":
    app()
