"""Document lines, price lists and system pricing."""

from decimal import Decimal
from typing import Any

import pytest

from p2c_assets.sandbox.dataverse.pricing import HeaderInput, LineInput, line_amounts, totals
from p2c_assets.sandbox.money import round_half_away
from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import (
    BOX,
    DRAFT_PRODUCT,
    EUR,
    HELMET,
    HOUR,
    JPY,
    LIST_EUR,
    LIST_JPY,
    USD,
    line,
    order,
)

ZERO = Decimal(0)


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [("2.125", 2, "2.13"), ("-2.125", 2, "-2.13"), ("2.5", 0, "3"), ("40.49988", 2, "40.50"), ("1.00005", 4, "1.0001")],
)
def test_rounding_is_half_away_from_zero(value: str, places: int, rounded: str) -> None:
    """assumptions.EXCESS_DECIMALS_ARE_ROUNDED; dynamics-365-customer-engagement salesorderdetail.md."""
    assert round_half_away(Decimal(value), places) == Decimal(rounded)


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "tax", "base", "extended"),
    [
        ("1", "2.125", "0", "0", "2.13", "2.13"),
        ("-1", "2.125", "0", "0", "-2.13", "-2.13"),
        ("0.02", "2024.994", "0", "0", "40.50", "40.50"),
        ("3", "10.00", "10.00", "4.00", "30.00", "24.00"),
        ("0", "10.00", "0", "0", "0", "0"),
        ("100000000000", "922337203685477", "0", "0", "92233720368547700000000000", "92233720368547700000000000"),
    ],
)
def test_line_amounts(quantity: str, price: str, discount: str, tax: str, base: str, extended: str) -> None:
    """baseamount = quantity x (price - volume discount); extendedamount = base - manual discount + tax;
    dynamics-365-customer-engagement salesorderdetail.md.
    """
    given = LineInput(Decimal(quantity), Decimal(price), ZERO, Decimal(discount), Decimal(tax))
    amounts = line_amounts(given, 2)
    assert (amounts.baseamount, amounts.extendedamount) == (Decimal(base), Decimal(extended))


def test_header_totals() -> None:
    """Column descriptions of salesorder.md; header discount as amount and percentage;
    dynamics-365-customer-engagement salesorderdetail.md.
    """
    lines = [
        LineInput(Decimal(3), Decimal("10.00"), ZERO, Decimal("10.00"), Decimal("4.00")),
        LineInput(Decimal(1), Decimal("5.00"), ZERO, ZERO, Decimal("1.00")),
    ]
    priced = [(given, line_amounts(given, 2)) for given in lines]
    result = totals(priced, HeaderInput(Decimal("2.00"), Decimal(10), Decimal("7.00")), 2)
    assert result.totallineitemamount == Decimal("25.00")
    assert result.totallineitemdiscountamount == Decimal("10.00")
    assert result.totaldiscountamount == Decimal("4.50")
    assert result.totalamountlessfreight == Decimal("20.50")
    assert result.totaltax == Decimal("5.00")
    assert result.totalamount == Decimal("32.50")


def _order(sales: Sales, **more: Any) -> str:
    return sales.create("salesorders", order("SO-1", **more))


def _totals(sales: Sales, key: str) -> tuple[Any, ...]:
    row = sales.row(f"salesorders({key})")
    return (row["totallineitemamount"], row["totaltax"], row["totalamount"])


def test_system_pricing_follows_every_write(sales: Sales) -> None:
    """dynamics-365-customer-engagement: system pricing recalculates on create, update and delete;
    dynamics-365-customer-engagement salesorder.md
    """
    key = _order(sales)
    assert _totals(sales, key) == (0, 0, 0)
    detail = sales.create("salesorderdetails", line(key, quantity="3", manualdiscountamount=10, tax=4))
    assert _totals(sales, key) == (290, 4, 294)
    row = sales.row(f"salesorderdetails({detail})")
    assert (row["baseamount"], row["extendedamount"]) == (300, 294)
    sales.change(f"salesorders({key})", {"freightamount": Decimal("6.50"), "discountamount": 1})
    assert _totals(sales, key) == (290, 4, Decimal("299.50"))
    sales.change(f"salesorderdetails({detail})", {"quantity": 1, "manualdiscountamount": None})
    assert _totals(sales, key) == (100, 4, Decimal("109.50"))
    sales.delete(f"salesorderdetails({detail})")
    assert _totals(sales, key) == (0, 0, Decimal("5.50"))


def test_totals_that_a_caller_writes_are_recomputed(sales: Sales) -> None:
    """assumptions.COMPUTED_COLUMNS_ARE_WRITABLE: the templates write them, system pricing has the last word;
    dynamics-365-customer-engagement salesorder.md
    """
    key = _order(sales, totalamount=999, totaltax=99)
    sales.create("salesorderdetails", line(key, extendedamount=999))
    assert _totals(sales, key) == (100, 0, 100)


def test_a_locked_price_keeps_what_a_caller_writes(sales: Sales) -> None:
    """dynamics-365-customer-engagement: ispricelocked; dynamics-365-customer-engagement salesorder.md"""
    key = _order(sales, ispricelocked=True, totalamount=Decimal("12.34"))
    detail = sales.create("salesorderdetails", line(key, baseamount=7))
    assert _totals(sales, key) == (None, None, Decimal("12.34"))
    row = sales.row(f"salesorderdetails({detail})")
    assert (row["baseamount"], row["salesorderispricelocked"]) == (7, True)


def test_pricing_can_be_skipped_per_document(sales: Sales) -> None:
    """salesorder.md: skippricecalculation; dynamics-365-customer-engagement salesorder.md"""
    key = _order(sales, skippricecalculation=1, totalamount=5)
    sales.create("salesorderdetails", line(key))
    assert _totals(sales, key) == (None, None, 5)


def test_pricing_can_be_off_for_the_organization(sales: Sales) -> None:
    """organization.md: oobpricecalculationenabled; dynamics-365-customer-engagement organization.md"""
    sales.admin("load", {"rows": {"organizations": [{"oobpricecalculationenabled": False}]}})
    key = _order(sales, totalamount=5)
    sales.create("salesorderdetails", line(key))
    assert _totals(sales, key) == (None, None, 5)


def test_pricing_is_skipped_for_the_integration_user(sales: Sales) -> None:
    """organization.md: issopintegrationenabled; systemuser.md: isintegrationuser."""
    sales.admin("load", {"rows": {"organizations": [{"issopintegrationenabled": True}]}})
    user = sales.json(sales.get("WhoAmI"))["UserId"]
    sales.admin("alter", {"set": "systemusers", "key": {"systemuserid": user}, "values": {"isintegrationuser": True}})
    assert _totals(sales, _order(sales, totalamount=5)) == (None, None, 5)


def test_amounts_have_the_currencys_decimals(sales: Sales) -> None:
    """PrecisionSource 2 (currency) and 1 (pricing): yen have none, unit prices keep four;
    dynamics-365-customer-engagement salesorderdetail.md.
    """
    yen = {"pricelevelid@odata.bind": f"/pricelevels({LIST_JPY})"}
    key = _order(sales, **yen)
    more: dict[str, Any] = {"ispriceoverridden": True, "priceperunit": Decimal("10.12345"), "tax": Decimal("1.5")}
    detail = sales.create("salesorderdetails", line(key, quantity="3", **more))
    row = sales.row(f"salesorderdetails({detail})")
    assert (row["priceperunit"], row["tax"], row["baseamount"]) == (Decimal("10.1235"), 2, 30)
    assert sales.row(f"salesorders({key})")["_transactioncurrencyid_value"] == JPY
    assert _totals(sales, key) == (30, 2, 32)


def test_the_price_comes_from_the_price_list(sales: Sales) -> None:
    """salesorderdetail.md: ispriceoverridden false means the price list's price;
    dynamics-365-customer-engagement salesorderdetail.md.
    """
    detail = sales.create("salesorderdetails", line(_order(sales), HELMET, priceperunit=1))
    row = sales.row(f"salesorderdetails({detail})")
    assert (row["priceperunit"], row["pricingerrorcode"], row["baseamount"]) == (
        Decimal("12.3456"),
        0,
        Decimal("12.35"),
    )


def test_an_overridden_price_wins_over_the_price_list(sales: Sales) -> None:
    """The order template's constant ispriceoverridden (sales-order-template-mapping-direct-two-ways.md);
    dynamics-365-customer-engagement salesorderdetail.md.
    """
    detail = sales.create("salesorderdetails", line(_order(sales), ispriceoverridden=True, priceperunit=7))
    assert sales.row(f"salesorderdetails({detail})")["baseamount"] == 7


def test_a_product_that_is_not_in_the_price_list_has_a_pricing_error(sales: Sales) -> None:
    """salesorderdetail.md: pricingerrorcode 11 Product Not In Price Level;
    dynamics-365-customer-engagement salesorderdetail.md.
    """
    key = _order(sales, **{"pricelevelid@odata.bind": f"/pricelevels({LIST_EUR})"})
    row = sales.row(f"salesorderdetails({sales.create('salesorderdetails', line(key))})")
    assert (row["pricingerrorcode"], row["priceperunit"]) == (11, 0)


def test_a_document_needs_a_price_list(sales: Sales) -> None:
    """Error list: PriceListIsMandatory; sales-order-template-mapping-direct-two-ways.md; web-service-error-codes."""
    body = {name: value for name, value in order().items() if not name.startswith("pricelevelid")}
    for entity_set in ("quotes", "salesorders", "invoices"):
        assert refusal(sales.post(entity_set, body)) == (400, "0x80100010")


def test_the_price_list_has_the_documents_currency(sales: Sales) -> None:
    """Error list: RecordAndPricelistCurrencyNotEqual; web-service-error-codes."""
    answer = sales.post(
        "salesorders", order("SO-1", **{"transactioncurrencyid@odata.bind": f"/transactioncurrencies({EUR})"})
    )
    assert refusal(answer) == (400, "0x80048cf6")
    assert message(answer) == "The currency of the record does not match the currency of the price list."
    key = _order(sales)
    assert sales.row(f"salesorders({key})")["_transactioncurrencyid_value"] == USD
    change = {"pricelevelid@odata.bind": f"/pricelevels({LIST_EUR})"}
    assert refusal(sales.patch(f"salesorders({key})", change)) == (400, "0x80048cf6")


def test_a_line_has_its_headers_currency(sales: Sales) -> None:
    """web-service-error-codes."""
    key = _order(sales)
    bind = {"transactioncurrencyid@odata.bind": f"/transactioncurrencies({EUR})"}
    assert refusal(sales.post("salesorderdetails", line(key, **bind))) == (400, "0x80048cf6")


def test_a_product_on_a_document_is_active(sales: Sales) -> None:
    """products-template-mapping-direct.md: drafts must be activated before use; assumptions.INACTIVE_PRODUCT_CODE."""
    answer = sales.post("salesorderdetails", line(_order(sales), DRAFT_PRODUCT))
    assert refusal(answer) == (400, "0x80040203")
    assert "DR-1" in message(answer)


def test_the_unit_is_one_of_the_products_unit_group(sales: Sales) -> None:
    """Error list: ProductInvalidUnit; web-service-error-codes."""
    key = _order(sales)
    wrong = line(key, **{"uomid@odata.bind": f"/uoms({HOUR})"})
    assert refusal(sales.post("salesorderdetails", wrong)) == (400, "0x80043b14")
    sales.create("salesorderdetails", line(key, **{"uomid@odata.bind": f"/uoms({BOX})"}))


def test_a_line_is_a_product_or_a_write_in(sales: Sales) -> None:
    """Error list: CannotSpecifyBothProductAndProductDesc; web-service-error-codes."""
    key = _order(sales)
    assert refusal(sales.post("salesorderdetails", line(key, isproductoverridden=True))) == (400, "0x80043afb")
    bare = {"salesorderid@odata.bind": f"/salesorders({key})", "quantity": 1}
    assert refusal(sales.post("salesorderdetails", bare)) == (400, "0x80040200")
    assert refusal(sales.post("salesorderdetails", {**bare, "isproductoverridden": True})) == (400, "0x80040200")


def test_a_line_needs_a_quantity(sales: Sales) -> None:
    """dynamics-365-customer-engagement salesorderdetail.md: ApplicationRequired; assumptions.BUSINESS_REQUIRED."""
    body = {name: value for name, value in line(_order(sales)).items() if name != "quantity"}
    assert refusal(sales.post("salesorderdetails", body)) == (400, "0x80040200")


def test_a_discount_is_not_negative(sales: Sales) -> None:
    """salesorderdetail.md: manualdiscountamount 0 to 1,000,000,000,000;
    dynamics-365-customer-engagement salesorderdetail.md.
    """
    answer = sales.post("salesorderdetails", line(_order(sales), manualdiscountamount=Decimal("-0.01")))
    assert refusal(answer) == (400, "0x80044330")


def test_lines_are_numbered_where_they_bring_no_number(sales: Sales) -> None:
    """lineitemnumber is Sales' own; sequencenumber is not filled; dynamics-365-customer-engagement salesorderdetail.md."""
    key = _order(sales)
    first = sales.create("salesorderdetails", line(key))
    sales.create("salesorderdetails", line(key, lineitemnumber=7, sequencenumber=3))
    third = sales.create("salesorderdetails", line(key))
    numbers = [sales.row(f"salesorderdetails({key})")["lineitemnumber"] for key in (first, third)]
    assert numbers == [1, 8]
    assert sales.row(f"salesorderdetails({third})")["sequencenumber"] is None


def test_a_line_keeps_columns_that_cannot_change(sales: Sales) -> None:
    """salesorderdetail.md: not valid for update; dynamics-365-customer-engagement salesorderdetail.md."""
    key = sales.create("salesorderdetails", line(_order(sales)))
    for column in ({"isproductoverridden": True}, {"producttypecode": 5}):
        assert refusal(sales.patch(f"salesorderdetails({key})", column)) == (400, "0x80041100")


def test_a_discount_per_unit_counts_for_each_of_the_quantity(sales: Sales) -> None:
    """dynamics-365-customer-engagement organization.md: DiscountCalculationMethod 1, Per unit; 0 is Line item"""
    key = sales.create("salesorders", order("SO-1"))
    sales.create("salesorderdetails", line(key, quantity="3", manualdiscountamount=10))
    assert sales.row(f"salesorders({key})")["totalamount"] == 290
    sales.admin("load", {"rows": {"organizations": [{"discountcalculationmethod": 1}]}})
    sales.change(f"salesorders({key})", {"description": "x"})
    row = sales.row(f"salesorders({key})")
    assert (row["totalamount"], row["totallineitemdiscountamount"]) == (270, 30)


def test_a_create_that_is_not_priced_is_a_501(sales: Sales) -> None:
    """dynamics-365-customer-engagement organization.md: EnablePricingOnCreate off."""
    sales.admin("load", {"rows": {"organizations": [{"enablepricingoncreate": False}]}})
    answer = sales.post("salesorders", order("SO-1"))
    assert refusal(answer) == (501, "501")
    assert "organization.enablepricingoncreate off" in message(answer)
    assert sales.admin("rows/salesorders")["value"] == []
