"""`p2c quarantine`: everything that is stopped, by root cause, with who can put it right and how."""

import json
from datetime import UTC, datetime

from p2c_assets.cli.warehouse import filled, known_company
from p2c_assets.errors import SettingsError
from p2c_assets.mappings import catalogue
from p2c_assets.mappings.reasons import REASONS
from p2c_assets.reports.quarantine import Quarantine
from p2c_assets.reports.quarantine import quarantine as found_in
from p2c_assets.reports.quarantine_text import as_data, lines
from p2c_assets.settings import config_path, load
from p2c_assets.warehouse.ledger import NO_COMPANY


def quarantine(company: str | None, reason: str | None, as_json: bool) -> None:
    """Print what is stopped now. Raises SettingsError for an unknown company or reason."""
    found, now = _read(company, reason), datetime.now(UTC)
    if as_json:
        print(json.dumps(as_data(found, now), indent=2, ensure_ascii=False))
    else:
        print("\n".join(lines(found, now)))


def _read(company: str | None, reason: str | None) -> Quarantine:
    settings = load(config_path())
    if company != NO_COMPANY:
        known_company(settings, company)
    stopping = [code for code, known in REASONS.items() if known.outcome != "filtered"]
    if reason is not None and reason not in stopping:
        raise SettingsError(f"no reason {reason!r} stops a document; those that do are {', '.join(stopping)}")
    with filled(settings) as database:
        return found_in(database, catalogue.tasks(settings.mapping_settings()), company, reason)
