"""Risk classes and money: (planned document, what it can do) pairs."""

from decimal import Decimal
from typing import Any

import pytest

from p2c_assets.connectors.protocol import Operation
from p2c_assets.delivery.plan import Change
from p2c_assets.delivery.risk import ENDED, MONEY, RISKS, STATE_FIELDS, money_delta, risk_of
from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets_tests.docs.pages import rows

PATCH = Operation("PATCH", "any", {}, {})
DELETE = Operation("DELETE", "any", {}, {})


def change(entity: str, field: str, before: str | None, after: str | None, key: str = "K") -> Change:
    return Change(entity, key, field, before, after)


@pytest.mark.parametrize(
    ("action", "operation", "changes", "risk"),
    [
        ("create", PATCH, [change("customers_v2", "CreditLimit", None, "5")], "new"),
        ("create", PATCH, [change("salesorders", "msdynce_processingstatus", None, "647390010")], "new"),
        ("update", PATCH, [change("customers_v2", "OrganizationName", "A", "B")], "change"),
        ("update", PATCH, [change("customers_v2", "CreditLimit", "5", "6")], "money"),
        ("update", PATCH, [change("sales_quotation_lines", "SalesUnitSymbol", "ea", "box")], "money"),
        ("update", PATCH, [change("salesorders", "msdynce_processingstatus", "647390001", "647390004")], "state"),
        (
            "update",
            PATCH,
            [
                change("salesorders", "msdynce_processingstatus", "647390001", "647390004"),
                change("salesorders", "freightamount", "0", "9"),
            ],
            "money",
        ),
        ("update", PATCH, [change("salesorders", "msdynce_processingstatus", "647390001", "647390010")], "removal"),
        ("update", PATCH, [change("contact_persons", "IsInactive", "No", "Yes")], "removal"),
        ("update", PATCH, [change("contact_persons", "IsInactive", "Yes", "No")], "state"),
        ("update", DELETE, [change("sales_quotation_lines", "SalesPrice", "5", None)], "removal"),
        ("update", Operation("POST", "CancelSalesOrder", None, {}), [], "removal"),
    ],
)
def test_a_document_is_of_the_gravest_class_that_fits(
    action: str, operation: Operation, changes: list[Change], risk: str
) -> None:
    assert risk_of(action, [operation], changes) == risk


def test_a_document_of_which_nothing_is_sent_has_no_class() -> None:
    assert risk_of("filtered", [], [change("sales_order_headers", "CurrencyCode", "USD", "EUR")]) is None


LINE = {"OrderedSalesQuantity": Decimal(3), "SalesPrice": Decimal("10.005"), "TotalDiscountAmount": Decimal(1)}


@pytest.mark.parametrize(
    ("entity", "before", "changes", "delta"),
    [
        ("customers_v2", {}, {"OrganizationName": "A", "CreditLimit": "250000"}, "250000"),
        ("customers_v2", {"CreditLimit": Decimal(200)}, {"CreditLimit": "150.55"}, "-49.45"),
        ("customers_v2", {"CreditLimit": Decimal(200)}, {"OrganizationName": "B"}, "0"),
        # 3 x 10.005 = 30.015, half away from zero.
        ("sales_order_lines", {}, {"OrderedSalesQuantity": "3", "SalesPrice": "10.005"}, "30.02"),
        ("sales_order_lines", LINE, {"OrderedSalesQuantity": "4"}, "10.00"),
        ("sales_order_lines", LINE, dict.fromkeys(LINE), "-29.02"),
        ("salesorderdetails", {}, {"quantity": "2", "priceperunit": "5", "tax": "0.83"}, "10.83"),
        ("salesorders", {"freightamount": Decimal(5)}, {"freightamount": "8", "discountamount": "1"}, "2"),
        ("contact_persons", {}, {"FirstName": "A"}, None),
    ],
)
def test_money_is_what_is_sent_minus_what_the_destination_holds_now(
    entity: str, before: dict[str, Any], changes: dict[str, str | None], delta: str | None
) -> None:
    there = {(entity, "k"): before} if before else {}
    fields = [change(entity, name, None, value) for name, value in changes.items()]
    assert money_delta(fields, there) == (None if delta is None else Decimal(delta))


def test_a_list_price_that_is_in_two_places_is_one_price() -> None:
    fields = [change("products", "price", "119", "129"), change("productpricelevels", "amount", "119", "129", "I")]
    there = {("products", "k"): {"price": Decimal(119)}, ("productpricelevels", "i"): {"amount": Decimal(119)}}
    assert money_delta(fields, there) == Decimal(10)
    assert money_delta(fields[1:], there) == Decimal(10)


def test_what_is_said_of_entities_is_said_of_entities_and_columns_that_there_are() -> None:
    by_name = {entity.name: entity for entity in ENTITIES.values()}
    assert [name for name in MONEY if name not in by_name] == []
    known = {name: set(by_name[name].by_name) for name, _ in ENDED if name in by_name}
    assert [(name, field) for name, field in ENDED if field not in known[name]] == []
    assert {field for _, field in ENDED} <= STATE_FIELDS


def test_the_classes_are_documented_in_their_order() -> None:
    documented = [cells[0].strip("`") for cells in rows("approving.md") if len(cells) == 2 and cells[0].startswith("`")]
    assert [name for name in documented if name in {risk.code for risk in RISKS}] == [risk.code for risk in RISKS]
