"""Which reader of SCM is taken, when, and what the settings may say about it."""

import pytest
from pydantic import ValidationError

from p2c_assets.errors import SettingsError
from p2c_assets.extraction import choice
from p2c_assets.extraction.choice import FULL, POLLED, UNNAMED, check, reader_of
from p2c_assets.settings import ReadingSettings

BY_PACKAGES = ReadingSettings(
    scm="packages", packages={"customers_v2": "P2C {company} customers"}, package_from_rows=100
)


def test_packages_are_read_in_a_run_for_changes_from_so_many_rows_where_a_project_is_named() -> None:
    def chosen(entity: str = "customers_v2", *, full: bool = False, rows: int = 100) -> choice.Choice:
        return reader_of(BY_PACKAGES, entity, "usmf", full=full, rows=rows)

    assert chosen().project == "P2C usmf customers"
    assert chosen(full=True) == FULL
    assert chosen("contact_persons") == UNNAMED
    assert (chosen(rows=99).project, "99 rows, and packages are read from 100" in chosen(rows=99).reader) == (
        None,
        True,
    )


def test_pages_are_the_default() -> None:
    assert reader_of(ReadingSettings(), "customers_v2", "usmf", full=False, rows=10**6) == POLLED


def test_a_project_belongs_to_one_company_and_one_entity() -> None:
    with pytest.raises(ValidationError, match=r"lacks \{company\}"):
        ReadingSettings(packages={"customers_v2": "customers"})
    with pytest.raises(ValidationError, match="several entities have"):
        ReadingSettings(packages={"customers_v2": "{company}", "contact_persons": "{company}"})


def test_a_project_of_an_entity_that_there_is_not_stops_at_start() -> None:
    check(BY_PACKAGES)
    with pytest.raises(SettingsError, match="names customers; there are: customers_v2"):
        check(ReadingSettings(packages={"customers": "{company}"}))
