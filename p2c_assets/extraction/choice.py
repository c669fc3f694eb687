"""Which of SCM's two readers a run takes for an entity of a company, and why: a pure rule over settings and counts."""

from typing import NamedTuple

from p2c_assets.errors import SettingsError
from p2c_assets.mappings.scm import ENTITIES
from p2c_assets.settings import ReadingSettings

COMPANY = "{company}"


class Choice(NamedTuple):
    """The data project whose packages are read, or None for pages; `reader` is what the operator sees of pages."""

    project: str | None
    reader: str


POLLED = Choice(None, "everything of the company, by pages: F&O's OData keeps no changes")
FULL = Choice(None, "everything of the company, by pages: a full read was asked for")
UNNAMED = Choice(None, "everything of the company, by pages: the settings name no data project for this entity")


def reader_of(settings: ReadingSettings, entity: str, company: str, *, full: bool, rows: int) -> Choice:
    """The reader for a run; `rows` is how many the company has in `raw`."""
    if settings.scm == "pages":
        return POLLED
    if full:
        return FULL
    project = settings.packages.get(entity)
    if project is None:
        return UNNAMED
    if rows < settings.package_from_rows:
        few = f"{rows} rows, and packages are read from {settings.package_from_rows}"
        return Choice(None, f"everything of the company, by pages: {few}")
    return Choice(project.replace(COMPANY, company), "")


def check(settings: ReadingSettings) -> None:
    """Raises SettingsError for a data project of an entity that there is not."""
    known = [entity.name for entity in ENTITIES]
    unknown = [name for name in settings.packages if name not in known]
    if unknown:
        raise SettingsError(f"reading.packages names {', '.join(unknown)}; there are: {', '.join(known)}")
