"""$apply. Source of all: powerapps-docs webapi/query/aggregate-data.md."""

from decimal import Decimal

import pytest

from p2c_assets.sandbox.dataverse.apply import MOST_AGGREGATED
from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import USD

FORMATTED = "OData.Community.Display.V1.FormattedValue"


def test_groupby_lists_distinct_values(sales: Sales) -> None:
    """webapi/query/aggregate-data: groupby((statuscode)); the context names the set alone."""
    answer = sales.json(sales.get("products?$apply=groupby((statecode))"))
    assert answer["@odata.context"].endswith("$metadata#products")
    assert answer["value"] == [{"statecode": 0}, {"statecode": 2}]


def test_groups_are_counted(sales: Sales) -> None:
    """webapi/query/aggregate-data: groupby((statuscode),aggregate($count as count)), with formatted values."""
    path = "products?$apply=groupby((statecode),aggregate($count as count))"
    (active, draft) = sales.json(sales.get(path, Prefer=f'odata.include-annotations="{FORMATTED}"'))["value"]
    assert active == {"statecode": 0, f"statecode@{FORMATTED}": "Active", "count": 3, f"count@{FORMATTED}": "3"}
    assert draft["count"] == 1


@pytest.mark.parametrize(
    ("aggregate", "value"),
    [
        ("price with sum as x", Decimal("114.3456")),
        ("price with average as x", Decimal("28.5864")),
        ("price with min as x", Decimal("1.00")),
        ("price with max as x", Decimal("100.00")),
        ("$count as x", 4),
        ("statecode with countdistinct as x", 2),
        ("createdon with max as x", "2026-01-05T08:00:00Z"),
        ("currentcost with sum as x", None),
    ],
)
def test_aggregates_compute_over_all_rows(sales: Sales, aggregate: str, value: object) -> None:
    """webapi/query/aggregate-data: sum, average, min, max, $count; countdistinct."""
    assert sales.value(f"products?$apply=aggregate({aggregate})") == [{"x": value}]


def test_amounts_are_formatted(sales: Sales) -> None:
    """webapi/query/aggregate-data: "total@...FormattedValue": "$440,000.00"."""
    path = "products?$apply=aggregate(price with sum as total,createdon with min as first)"
    (row,) = sales.json(sales.get(path, Prefer='odata.include-annotations="*"'))["value"]
    assert row[f"total@{FORMATTED}"] == "USD114.3456"
    assert row[f"first@{FORMATTED}"] == "1/5/2026 8:00 AM"


def test_rows_are_filtered_before_they_are_grouped(sales: Sales) -> None:
    """webapi/query/aggregate-data: filter(...)/groupby(...)."""
    path = "products?$apply=filter(price gt 5)/groupby((statecode),aggregate($count as n,price with sum as total))"
    assert sales.value(path) == [{"statecode": 0, "n": 2, "total": Decimal("112.3456")}]


def test_groups_over_a_lookup_are_flattened(sales: Sales) -> None:
    """webapi/query/aggregate-data: primarycontactid/fullname comes back as contact_fullname."""
    path = "products?$apply=groupby((defaultuomid/name),aggregate($count as n))"
    assert sales.value(path) == [{"uom_name": "Primary Unit", "n": 4}]


def test_empty_values_are_left_out_of_a_group(sales: Sales) -> None:
    """webapi/query/aggregate-data (distinct column values)."""
    found = sales.value("accounts?$apply=groupby((_transactioncurrencyid_value,statecode))")
    assert found == [{"_transactioncurrencyid_value": USD, "statecode": 0}, {"statecode": 0}]


def test_groupby_takes_no_datetime(sales: Sales) -> None:
    """webapi/query/aggregate-data: groupby with datetime values is not supported."""
    assert refusal(sales.get("products?$apply=groupby((createdon))")) == (400, "0x80060888")


@pytest.mark.parametrize(
    "text", ["aggregate(name with sum as x)", "aggregate(price with median as x)", "nonsense", "aggregate(price)"]
)
def test_what_is_no_aggregate_is_a_400(sales: Sales, text: str) -> None:
    """webapi/query/aggregate-data: a subset of methods."""
    assert refusal(sales.get(f"products?$apply={text}")) == (400, "0x80060888")


def test_more_than_50000_rows_are_not_aggregated(sales: Sales, monkeypatch: pytest.MonkeyPatch) -> None:
    """webapi/query/aggregate-data: limited to a collection of 50,000 records; 0x8004E023."""
    assert MOST_AGGREGATED == 50_000
    monkeypatch.setattr("p2c_assets.sandbox.dataverse.apply.MOST_AGGREGATED", 3)
    answer = sales.get("products?$apply=aggregate($count as n)")
    assert refusal(answer) == (400, "0x8004E023")
    assert sales.value("accounts?$apply=aggregate($count as n)") == [{"n": 2}]


@pytest.mark.parametrize(
    "text",
    [
        "topcount(2,price)",
        "filter(price gt 1)",
        "groupby((statecode))/filter(statecode eq 0)",
        "aggregate(defaultuomid/quantity with sum as x)",
    ],
)
def test_other_transformations_are_a_501(sales: Sales, text: str) -> None:
    """webapi/query/aggregate-data: only a subset of OData's aggregation is there."""
    answer = sales.get(f"products?$apply={text}")
    assert refusal(answer) == (501, "501")
    assert "$apply" in message(answer)
