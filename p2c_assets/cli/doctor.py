"""`p2c doctor`: whether both systems and every company are ready for the first document, and what to do where not."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import dagster as dg

from p2c_assets.cli import show
from p2c_assets.cli.warehouse import check_free, history, known_company
from p2c_assets.definitions import build_defs
from p2c_assets.defs.chain import Ran, run_readiness
from p2c_assets.defs.jobs import READ_SALES, READINESS, READINESS_OF_ROWS
from p2c_assets.errors import TransientError
from p2c_assets.readiness import record
from p2c_assets.readiness.finding import Finding, merged, unread, with_accepted
from p2c_assets.reports.readiness_text import data, is_ready, lines
from p2c_assets.settings import Settings, config_path, load
from p2c_assets.warehouse.database import Database, opened

LOOKED = {READINESS: "looked at", READ_SALES: "Sales read", READINESS_OF_ROWS: "rows looked at"}


class Examined(NamedTuple):
    """What was found, worst first, and the combinations of currency, price list and unit."""

    found: list[Finding]
    matrix: list[dict[str, Any]]


def doctor(companies: Sequence[str], as_json: bool) -> bool:
    """Look, and show what was found; whether everything is ready. Raises TransientError when a system cannot be reached."""
    settings = load(config_path())
    for company in companies:
        known_company(settings, company)
    chosen = list(companies) or list(settings.companies)
    with history() as instance:
        check_free(settings)
        examined = examine(settings, instance, chosen, quiet=as_json)
    if as_json:
        print(json.dumps(data(examined.found, chosen, examined.matrix), indent=2, default=str, ensure_ascii=False))
    else:
        print("\n".join(lines(examined.found, chosen, examined.matrix)))
    return all(is_ready(examined.found, company) for company in chosen)


def examine(settings: Settings, instance: dg.DagsterInstance, companies: Sequence[str], *, quiet: bool) -> Examined:
    """Run the readiness jobs of these companies, then read what they found."""
    with opened(settings.paths.warehouse, settings.paths.warehouse_wait_s) as database:
        done = run_readiness(
            build_defs(settings, database), instance, companies, (lambda _ran: None) if quiet else _told
        )
        unanswered = [problem for ran in done if ran.job == READINESS for problem in ran.problems]
        if unanswered:
            raise TransientError("; ".join(unanswered))
        found = [*_found(database, companies, done)]
        return Examined(merged(with_accepted(found, settings.readiness.accepted)), _matrix(database, companies))


def _told(ran: Ran) -> None:
    mark = "[green]done[/green]" if ran.succeeded else "[red]failed[/red]"
    what = " ".join([*([ran.company] if ran.company else []), LOOKED[ran.job]])
    show.console.print(f"  {what:<20} {mark} {ran.seconds:5.1f} s")


def _found(database: Database, companies: Sequence[str], done: Sequence[Ran]) -> Iterator[Finding]:
    """What the assets kept; where rows could not be read, that in place of what an earlier run found in them."""
    unlooked = {
        company: ran.problems
        for ran in done
        if not ran.succeeded
        for company in ([ran.company] if ran.company else companies)
    }
    for company in companies:
        for asset in record.BEFORE_DELIVERY:
            yield from record.recorded(database, asset, company)
        if company in unlooked:
            reason = "; ".join(unlooked[company])
            yield unread("documents", "the company's rows", reason, "both systems can be read", company)
        else:
            yield from record.recorded(database, "documents", company)


def _matrix(database: Database, companies: Sequence[str]) -> list[dict[str, Any]]:
    if not database.has_table(record.SCHEMA, "matrix"):
        return []
    sql = f"SELECT * FROM {record.SCHEMA}.matrix WHERE list_contains(?, company) ORDER BY ALL"
    return database.frame(sql, [list(companies)]).to_dicts()
