"""`p2c`: the command line. Every command's work is in a module of its own beside this one."""

from pathlib import Path
from typing import Annotated

import typer

from p2c_assets.cli import approve as approvals
from p2c_assets.cli import demo as demos
from p2c_assets.cli import dev as development
from p2c_assets.cli import doctor as doctors
from p2c_assets.cli import effect as effects
from p2c_assets.cli import events as receivers
from p2c_assets.cli import outcomes as becomings
from p2c_assets.cli import plan as planning
from p2c_assets.cli import purge as purges
from p2c_assets.cli import quarantine as quarantines
from p2c_assets.cli import report as reports
from p2c_assets.cli import retry as retries
from p2c_assets.cli import run as runs
from p2c_assets.cli import trace as traces
from p2c_assets.cli.sandbox import app as sandbox
from p2c_assets.cli.show import stopped_with_reason
from p2c_assets.cli.trace import Traceable
from p2c_assets.reports.outcomes import Choice

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing of it.")]

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
    dry_run: DryRun = False,
) -> None:
    """Synchronise now, in this process: both systems of p2c.toml, one company after the other.

    Exit code 1 when a run failed or anything is unexplained, 75 when another run holds the warehouse.
    """
    with stopped_with_reason():
        if dry_run:
            explained = planning.dry_run(flow, company or [], json, only_changes=changes)
        else:
            explained = runs.run(flow, company or [], json, runs.Manner(retry_refused, changes))
    raise typer.Exit(0 if explained else 1)


@app.command()
def plan(
    company: Annotated[list[str] | None, typer.Option(help="A company; may be given again. Default: all.")] = None,
    flow: Annotated[str | None, typer.Option(help="One flow only. Default: all.")] = None,
    document: Annotated[str | None, typer.Option(help="One document only, by its number.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Read both systems and plan anew; nothing is sent.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Every document, however many there are.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON, with every document and field.")] = False,
) -> None:
    """Show what would be written, field by field, with risk and money, and what waits for an approval."""
    with stopped_with_reason():
        planned = planning.plan(planning.Asked(company or [], flow, document), fresh=fresh, every=every, as_json=json)
    raise typer.Exit(0 if planned else 1)


@app.command()
def approve(
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="The plan's name, as `p2c plan` shows it.")],
    document: Annotated[str | None, typer.Option(help="Only this document of it.")] = None,
    risk: Annotated[str | None, typer.Option(help="Only documents of this risk class (docs/approving.md).")] = None,
    by: Annotated[str | None, typer.Option(help="Who approves. Default: the user of this terminal.")] = None,
    run: Annotated[bool, typer.Option("--run", help="Run the plan's flow of its company right away.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take back what was approved and not sent yet.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Release what waits in a plan, as the plan showed it; what has changed since is planned again and waits anew."""
    with stopped_with_reason():
        good = approvals.approve(approvals.Asked(plan, document, risk, by), run=run, revoke=revoke, dry_run=dry_run)
    raise typer.Exit(0 if good else 1)


@app.command()
def doctor(
    company: Annotated[list[str] | None, typer.Option(help="A company; may be given again. Default: all.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Look whether both systems and every company are ready for the first document; write nothing in either.

    Exit code 1 when something stands against it, 75 when another run holds the warehouse.
    """
    with stopped_with_reason():
        ready = doctors.doctor(company or [], json)
    raise typer.Exit(0 if ready else 1)


@app.command()
def effect(
    changed: Annotated[Path, typer.Argument(help="The other configuration file.", metavar="FILE")],
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show which fields of how many records another configuration file would change, over what was last read.

    Writes nothing and asks neither system.
    """
    with stopped_with_reason():
        effects.effect(changed, json)


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
def outcomes(
    task: Annotated[str | None, typer.Option(help="One of the twelve tasks only. Default: all.")] = None,
    company: Annotated[str | None, typer.Option(help="One company only. Default: all.")] = None,
    outcome: Annotated[str | None, typer.Option(help="One outcome only: filtered, rejected ... Default: all.")] = None,
    reason: Annotated[str | None, typer.Option(help="One reason only (docs/reasons.md lists them).")] = None,
    document: Annotated[str | None, typer.Option(help="One document only, by its number.")] = None,
    rows: Annotated[int, typer.Option(min=0, help="List so many rows below the counts.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON, with who can act and how.")] = False,
) -> None:
    """Show what became of every source row, what a filter left out included: how many, how much money, and which."""
    with stopped_with_reason():
        becomings.outcomes(Choice(task, company, outcome, reason, document), rows, json)


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
    dry_run: DryRun = False,
) -> None:
    """Let the next run send again what a destination refused, though nothing of it changed here."""
    with stopped_with_reason():
        retries.retry(company or [], flow, document, dry_run=dry_run)


@app.command()
def purge(
    key: Annotated[str, typer.Option(help="The number of an account or contact, in either system.")],
    company: Annotated[str | None, typer.Option(help="Its company, where several have that number.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Forget the personal data of one account or contact, and that on its documents; counts and money stay."""
    with stopped_with_reason():
        purges.purge(key, company, is_sure=yes, dry_run=dry_run)


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
