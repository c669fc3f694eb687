"""What the P2C solution's plug-ins do. Source where no other is named: CRMP2C solution, customizations.xml."""

import re
from decimal import Decimal
from typing import Any

from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import (
    ACCOUNT,
    BIKE,
    EACH,
    EUR,
    GROUP,
    HELMET,
    JPY,
    LIST_EUR,
    LIST_USD,
    OWN_PRODUCT,
    PERSON,
    TEAM_FRANCE,
    USD,
    guid,
    line,
    order,
)

CUSTOMER = {"customerid_contact@odata.bind": f"/contacts({PERSON})"}


def _for_contact(**more: Any) -> dict[str, Any]:
    body = {name: value for name, value in order().items() if not name.startswith("customerid")}
    return {**body, **CUSTOMER, **more}


def test_an_account_gets_a_number_like_the_documented_example(sales: Sales) -> None:
    """accounts-template-mapping-direct.md: ACC-01000-BVRCPS; CRMP2C solution."""
    first = sales.row(f"accounts({sales.create('accounts', {'name': 'One'})})")["accountnumber"]
    second = sales.row(f"accounts({sales.create('accounts', {'name': 'Two'})})")["accountnumber"]
    assert re.fullmatch(r"ACC-01000-[A-Z]{6}", first)
    assert re.fullmatch(r"ACC-01001-[A-Z]{6}", second)


def test_a_given_account_number_stays(sales: Sales) -> None:
    """CRMP2C solution."""
    key = sales.create("accounts", {"name": "One", "accountnumber": "MINE"})
    assert sales.row(f"accounts({key})")["accountnumber"] == "MINE"


def test_a_contact_gets_a_number_and_the_company_flag(sales: Sales) -> None:
    """contacts-template-mapping-direct.md: CON-01000-BVRCPS; msdynce_iscompanyanaccount; CRMP2C solution."""
    key = sales.create("contacts", {"lastname": "Ng", "parentcustomerid_account@odata.bind": f"/accounts({ACCOUNT})"})
    row = sales.row(f"contacts({key})")
    assert re.fullmatch(r"CON-01000-[A-Z]{6}", row["msdynce_contactnumber"])
    assert (row["msdynce_iscompanyanaccount"], row["msdynce_isactivecustomer"]) == (True, False)


def test_the_company_flag_follows_the_parent(sales: Sales) -> None:
    """Update(parentcustomerid); CRMP2C solution."""
    sales.change(f"contacts({PERSON})", {"parentcustomerid_account@odata.bind": f"/accounts({ACCOUNT})"})
    assert sales.row(f"contacts({PERSON})")["msdynce_iscompanyanaccount"] is True
    sales.change(f"contacts({PERSON})", {"parentcustomerid_account@odata.bind": None})
    assert sales.row(f"contacts({PERSON})")["msdynce_iscompanyanaccount"] is False


def test_the_full_name_is_made_of_its_parts(sales: Sales) -> None:
    sales.change(f"contacts({PERSON})", {"firstname": "Ann", "middlename": "B."})
    assert sales.row(f"contacts({PERSON})")["fullname"] == "Ann B. Ng"


def test_a_contact_becomes_an_active_customer_by_a_document(sales: Sales) -> None:
    """contacts-template-mapping-direct.md: a quote, order or invoice created for the contact; CRMP2C solution."""
    for entity_set, number in (
        ("quotes", "quotenumber"),
        ("salesorders", "ordernumber"),
        ("invoices", "invoicenumber"),
    ):
        sales.change(f"contacts({PERSON})", {"msdynce_isactivecustomer": False})
        sales.create(entity_set, _for_contact(**{number: "N-1"}))
        assert sales.row(f"contacts({PERSON})")["msdynce_isactivecustomer"] is True


def test_a_contact_becomes_an_active_customer_by_re_pointing(sales: Sales) -> None:
    """Update(customerid); CRMP2C solution."""
    key = sales.create("salesorders", order("SO-1"))
    sales.change(f"salesorders({key})", CUSTOMER)
    assert sales.row(f"contacts({PERSON})")["msdynce_isactivecustomer"] is True


def _product(number: str, currency: str = USD, price: str = "5.00") -> dict[str, Any]:
    return {
        "productnumber": number,
        "name": number,
        "price": Decimal(price),
        "quantitydecimal": 0,
        "defaultuomid@odata.bind": f"/uoms({EACH})",
        "defaultuomscheduleid@odata.bind": f"/uomschedules({GROUP})",
        "transactioncurrencyid@odata.bind": f"/transactioncurrencies({currency})",
    }


def _items(sales: Sales, product: str) -> list[tuple[str, Decimal]]:
    rows = sales.value(f"productpricelevels?$filter=_productid_value eq {product}")
    return [(row["_pricelevelid_value"], row["amount"]) for row in rows]


def test_a_product_joins_the_price_list_of_its_currency(sales: Sales) -> None:
    """products-template-mapping-direct.md; CRMP2C solution."""
    key = sales.create("products", _product("N"))
    assert _items(sales, key) == [(LIST_USD, Decimal("5.00"))]
    row = sales.one("productpricelevels", f"_productid_value eq {key}")
    assert (row["_uomid_value"], row["_uomscheduleid_value"]) == (EACH, GROUP)
    assert (row["pricingmethodcode"], row["quantitysellingcode"], row["_transactioncurrencyid_value"]) == (1, 1, USD)


def test_a_price_list_item_takes_unit_group_and_currency_from_its_parents(sales: Sales) -> None:
    """dynamics-365-customer-engagement productpricelevel.md; one item per price list, product and unit."""
    item = {
        "pricelevelid@odata.bind": f"/pricelevels({LIST_EUR})",
        "productid@odata.bind": f"/products({BIKE})",
        "uomid@odata.bind": f"/uoms({EACH})",
        "amount": Decimal("90.12345"),
    }
    row = sales.row(f"productpricelevels({sales.create('productpricelevels', item)})")
    assert (row["_uomscheduleid_value"], row["_transactioncurrencyid_value"]) == (GROUP, EUR)
    assert (row["amount"], row["pricingmethodcode"]) == (Decimal("90.1235"), 1)
    assert refusal(sales.post("productpricelevels", item)) == (412, "0x80040237")


def test_the_first_valid_price_list_by_name_wins(sales: Sales) -> None:
    """products-template-mapping-direct.md: ordered alphabetically; valid is active and within its dates; CRMP2C solution."""
    other = {"transactioncurrencyid@odata.bind": f"/transactioncurrencies({USD})"}
    expired = sales.create("pricelevels", {"name": "A", "enddate": "2025-12-31", **other})
    coming = sales.create("pricelevels", {"name": "AA", "begindate": "2026-02-01", **other})
    inactive = sales.create("pricelevels", {"name": "AAA", **other})
    sales.change(f"pricelevels({inactive})", {"statecode": 1, "statuscode": 100002})
    wanted = sales.create("pricelevels", {"name": "b", **other})
    assert _items(sales, sales.create("products", _product("N"))) == [(wanted, Decimal("5.00"))]
    assert {expired, coming}.isdisjoint({wanted})


def test_an_explicit_price_list_wins(sales: Sales) -> None:
    """products-template-mapping-direct.md; CRMP2C solution."""
    key = sales.create("products", _product("N"))
    sales.change(f"products({key})", {"pricelevelid@odata.bind": f"/pricelevels({LIST_EUR})"})
    assert (LIST_EUR, Decimal("5.00")) in _items(sales, key)


def test_a_product_without_a_price_list_fails(sales: Sales) -> None:
    """products-template-mapping-direct.md: no price list with that currency: the row fails; CRMP2C solution."""
    sales.change(f"pricelevels({LIST_EUR})", {"statecode": 1, "statuscode": 100002})
    answer = sales.post("products", _product("N", EUR))
    assert refusal(answer) == (400, "0x80040265")
    assert message(answer) == "No valid price list with the currency EUR was found for the product N."
    assert sales.value("products?$filter=productnumber eq 'N'") == []


def test_a_new_price_refreshes_the_item(sales: Sales) -> None:
    """Update(price); CRMP2C solution."""
    sales.change(f"products({BIKE})", {"price": Decimal("111.1111")})
    assert _items(sales, BIKE) == [(LIST_USD, Decimal("111.1111"))]


def test_new_products_start_as_the_organization_says(sales: Sales) -> None:
    """products-template-mapping-direct.md; organization.createproductswithoutparentinactivestate."""
    assert sales.row(f"products({sales.create('products', _product('N1'))})")["statecode"] == 2
    sales.admin("load", {"rows": {"organizations": [{"createproductswithoutparentinactivestate": True}]}})
    row = sales.row(f"products({sales.create('products', _product('N2'))})")
    assert (row["statecode"], row["statuscode"]) == (0, 1)


def test_an_order_of_a_user_starts_as_draft(sales: Sales) -> None:
    """sales-order-template-mapping-direct-two-ways.md; assumptions.DEFAULT_PROCESSING_STATUS."""
    plain = sales.create("salesorders", order("SO-1"))
    confirmed = sales.create("salesorders", order("SO-2", msdynce_processingstatus=647390001))
    assert sales.row(f"salesorders({plain})")["msdynce_processingstatus"] == 647390011
    assert sales.row(f"salesorders({confirmed})")["msdynce_processingstatus"] == 647390001


def test_documents_get_numbers_and_quotes_their_revision(sales: Sales) -> None:
    assert re.match("ORD-01000-", sales.row(f"salesorders({sales.create('salesorders', order())})")["ordernumber"])
    row = sales.row(f"quotes({sales.create('quotes', order())})")
    assert re.match("QUO-01000-", row["quotenumber"])
    assert row["revisionnumber"] == 0


def _flags(sales: Sales, key: str) -> tuple[bool | None, list[bool | None]]:
    header = sales.row(f"salesorders({key})")["msdynce_hasexternallymaintainedproductsonly"]
    lines = sales.value(f"salesorderdetails?$filter=_salesorderid_value eq {key}")
    return header, [row["msdynce_orderhasexternalmaintainedproductsonly"] for row in lines]


def test_the_flag_is_true_for_products_from_scm_only(sales: Sales) -> None:
    """quotedetail/salesorderdetail Create, Update(productid), Delete: header flag and its copies on the lines;
    CRMP2C solution.
    """
    key = sales.create("salesorders", order("SO-1"))
    assert _flags(sales, key) == (None, [])
    sales.create("salesorderdetails", line(key))
    assert _flags(sales, key) == (True, [True])
    own = sales.create("salesorderdetails", line(key, OWN_PRODUCT))
    assert _flags(sales, key) == (False, [False, False])
    sales.change(f"salesorderdetails({own})", {"productid@odata.bind": f"/products({HELMET})"})
    assert _flags(sales, key) == (True, [True, True])
    sales.create("salesorderdetails", _write_in(key))
    assert _flags(sales, key)[0] is False


def _write_in(key: str, **more: Any) -> dict[str, Any]:
    return {
        "salesorderid@odata.bind": f"/salesorders({key})",
        "isproductoverridden": True,
        "productdescription": "Gift wrap",
        "quantity": 1,
        "priceperunit": 3,
        **more,
    }


def test_the_flag_is_false_once_the_last_line_is_gone(sales: Sales) -> None:
    """CRMP2C solution."""
    key = sales.create("salesorders", order("SO-1"))
    detail = sales.create("salesorderdetails", line(key))
    sales.delete(f"salesorderdetails({detail})")
    assert _flags(sales, key) == (False, [])


def test_quote_and_invoice_headers_carry_the_flag_too(sales: Sales) -> None:
    """CRMP2C solution."""
    quote = sales.create("quotes", order())
    detail = sales.create("quotedetails", line(quote, parent="quote"))
    assert sales.row(f"quotes({quote})")["msdynce_hasexternallymaintainedproductsonly"] is True
    row = sales.row(f"quotedetails({detail})")
    assert row["msdynce_quotehasexternalmaintainedproductsonly"] is True
    assert row["msdynce_quoterevisionnumber"] == 0
    invoice = sales.create("invoices", order(invoicenumber="I-1"))
    sales.create("invoicedetails", line(invoice, parent="invoice"))
    assert sales.row(f"invoices({invoice})")["msdynce_hasexternallymaintainedproductsonly"] is True


def test_the_order_number_is_copied_to_the_lines(sales: Sales) -> None:
    """CRMP2C solution."""
    key = sales.create("salesorders", order("SO-1"))
    detail = sales.create("salesorderdetails", line(key))
    row = sales.row(f"salesorderdetails({detail})")
    assert (row["msdynce_ordernumber"], row["salesorderstatecode"]) == ("SO-1", 0)


def _freight(sales: Sales, key: str) -> list[tuple[Decimal, str, Decimal]]:
    rows = sales.value(f"salesorderdetails?$filter=_salesorderid_value eq {key} and msdynce_ismisctax eq true")
    return [(row["tax"], row["productdescription"], row["quantity"]) for row in rows]


def test_the_freight_tax_line_follows_the_header(sales: Sales) -> None:
    """sales-order-template-mapping-direct-two-ways.md: a write-in product Freight Tax carries the header tax;
    CRMP2C solution.
    """
    key = sales.create("salesorders", order("SO-1", msdynce_misctax=Decimal("2.50")))
    sales.create("salesorderdetails", line(key))
    assert _freight(sales, key) == [(Decimal("2.50"), "Freight Tax", Decimal(1))]
    assert sales.row(f"salesorders({key})")["totaltax"] == Decimal("2.50")
    assert sales.row(f"salesorders({key})")["totalamount"] == Decimal("102.50")
    sales.change(f"salesorders({key})", {"msdynce_misctax": 3})
    assert _freight(sales, key) == [(Decimal(3), "Freight Tax", Decimal(1))]
    sales.change(f"salesorders({key})", {"description": "again"})
    assert len(_freight(sales, key)) == 1
    sales.change(f"salesorders({key})", {"msdynce_misctax": 0})
    assert _freight(sales, key) == []
    assert sales.row(f"salesorders({key})")["totalamount"] == Decimal(100)


def test_the_freight_tax_line_does_not_break_the_flag(sales: Sales) -> None:
    """CRMP2C solution."""
    key = sales.create("salesorders", order("SO-1", msdynce_misctax=2))
    assert sales.row(f"salesorders({key})")["msdynce_hasexternallymaintainedproductsonly"] is not True
    sales.create("salesorderdetails", line(key))
    assert sales.row(f"salesorders({key})")["msdynce_hasexternallymaintainedproductsonly"] is True


def test_a_second_freight_tax_line_is_refused(sales: Sales) -> None:
    """Text of the plug-in: Sales order can not contain more than one Freight tax; CRMP2C solution."""
    key = sales.create("salesorders", order("SO-1", msdynce_misctax=2))
    answer = sales.post("salesorderdetails", _write_in(key, msdynce_ismisctax=True))
    assert refusal(answer) == (400, "0x80040265")
    assert message(answer) == "Sales order can not contain more than one Freight tax"


def test_an_invoice_carries_freight_tax_too(sales: Sales) -> None:
    """sales-invoice-template-mapping-direct.md; invoice Update async; CRMP2C solution."""
    key = sales.create("invoices", order(invoicenumber="I-1", msdynce_misctax=Decimal("1.25")))
    (row,) = sales.value(f"invoicedetails?$filter=_invoiceid_value eq {key}")
    assert (row["tax"], row["msdynce_ismisctax"]) == (Decimal("1.25"), True)


def test_an_invoice_makes_its_order_invoiced_and_takes_its_owner(sales: Sales) -> None:
    """sales-invoice-template-mapping-direct.md; CRMP2C solution."""
    team = {"ownerid@odata.bind": f"/teams({TEAM_FRANCE})"}
    key = sales.create("salesorders", {**order("SO-1"), **team})
    detail = sales.create("salesorderdetails", line(key))
    bind = {"salesorderid@odata.bind": f"/salesorders({key})"}
    invoice = sales.create("invoices", {**order(invoicenumber="I-1"), **bind})
    row = sales.row(f"salesorders({key})")
    assert (row["statecode"], row["statuscode"]) == (4, 100003)
    assert sales.row(f"invoices({invoice})")["_ownerid_value"] == TEAM_FRANCE
    assert sales.row(f"salesorderdetails({detail})")["salesorderstatecode"] == 4
    invoice_line = sales.create("invoicedetails", line(invoice, parent="invoice"))
    assert sales.row(f"invoicedetails({invoice_line})")["_ownerid_value"] == TEAM_FRANCE


def test_an_invoice_that_is_re_pointed_invoices_the_other_order(sales: Sales) -> None:
    """Update(salesorderid); CRMP2C solution."""
    key = sales.create("salesorders", order("SO-1"))
    invoice = sales.create("invoices", order(invoicenumber="I-1"))
    sales.change(f"invoices({invoice})", {"salesorderid@odata.bind": f"/salesorders({key})"})
    assert sales.row(f"salesorders({key})")["statecode"] == 4


def test_a_product_in_yen_joins_the_yen_list(sales: Sales) -> None:
    key = sales.create("products", _product("N", JPY, "100"))
    assert [amount for _, amount in _items(sales, key)] == [Decimal(100)]
    assert guid(6, 3) == _items(sales, key)[0][0]


def test_a_product_without_price_joins_its_list_at_zero(sales: Sales) -> None:
    """products-template-mapping-direct.md: assumptions.PRICE_OF_PRODUCT_WITHOUT_PRICE."""
    body = {name: value for name, value in _product("N").items() if name != "price"}
    assert _items(sales, sales.create("products", body)) == [(LIST_USD, Decimal(0))]


def test_the_freight_tax_line_comes_to_a_closed_order_too(sales: Sales) -> None:
    """sales-order-template-mapping-direct-two-ways.md: an asynchronous step; assumptions.FREIGHT_TAX_IGNORES_LOCKS."""
    key = sales.create("salesorders", order("SO-1"))
    sales.change(f"salesorders({key})", {"msdynce_misctax": 2, "statecode": 4, "statuscode": 100003})
    assert _freight(sales, key) == [(Decimal(2), "Freight Tax", Decimal(1))]
