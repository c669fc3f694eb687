"""A mapping has a version: the same as long as it is the same."""

from dataclasses import replace

from p2c_assets.mappings.catalogue import tasks
from p2c_assets.mappings.versions import version
from p2c_assets_tests.frames import SETTINGS


def of(name: str, **changed: object) -> str:
    settings = SETTINGS.model_copy(update=changed)
    return version(tasks(settings)[name], settings)


def test_every_task_has_a_version_of_its_own_that_does_not_change_by_itself() -> None:
    versions = {name: of(name) for name in tasks(SETTINGS)}
    assert len(set(versions.values())) == 12
    assert versions == {name: of(name) for name in tasks(SETTINGS)}
    assert {len(found) for found in versions.values()} == {12}


def test_an_override_makes_another_version_of_its_own_task_alone() -> None:
    other = {"accounts_to_customers": {"CustomerGroupId": {"constant": "20"}}}
    assert of("accounts_to_customers", overrides=other) != of("accounts_to_customers")
    assert of("contacts_to_customers", overrides=other) == of("contacts_to_customers")


def test_an_entry_of_a_value_map_makes_another_version_where_the_map_is_used() -> None:
    entry = {"units": {"box": "Box"}}
    assert of("quotedetails_to_quotation_lines", value_maps=entry) != of("quotedetails_to_quotation_lines")
    assert of("accounts_to_customers", value_maps=entry) == of("accounts_to_customers")


def test_a_lines_version_follows_its_headers() -> None:
    other = {"quotes_to_quotation_headers": {"CurrencyCode": {"mode": "on_create"}}}
    assert of("quotedetails_to_quotation_lines", overrides=other) != of("quotedetails_to_quotation_lines")


def test_another_limit_of_a_column_makes_another_version() -> None:
    task = tasks(SETTINGS)["accounts_to_customers"]
    shorter = tuple(
        replace(column, length=9) if column.name == "SalesMemo" else column for column in task.target.columns
    )
    changed = replace(task, target=replace(task.target, columns=shorter))
    assert version(changed, SETTINGS) != version(task, SETTINGS)
