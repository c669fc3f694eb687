"""How both systems' URLs and operations are written, form by form."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from types import ModuleType
from typing import Literal
from uuid import UUID

import pytest

from p2c_assets.connectors import odata
from p2c_assets.connectors.batch import Part
from p2c_assets.connectors.dataverse import requests as dataverse
from p2c_assets.connectors.finops import requests as finops
from p2c_assets.connectors.protocol import KeyColumn, Kind, Operation

GUID = "0e6f27f5-ab0b-4c5c-b0f3-7f6cbb7c8a11"


@pytest.mark.parametrize(
    ("value", "kind", "literal"),
    [
        ("O'Brien", "text", "'O''Brien'"),
        (12, "integer", "12"),
        (Decimal("1.50"), "decimal", "1.50"),
        (Decimal("1E+3"), "decimal", "1000"),
        (GUID, "guid", GUID),
        (UUID(GUID), "guid", GUID),
        ("2026-01-05T12:00:00Z", "datetime", "2026-01-05T12:00:00Z"),
        (datetime(2026, 1, 5, 12, tzinfo=UTC), "datetime", "2026-01-05T12:00:00Z"),
        (date(2026, 1, 5), "datetime", "2026-01-05"),
    ],
)
def test_literals_are_written_by_kind(value: object, kind: Kind, literal: str) -> None:
    assert odata.literal(value, kind) == literal


@pytest.mark.parametrize(
    ("key", "written"),
    [
        (None, ""),
        ({"accountid": GUID.upper()}, f"({GUID})"),
        ({"accountid": UUID(GUID)}, f"({GUID})"),
        ({"accountnumber": "A'2"}, "(accountnumber=%27A%27%272%27)"),
        ({"a": "x", "b": 2}, "(a=%27x%27,b=2)"),
        ({"a": "x", "_parent_value": UUID(GUID)}, f"(a=%27x%27,_parent_value={GUID})"),
    ],
)
def test_dataverse_keys(key: Mapping[str, object] | None, written: str) -> None:
    assert dataverse.key(key) == written


def test_finops_keys_are_always_named_and_encoded() -> None:
    assert finops.key({"dataAreaId": "usmf", "SalesOrderNumber": "S/1 é"}) == (
        "(dataAreaId=%27usmf%27,SalesOrderNumber=%27S%2F1%20%C3%A9%27)"
    )
    assert finops.key({"RecordId": GUID}) == f"(RecordId=%27{GUID}%27)"


def test_a_dataverse_create_is_a_post_with_its_id_in_the_body() -> None:
    operation = Operation(
        "POST", "accounts", None, {"accountid": GUID, "revenue": Decimal("0.10"), "x@odata.bind": "/a"}
    )
    assert dataverse.part("https://s", operation) == Part(
        "POST",
        "https://s/accounts",
        {"Content-Type": "application/json"},
        f'{{"accountid":"{GUID}","revenue":0.10,"x@odata.bind":"/a"}}'.encode(),
    )


def test_a_dataverse_patch_never_creates() -> None:
    patch = dataverse.part("https://s", Operation("PATCH", "accounts", {"accountid": GUID}, {"name": "é"}))
    assert patch.url == f"https://s/accounts({GUID})"
    assert patch.headers["If-Match"] == "*"
    assert patch.body == '{"name":"é"}'.encode()


def test_a_version_that_was_seen_is_the_condition_of_the_change() -> None:
    operation = Operation("DELETE", "accounts", {"accountid": GUID}, {}, etag='W/"7"')
    assert dataverse.part("https://s", operation).headers == {"If-Match": 'W/"7"'}
    assert finops.part("https://s", operation).headers == {"If-Match": 'W/"7"'}


def test_an_unbound_action_is_posted_by_its_name() -> None:
    part = dataverse.part("https://s", Operation("POST", "WinQuote", None, {"Status": -1}))
    assert (part.method, part.url, part.body) == ("POST", "https://s/WinQuote", b'{"Status":-1}')


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_every_finops_write_crosses_companies(method: Literal["POST", "PATCH", "DELETE"]) -> None:
    key = None if method == "POST" else {"dataAreaId": "usmf", "Number": "1"}
    operation = Operation(method, "Orders", key, {"Number": "1"})
    part = finops.part("https://s", operation)
    assert part.url.endswith("?cross-company=true")
    assert "If-Match" not in part.headers


def test_dataverse_selects_keys_by_the_in_function() -> None:
    (found,) = dataverse.key_filters((KeyColumn("ordernumber"),), [("SO-1",), ("O'2",)])
    assert found == "Microsoft.Dynamics.CRM.In(PropertyName='ordernumber',PropertyValues=['SO-1','O''2'])"


def test_dataverse_selects_by_a_lookup_with_plain_comparisons() -> None:
    (found,) = dataverse.key_filters((KeyColumn("_quoteid_value", "guid"),), [(GUID,), (GUID,)])
    assert found == f"(_quoteid_value eq {GUID} or _quoteid_value eq {GUID})"


def test_several_key_columns_are_compared_together() -> None:
    columns = (KeyColumn("Number"), KeyColumn("Line", "integer"))
    keys = [("a", 1), ("b*", 2)]
    assert dataverse.key_filters(columns, keys) == [
        "((Number eq 'a') and (Line eq 1) or (Number eq 'b*') and (Line eq 2))"
    ]
    assert finops.key_filters(columns, keys) == [
        "((Number eq 'a') and (Line eq 1) or ((Number ge 'b*' and Number le 'b*')) and (Line eq 2))"
    ]


def test_one_key_needs_no_brackets_and_no_key_no_filter() -> None:
    assert finops.key_filters((KeyColumn("Number"),), [("a",)]) == ["Number eq 'a'"]
    assert finops.key_filters((KeyColumn("Number"),), []) == []
    assert dataverse.key_filters((KeyColumn("Number"),), []) == []


@pytest.mark.parametrize("module", [dataverse, finops], ids=["sales", "scm"])
@pytest.mark.parametrize("columns", [("name",), ("name", "other")], ids=["one", "two"])
def test_key_filters_stay_below_the_limit_of_a_url_and_lose_no_key(
    module: ModuleType, columns: tuple[str, ...]
) -> None:
    keys = [tuple(f"{'é' * 30} {n:05d}" for _ in columns) for n in range(1500)]
    filters = module.key_filters(tuple(KeyColumn(name) for name in columns), keys)
    assert all(len(odata.encoded(found)) < module.LONGEST_FILTER + 200 for found in filters)
    assert [n for n in range(1500) if sum(f" {n:05d}'" in found for found in filters) != 1] == []


def test_a_url_is_encoded_without_plus_signs() -> None:
    url = odata.url("https://s/x", {"$filter": "name eq 'a+b & c#d'", "$select": "a,b", "$orderby": ""})
    assert url == "https://s/x?$filter=name%20eq%20%27a%2Bb%20%26%20c%23d%27&$select=a,b"
