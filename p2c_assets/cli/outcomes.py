"""`p2c outcomes`: what became of every source row, those that a filter left out included."""

import json

from p2c_assets.cli.warehouse import filled, known_company
from p2c_assets.errors import SettingsError
from p2c_assets.mappings import catalogue
from p2c_assets.mappings.reasons import REASONS
from p2c_assets.reports.outcomes import Choice, as_data, counted, lines, listed
from p2c_assets.settings import config_path, load
from p2c_assets.warehouse.ledger import NO_COMPANY, OUTCOMES


def outcomes(choice: Choice, rows: int, as_json: bool) -> None:
    """Print counts and up to `rows` rows. Raises SettingsError for an unknown task, company, outcome or reason."""
    settings = load(config_path())
    _check("task", choice.task, list(catalogue.tasks(settings.mapping_settings())))
    _check("outcome", choice.outcome, OUTCOMES)
    _check("reason", choice.reason, list(REASONS))
    if choice.company != NO_COMPANY:
        known_company(settings, choice.company)
    with filled(settings) as database:
        counts, found = counted(database, choice), listed(database, choice, rows)
    if as_json:
        print(json.dumps(as_data(counts, found), indent=2, ensure_ascii=False))
    else:
        print("\n".join(lines(counts, found)))


def _check(what: str, value: str | None, known: list[str] | tuple[str, ...]) -> None:
    if value is not None and value not in known:
        raise SettingsError(f"there is no {what} {value!r}; those that there are: {', '.join(known)}")
