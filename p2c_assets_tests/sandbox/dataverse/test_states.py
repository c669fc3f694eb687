"""State machines: creation in the default state only, allowed transitions, read-only records."""

from typing import Any

import pytest

from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, BIKE, DRAFT_PRODUCT, EACH, GROUP, USD, line, order


def _quote(sales: Sales, **more: Any) -> str:
    return sales.create("quotes", {**order(), "quotenumber": "Q-1", **more})


def test_a_row_is_created_in_its_default_state(sales: Sales) -> None:
    """dynamics-365-customer-engagement salesorder.md: statecode is not valid for create."""
    row = sales.row(f"salesorders({sales.create('salesorders', order('SO-1'))})")
    assert (row["statecode"], row["statuscode"]) == (0, 1)


def test_the_default_state_may_be_named_on_create(sales: Sales) -> None:
    """The order template writes statecode Active, statuscode New (sales-order-template-mapping-direct-two-ways.md)."""
    sales.create("salesorders", order("SO-1", statecode=0, statuscode=1))
    key = sales.create("invoices", {**order(), "invoicenumber": "I-1", "statuscode": 4})
    assert sales.row(f"invoices({key})")["statuscode"] == 4


def test_another_state_cannot_be_named_on_create(sales: Sales) -> None:
    """Error list: InvalidStateCodeStatusCode; use-upsert; web-service-error-codes"""
    answer = sales.post("salesorders", order("SO-1", statecode=4, statuscode=100003))
    assert refusal(answer) == (400, "0x80048408")
    assert message(answer) == "100003 is not a valid status code for state code SalesorderState.Invoiced on salesorder"


def test_a_status_has_to_belong_to_its_state(sales: Sales) -> None:
    """Error list: InvalidStateCodeStatusCode; use-upsert; web-service-error-codes"""
    answer = sales.patch(f"accounts({ACCOUNT})", {"statecode": 1, "statuscode": 1})
    assert refusal(answer) == (400, "0x80048408")
    assert message(answer) == "1 is not a valid status code for state code AccountState.Inactive on account"
    sales.change(f"accounts({ACCOUNT})", {"statecode": 1})
    assert sales.row(f"accounts({ACCOUNT})")["statuscode"] == 2


def test_a_quote_is_activated_by_patch_and_then_read_only(sales: Sales) -> None:
    """dynamics-365-customer-engagement quote.md: only Draft is editable; use-upsert; web-service-error-codes"""
    key = _quote(sales)
    detail = sales.create("quotedetails", line(key, parent="quote"))
    sales.change(f"quotes({key})", {"statecode": 1, "statuscode": 2})
    assert sales.row(f"quotedetails({detail})")["quotestatecode"] == 1
    assert refusal(sales.patch(f"quotes({key})", {"name": "x"})) == (400, "0x80048408")
    assert refusal(sales.patch(f"quotedetails({detail})", {"quantity": 2})) == (400, "0x80043b09")
    assert refusal(sales.post("quotedetails", line(key, parent="quote"))) == (400, "0x80043b09")
    assert refusal(sales.delete(f"quotedetails({detail})")) == (400, "0x80043b09")


@pytest.mark.parametrize(("state", "status"), [(2, 4), (3, 5)])
def test_a_quote_is_not_won_or_closed_by_patch(sales: Sales, state: int, status: int) -> None:
    """dynamics-365-customer-engagement quote.md: WinQuote, CloseQuote."""
    key = _quote(sales)
    assert refusal(sales.patch(f"quotes({key})", {"statecode": state, "statuscode": status})) == (400, "0x80048408")
    assert sales.row(f"quotes({key})")["statecode"] == 0


def test_an_active_quote_does_not_become_a_draft_again(sales: Sales) -> None:
    """dynamics-365-customer-engagement quote.md"""
    key = _quote(sales)
    sales.change(f"quotes({key})", {"statecode": 1})
    assert refusal(sales.patch(f"quotes({key})", {"statecode": 0, "statuscode": 1})) == (400, "0x80048408")


@pytest.mark.parametrize("state", [2, 3])
def test_an_order_is_neither_canceled_nor_fulfilled_by_patch(sales: Sales, state: int) -> None:
    """dynamics-365-customer-engagement salesorder.md: CancelSalesOrder and FulfillSalesOrder do that."""
    key = sales.create("salesorders", order("SO-1"))
    assert refusal(sales.patch(f"salesorders({key})", {"statecode": state})) == (400, "0x80048408")


def test_an_order_becomes_invoiced_by_patch_as_dual_write_does_it(sales: Sales) -> None:
    """sales-status-map.md: SCM's Invoiced is written to the order's state."""
    key = sales.create("salesorders", order("SO-1"))
    sales.change(f"salesorders({key})", {"statecode": 4, "statuscode": 100003})
    assert refusal(sales.patch(f"salesorders({key})", {"description": "x"})) == (400, "0x80048408")


def test_a_submitted_order_is_read_only(sales: Sales) -> None:
    """dynamics-365-customer-engagement salesorder.md."""
    key = sales.create("salesorders", order("SO-1"))
    sales.change(f"salesorders({key})", {"statecode": 1, "statuscode": 3})
    assert refusal(sales.patch(f"salesorders({key})", {"description": "x"})) == (400, "0x80048408")
    assert refusal(sales.post("salesorderdetails", line(key))) == (400, "0x80043b09")
    assert refusal(sales.patch(f"salesorders({key})", {"statecode": 0})) == (400, "0x80048408")


def test_an_invoiced_order_reopens_by_patch_and_takes_the_columns_with_it(sales: Sales) -> None:
    """assumptions.INVOICED_ORDER_REOPENS_BY_PATCH, REOPENING_COMES_FIRST;
    sales-order-template-mapping-direct-two-ways
    """
    key = sales.create("salesorders", order("SO-1"))
    bind = {"salesorderid@odata.bind": f"/salesorders({key})"}
    sales.create("invoices", {**order(), "invoicenumber": "I-1", **bind})
    assert sales.row(f"salesorders({key})")["statecode"] == 4
    assert refusal(sales.patch(f"salesorders({key})", {"description": "x"})) == (400, "0x80048408")
    assert refusal(sales.post("salesorderdetails", line(key))) == (400, "0x80043b09")
    sales.change(f"salesorders({key})", {"statecode": 0, "statuscode": 1, "description": "x"})
    row = sales.row(f"salesorders({key})")
    assert (row["statecode"], row["statuscode"], row["description"]) == (0, 1, "x")
    sales.create("salesorderdetails", line(key))


@pytest.mark.parametrize(("state", "status"), [(2, 100001), (3, 100003)])
def test_a_paid_or_canceled_invoice_is_read_only_until_reactivated(sales: Sales, state: int, status: int) -> None:
    """dynamics-365-customer-engagement invoice.md."""
    key = sales.create("invoices", {**order(), "invoicenumber": "I-1"})
    sales.change(f"invoices({key})", {"statecode": state, "statuscode": status})
    assert refusal(sales.patch(f"invoices({key})", {"description": "x"})) == (400, "0x80048408")
    sales.change(f"invoices({key})", {"statecode": 0, "statuscode": 1})
    sales.change(f"invoices({key})", {"description": "x"})


def test_a_draft_product_is_activated_by_patch(sales: Sales) -> None:
    """dynamics-365-customer-engagement product.md."""
    sales.change(f"products({DRAFT_PRODUCT})", {"statecode": 0, "statuscode": 1})
    assert sales.row(f"products({DRAFT_PRODUCT})")["statecode"] == 0


@pytest.mark.parametrize(
    ("product", "state", "code"),
    [(BIKE, 2, "0x8004F912"), (DRAFT_PRODUCT, 1, "0x8004F978"), (DRAFT_PRODUCT, 3, "0x8004F913")],
)
def test_products_refuse_other_transitions_by_their_own_codes(
    sales: Sales, product: str, state: int, code: str
) -> None:
    """Error list: ProductFromActiveToDraftState and its kin; web-service-error-codes"""
    assert refusal(sales.patch(f"products({product})", {"statecode": state})) == (400, code)


def test_an_active_product_takes_updates(sales: Sales) -> None:
    """assumptions.ACTIVE_PRODUCTS_ARE_EDITABLE; dynamics-365-customer-engagement product.md"""
    sales.change(f"products({BIKE})", {"description": "x"})
    assert sales.row(f"products({BIKE})")["description"] == "x"


STATES = {
    "quote": {0: [1], 1: [2, 3], 2: [4], 3: [7, 5, 6, 647390000]},
    "salesorder": {0: [1, 2], 1: [3], 2: [4], 3: [100001, 100002], 4: [100003]},
    "invoice": {0: [1, 2, 4, 5, 6], 1: [3, 7], 2: [100001, 100002], 3: [100003]},
    "product": {0: [1], 1: [2], 2: [0], 3: [3]},
}
"""The statuses of each state, its default one first; 647390000 is the CRMP2C solution's."""


@pytest.mark.parametrize("table", STATES)
def test_each_state_has_its_statuses_and_a_default_one(sales: Sales, table: str) -> None:
    """dynamics-365-customer-engagement quote.md, salesorder.md, invoice.md, product.md: StateCode and StatusCode choices;
    dynamics-365-customer-engagement salesorder.md; dynamics-365-customer-engagement invoice.md;
    dynamics-365-customer-engagement product.md
    """
    columns = f"EntityDefinitions(LogicalName='{table}')/Attributes/Microsoft.Dynamics.CRM"
    (states,) = sales.value(f"{columns}.StateAttributeMetadata?$select=LogicalName&$expand=OptionSet")
    (statuses,) = sales.value(f"{columns}.StatusAttributeMetadata?$select=LogicalName&$expand=OptionSet")
    defaults = {option["Value"]: option["DefaultStatus"] for option in states["OptionSet"]["Options"]}
    found = {state: [default] for state, default in defaults.items()}
    for option in statuses["OptionSet"]["Options"]:
        if option["Value"] != defaults[option["State"]]:
            found[option["State"]].append(option["Value"])
    assert {state: sorted(values) for state, values in found.items()} == {
        state: sorted(values) for state, values in STATES[table].items()
    }
    assert {state: values[0] for state, values in found.items()} == {s: v[0] for s, v in STATES[table].items()}


def test_a_state_alone_takes_its_default_status(sales: Sales) -> None:
    """dynamics-365-customer-engagement quote.md: default statuses"""
    key = _quote(sales)
    sales.change(f"quotes({key})", {"statecode": 1})
    assert sales.row(f"quotes({key})")["statuscode"] == 2


def test_products_are_created_active_where_the_organisation_says_so(sales: Sales) -> None:
    """dynamics-365-customer-engagement organization.md: CreateProductsWithoutParentInActiveState, 0 on a fresh one"""
    template = {
        "name": "x",
        "quantitydecimal": 0,
        "defaultuomid@odata.bind": f"/uoms({EACH})",
        "defaultuomscheduleid@odata.bind": f"/uomschedules({GROUP})",
        "transactioncurrencyid@odata.bind": f"/transactioncurrencies({USD})",
    }
    draft = sales.create("products", {**template, "productnumber": "N-1"})
    sales.admin("load", {"rows": {"organizations": [{"createproductswithoutparentinactivestate": True}]}})
    active = sales.create("products", {**template, "productnumber": "N-2"})
    assert [sales.row(f"products({key})")["statecode"] for key in (draft, active)] == [2, 0]


@pytest.mark.parametrize(
    ("path", "body", "feature"),
    [
        (f"products({BIKE})/Microsoft.Dynamics.CRM.PublishProductHierarchy", {}, "PublishProductHierarchy"),
        ("RevertProduct", {"Target": {}}, "RevertProduct"),
        ("products", {"name": "F", "productnumber": "F", "productstructure": 2}, "productstructure 2"),
        ("products", {"parentproductid@odata.bind": f"/products({BIKE})"}, "product.parentproductid"),
    ],
)
def test_product_families_are_a_501(sales: Sales, path: str, body: dict[str, Any], feature: str) -> None:
    """dynamics-365-customer-engagement product.md: families, bundles, PublishProductHierarchy, RevertProduct"""
    answer = sales.post(path, body)
    assert refusal(answer) == (501, "501")
    assert feature in message(answer)
