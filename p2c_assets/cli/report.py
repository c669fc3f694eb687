"""`p2c report`: the whole picture as one HTML file."""

from datetime import UTC, datetime
from pathlib import Path

from p2c_assets.cli import show
from p2c_assets.cli.warehouse import filled
from p2c_assets.mappings import catalogue
from p2c_assets.reports.html import page
from p2c_assets.reports.overview import overview
from p2c_assets.settings import config_path, load

DEFAULT = "report.html"


def report(output: Path | None) -> None:
    """Write the file, beside the warehouse unless a place is named, and say where it is."""
    settings = load(config_path())
    with filled(settings) as database:
        found = overview(database, catalogue.tasks(settings.mapping_settings()), list(settings.companies))
    path = output or settings.paths.warehouse.parent / DEFAULT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(found, datetime.now(UTC)), encoding="utf-8")
    show.console.print(str(path), markup=False, soft_wrap=True)
