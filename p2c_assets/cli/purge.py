"""`p2c purge`: the personal data of one person or company is forgotten; counts and money stay."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import typer

from p2c_assets.cli import show
from p2c_assets.cli.warehouse import filled, known_company
from p2c_assets.delivery.units import UNITS
from p2c_assets.mappings import catalogue
from p2c_assets.mappings.model import Task
from p2c_assets.reports.records import KINDS, Found, Prefixes, UnknownRecordError, find
from p2c_assets.settings import config_path, load
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.ledger import NO_COMPANY
from p2c_assets.warehouse.purge import Person, Touched, Unit, rewrite
from p2c_assets.warehouse.purge import purge as forgotten

PEOPLE = ("account", "contact")


def purge(key: str, company: str | None, *, is_sure: bool, dry_run: bool) -> None:
    """Ask, forget, and say what was touched. Raises UnknownRecordError with near matches."""
    settings = load(config_path())
    known_company(settings, company)
    prefixes = {one.id: one.sales_number_prefix for one in settings.companies.values()}
    tasks = catalogue.tasks(settings.mapping_settings())
    with filled(settings) as database:
        people = _people(database, key, company, prefixes)
        _say_who(people)
        if not (is_sure or dry_run):
            typer.confirm("Forget their personal data, and that on their documents? It does not come back.", abort=True)
        now = datetime.now(UTC)
        touched = [
            one
            for found in people
            for one in forgotten(database, tasks, _units(tasks), _person(found), now, dry_run=dry_run)
        ]
        if not dry_run:
            rewrite(database, settings.paths.warehouse)
    _say_what(touched, dry_run=dry_run)


def _people(database: Database, key: str, company: str | None, prefixes: Prefixes) -> list[Found]:
    """The account and the contact of that number: there may be both."""
    people: list[Found] = []
    unknown: list[UnknownRecordError] = []
    for kind in PEOPLE:
        try:
            people.append(find(database, KINDS[kind], key, company, prefixes))
        except UnknownRecordError as error:
            unknown.append(error)
    if not people:
        raise UnknownRecordError("; ".join(str(error) for error in unknown))
    return people


def _person(found: Found) -> Person:
    ids: dict[str, list[str]] = {}
    for side, row in found.rows:
        ids.setdefault(side.entity.table, []).append(str(row["row_id"]))
    return Person(None if found.company == NO_COMPANY else found.company, found.number, ids)


def _units(tasks: Mapping[str, Task]) -> list[Unit]:
    return [Unit(unit.name, unit.table, tasks[unit.header.task]) for unit in UNITS.values()]


def _say_who(people: Sequence[Found]) -> None:
    for found in people:
        for side, row in found.rows:
            still = "" if row["deleted"] else ": still there when it was last read; the next run reads it again"
            show.console.print(f"{found.company} {side.entity.reference} {row[side.column]}{still}", markup=False)


def _say_what(touched: Sequence[Touched], *, dry_run: bool) -> None:
    rows: dict[str, int] = {}
    for table, count in touched:
        rows[table] = rows.get(table, 0) + count
    for table, count in rows.items():
        show.console.print(f"  {table:<42}{count:>8}", markup=False)
    if dry_run:
        show.console.print(f"{sum(rows.values())} rows would be emptied; dry run: nothing was changed")
        return
    show.console.print(
        f"{sum(rows.values())} rows emptied. Not touched: previews in Dagster's run history (docs/security.md)"
    )
