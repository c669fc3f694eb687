"""What holds for every task: the shape of the result, overrides at work, speed."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from p2c_assets.errors import SettingsError
from p2c_assets.mappings.catalogue import ENTITIES, tasks
from p2c_assets.mappings.model import KEY_CLAIMS
from p2c_assets.settings import MappingSettings
from p2c_assets.transforms.apply import apply
from p2c_assets.transforms.columns import mapped_schema
from p2c_assets_tests.frames import SETTINGS, USMF, Row, claims, mapped, raw
from p2c_assets_tests.transforms.references import REFERENCES, given, only
from p2c_assets_tests.transforms.test_accounts import ACCOUNT
from p2c_assets_tests.transforms.test_contacts import CONTACT
from p2c_assets_tests.transforms.test_returned_orders import CLAIMED, ORDER


@pytest.mark.parametrize("task", tasks(SETTINGS))
def test_a_result_has_the_schema_of_its_task_even_without_rows(task: str) -> None:
    found = tasks(SETTINGS)[task]
    inputs = {name: raw(ENTITIES[name], ()) for name in found.inputs if name != KEY_CLAIMS}
    frame = apply(found, {**inputs, KEY_CLAIMS: claims()}, USMF, SETTINGS)
    assert dict(frame.schema) == mapped_schema(found)
    assert frame.height == 0


def test_a_frame_that_was_forgotten_is_named() -> None:
    task = tasks(SETTINGS)["accounts_to_customers"]
    with pytest.raises(SettingsError, match=r"sales\.transactioncurrencies"):
        apply(task, {"sales.accounts": raw(ENTITIES["sales.accounts"], [ACCOUNT])}, USMF, SETTINGS)


def test_a_company_that_is_not_configured_is_named() -> None:
    rows = given(scm_sales_order_headers=[ORDER])
    with pytest.raises(SettingsError, match="usmf"):
        mapped("order_headers_to_salesorders", rows, settings=MappingSettings())


OVERRIDES: list[tuple[dict[str, Any], dict[str, dict[str, str]], Row]] = [
    ({"CustomerGroupId": {"constant": "20"}}, {}, {"CustomerGroupId": "20"}),
    (
        {"AddressStreet": {"sources": ["address1_line1", "address1_line2", "address1_line3"], "separator": "\n"}},
        {},
        {"AddressStreet": "1 Main Street\nFloor 2"},
    ),
    ({"SalesMemo": {"sources": ["primarytwitterid", "fax"]}}, {}, {"SalesMemo": "2"}),
    (
        {"SiteId": {"source": "address1_city", "value_map": "sites", "blank": "1"}},
        {"sites": {"SEATTLE": "7"}},
        {"SiteId": "7"},
    ),
    ({"SalesMemo": {"source": "primarytwitterid", "blank": "none"}}, {}, {"SalesMemo": "none"}),
    ({}, {"countries": {"united states": "CA"}}, {"AddressCountryRegionISOCode": "CA"}),
    ({"extra_fields": {"AddressCounty": {"source": "address1_city"}}}, {}, {"AddressCounty": "Seattle"}),
]


@pytest.mark.parametrize(("table", "value_maps", "target"), OVERRIDES)
def test_the_file_s_rules_are_applied(table: Row, value_maps: dict[str, dict[str, str]], target: Row) -> None:
    overrides = {"overrides": {"accounts_to_customers": table}, "value_maps": value_maps}
    row = only(
        mapped("accounts_to_customers", given(sales_accounts=[ACCOUNT]), settings=SETTINGS.model_copy(update=overrides))
    )
    assert {name: row[name] for name in target} == target


def test_a_value_that_the_file_s_map_does_not_know_is_rejected() -> None:
    table = {"SiteId": {"source": "address1_city", "value_map": "sites"}}
    overrides = {"overrides": {"accounts_to_customers": table}, "value_maps": {"sites": {"Berlin": "2"}}}
    settings = SETTINGS.model_copy(update=overrides)
    row = only(mapped("accounts_to_customers", given(sales_accounts=[ACCOUNT]), settings=settings))
    assert (row["reason"], "Seattle" in row["detail"]) == ("unmapped_value", True)


DAYS = [(None, "spring"), (date(2026, 3, 1), "spring"), (date(2026, 8, 1), "later"), (date(2025, 1, 1), None)]


@pytest.mark.parametrize(("today", "expected"), DAYS)
def test_a_price_list_is_valid_between_its_dates(today: date | None, expected: str | None) -> None:
    usd = {"transactioncurrencyid": "cur-usd", "statecode": 0, "begindate": date(2026, 1, 1)}
    lists: list[Row] = [
        {**usd, "pricelevelid": "spring", "name": "A", "enddate": date(2026, 6, 30)},
        {**usd, "pricelevelid": "later", "name": "B"},
    ]
    rows = given(scm_sales_order_headers=[ORDER], sales_pricelevels=lists)
    row = only(mapped("order_headers_to_salesorders", rows, claimed=CLAIMED, today=today))
    assert row["pricelevelid"] == expected


def test_twenty_thousand_contacts_are_mapped_each_once() -> None:
    task = tasks(SETTINGS)["contacts_to_contact_persons"]
    contacts = raw(ENTITIES["sales.contacts"], [CONTACT])
    number = pl.int_range(20_000).cast(pl.String)
    many = pl.concat([contacts] * 20_000, rechunk=True).with_columns(number.alias("msdynce_contactnumber"))
    inputs = {name: raw(ENTITIES[name], REFERENCES.get(name, ())) for name in task.inputs}
    frame = apply(task, {**inputs, "sales.contacts": many}, USMF, SETTINGS)
    assert frame["outcome"].value_counts().to_dicts() == [{"outcome": "mapped", "count": 20_000}]
