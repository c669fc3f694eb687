"""`p2c effect`: what another configuration file would change, over the rows as they were last read."""

import json
from datetime import UTC, datetime
from pathlib import Path

from p2c_assets.cli.warehouse import filled
from p2c_assets.mappings import catalogue
from p2c_assets.reports.effect import effect as effect_of
from p2c_assets.reports.effect_text import data, lines
from p2c_assets.settings import config_path, load


def effect(changed: Path, as_json: bool) -> None:
    """Compare the configuration with `changed` and show what differs. Raises SettingsError for a wrong file."""
    now, other = load(config_path()), load(changed)
    catalogue.tasks(other.mapping_settings())
    with filled(now) as database:
        found = effect_of(database, now, other, datetime.now(UTC).date())
    print(json.dumps(data(found), indent=2, ensure_ascii=False) if as_json else "\n".join(lines(found)))
