from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from p2c_assets.delivery.documents import Document, Member, assemble
from p2c_assets.delivery.plan import Change, Destination, Planned, plan_document
from p2c_assets.delivery.products import plan_product
from p2c_assets.mappings.catalogue import tasks
from p2c_assets.mappings.folding import folded
from p2c_assets.settings import MappingSettings

TASKS = tasks(MappingSettings())
TODAY = date(2026, 1, 5)
ORDER_ID = "11111111-1111-1111-1111-111111111111"


def mapped(task: str, source_id: str, target_key: str, parent: str | None = None, **columns: Any) -> Member:
    """A mapped row: what is not given is null."""
    row: dict[str, Any] = {field.target: None for field in TASKS[task].fields}
    row |= {"source_id": source_id, "parent_id": parent, "target_key": target_key, "document": target_key}
    row |= {"outcome": "mapped", "reason": None, "detail": None, "scope": "document", "amount": None, "currency": None}
    return Member(task, {**row, **columns})


def stored(task: str, **columns: Any) -> dict[str, Any]:
    """A row of the destination as raw has it."""
    names = {column.name: None for column in TASKS[task].target.columns}
    return {**names, **columns}


def customer(**columns: Any) -> Document:
    given = {"CustomerAccount": "ACC-1", "OrganizationName": "Adatum", "CustomerGroupId": "10", **columns}
    return assemble([mapped("accounts_to_customers", "a", "ACC-1", **given)], []).documents[0]


def plan(document: Document, **there: dict[str, Any]) -> Planned:
    there = {folded(key): row for key, row in there.items()}
    rows = {"scm_customers_v2": there, "sales_products": there, "scm_sales_order_headers": there}
    return plan_document(document, TASKS, Destination(rows, TODAY), "usmf")


def test_a_row_that_is_not_there_is_created_with_everything_that_has_a_value() -> None:
    planned = plan(customer(CreditLimit=Decimal("1000.5000000000")))
    (operation,) = planned.operations
    assert (planned.action, operation.method, operation.entity_set) == ("create", "POST", "CustomersV2")
    assert operation.body == {
        "dataAreaId": "usmf",
        "CustomerAccount": "ACC-1",
        "OrganizationName": "Adatum",
        "CustomerGroupId": "10",
        "CreditLimit": Decimal("1000.5"),
    }


def test_only_the_fields_that_differ_are_updated_and_shown_with_before_and_after() -> None:
    there = stored(
        "accounts_to_customers", CustomerAccount="ACC-1", OrganizationName="Adatum Ltd", CustomerGroupId="10"
    )
    planned = plan(customer(), **{"ACC-1": there})
    (operation,) = planned.operations
    assert (operation.method, operation.key) == ("PATCH", {"dataAreaId": "usmf", "CustomerAccount": "ACC-1"})
    assert operation.body == {"OrganizationName": "Adatum"}
    assert planned.changes == (Change("customers_v2", "ACC-1", "OrganizationName", "Adatum Ltd", "Adatum"),)


def test_a_row_that_the_destination_spells_otherwise_is_that_row_and_is_addressed_as_it_is_spelled_there() -> None:
    there = stored("accounts_to_customers", CustomerAccount="acc-1", OrganizationName="Adatum Ltd")
    planned = plan(customer(), **{"acc-1": there})
    (operation,) = planned.operations
    assert (planned.action, operation.key) == ("update", {"dataAreaId": "usmf", "CustomerAccount": "acc-1"})


def test_the_same_record_referred_to_in_another_spelling_is_no_change() -> None:
    columns = {"SalesOrderNumber": "SO-1", "CurrencyCode": "USD"}
    header = mapped(
        "salesorders_to_order_headers",
        "h",
        "SO-1",
        **columns,
        OrderingCustomerAccountNumber="US-005",
        CustomersOrderReference="A",
    )
    there = stored(
        "salesorders_to_order_headers", **columns, OrderingCustomerAccountNumber="us-005", CustomersOrderReference="a"
    )
    planned = plan(assemble([header], []).documents[0], **{"SO-1": there})
    assert [change.field for change in planned.changes] == ["CustomersOrderReference"]


def test_what_a_clerk_changed_after_creation_is_not_overwritten() -> None:
    there = stored("accounts_to_customers", CustomerAccount="ACC-1", OrganizationName="Adatum", CustomerGroupId="90")
    assert plan(customer(), **{"ACC-1": there}).action == "unchanged"


def test_blank_text_and_nothing_are_the_same_value() -> None:
    there = stored("accounts_to_customers", CustomerAccount="ACC-1", OrganizationName="Adatum", SalesMemo=None)
    assert plan(customer(SalesMemo=""), **{"ACC-1": there}).action == "unchanged"


def test_an_address_that_is_not_sent_is_left_alone_in_scm() -> None:
    there = stored("accounts_to_customers", CustomerAccount="ACC-1", OrganizationName="Adatum", AddressCity="Bothell")
    assert plan(customer(AddressCity=None), **{"ACC-1": there}).action == "unchanged"


def test_an_order_that_scm_has_is_never_updated_from_sales() -> None:
    header = mapped("salesorders_to_order_headers", "h", "SO-1", SalesOrderNumber="SO-1", CurrencyCode="USD")
    there = stored("salesorders_to_order_headers", SalesOrderNumber="SO-1", CurrencyCode="EUR")
    planned = plan(assemble([header], []).documents[0], **{"SO-1": there})
    assert (planned.action, planned.reason, planned.operations) == ("filtered", "owned_by_scm", ())
    assert planned.detail is not None
    assert "CurrencyCode 'EUR' there, 'USD' here" in planned.detail


def test_a_header_and_its_new_line_are_one_changeset() -> None:
    header = mapped("order_headers_to_salesorders", "SO-1", "SO-1", salesorderid=ORDER_ID, name="Web order")
    line = mapped(
        "order_lines_to_salesorderdetails", "SO-1|1", "1", "SO-1", salesorderdetailid="d1", salesorderid=ORDER_ID
    )
    destination = Destination({}, TODAY)
    planned = plan_document(assemble([header], [line]).documents[0], TASKS, destination, "usmf")
    assert [operation.entity_set for operation in planned.operations] == ["salesorders", "salesorderdetails"]
    assert planned.operations[0].body == {"salesorderid": ORDER_ID, "name": "Web order"}
    assert planned.operations[1].body == {
        "salesorderdetailid": "d1",
        "salesorderid@odata.bind": f"/salesorders({ORDER_ID})",
    }


def test_an_invoiced_order_is_opened_for_its_update_and_closed_again() -> None:
    """Source: the template writes statecode Active at every update; Sales refuses other changes of an invoiced order."""
    header = mapped("order_headers_to_salesorders", "SO-1", "SO-1", salesorderid=ORDER_ID, name="New name")
    there = stored("order_headers_to_salesorders", salesorderid=ORDER_ID, name="Old name", statecode=4)
    destination = Destination({"sales_salesorders": {ORDER_ID: there}}, TODAY)
    planned = plan_document(assemble([header], []).documents[0], TASKS, destination, "usmf")
    assert [operation.body for operation in planned.operations] == [
        {"statecode": 0, "statuscode": 1},
        {"name": "New name"},
        {"statecode": 4, "statuscode": 100003},
    ]


@pytest.mark.parametrize(("state", "named"), [(2, "Canceled"), (3, "Fulfilled")])
def test_an_order_that_sales_has_closed_is_not_written_to(state: int, named: str) -> None:
    header = mapped("order_headers_to_salesorders", "SO-1", "SO-1", salesorderid=ORDER_ID, name="New name")
    there = stored("order_headers_to_salesorders", salesorderid=ORDER_ID, name="Old name", statecode=state)
    destination = Destination({"sales_salesorders": {ORDER_ID: there}}, TODAY)
    planned = plan_document(assemble([header], []).documents[0], TASKS, destination, "usmf")
    assert (planned.action, planned.reason, planned.operations) == ("rejected", "order_closed_in_sales", ())
    assert planned.detail == f"statecode is {named} there; it differs in 1 fields"


@pytest.mark.parametrize("status", ["Confirmed", "Lost", "Cancelled"])
def test_a_quotation_that_scm_has_closed_takes_no_revision(status: str) -> None:
    given = {"SalesQuotationNumber": "QUO-1", "SalesQuotationName": "Second revision"}
    document = assemble([mapped("quotes_to_quotation_headers", "q", "QUO-1", **given)], []).documents[0]
    there = stored("quotes_to_quotation_headers", SalesQuotationName="First", SalesQuotationStatus=status)
    planned = plan_document(
        document, TASKS, Destination({"scm_sales_quotation_headers": {"quo-1": there}}, TODAY), "usmf"
    )
    assert (planned.action, planned.reason, planned.operations) == ("rejected", "quotation_closed_in_scm", ())
    there["SalesQuotationStatus"] = "Sent"
    planned = plan_document(
        document,
        TASKS,
        Destination({"scm_sales_quotation_headers": {"quo-1": {**there, "SalesQuotationNumber": "QUO-1"}}}, TODAY),
        "usmf",
    )
    assert planned.action == "update"


def test_two_plans_of_one_content_have_one_fingerprint() -> None:
    assert plan(customer()).fingerprint == plan(customer()).fingerprint
    assert plan(customer()).fingerprint != plan(customer(OrganizationName="Contoso")).fingerprint


LISTS = {
    "l1": {"pricelevelid": "l1", "name": "A list", "statecode": 0, "transactioncurrencyid": "usd"},
    "l2": {"pricelevelid": "l2", "name": "B list", "statecode": 0, "transactioncurrencyid": "usd"},
}


def product(contribution: str, price_list: str, **columns: Any) -> Document:
    item = {"item_pricelevelid": price_list, "item_productid": "p1", "item_uomid": "u1", "item_amount": Decimal("9.5")}
    own = {"productid": "p1", "name": "Cable", "transactioncurrencyid": "usd", "contribution": contribution}
    return assemble([mapped("sellable_products_to_products", "P-1", "P-1", **item, **own, **columns)], []).documents[0]


def plan_of_product(document: Document, there: dict[str, Any] | None, items: dict[str, Any]) -> Planned:
    lists = {key: {**found, "begindate": None, "enddate": None} for key, found in LISTS.items()}
    products = {} if there is None else {"p1": stored("sellable_products_to_products", **there)}
    rows = {"sales_products": products, "sales_productpricelevels": items, "sales_pricelevels": lists}
    return plan_product(document, TASKS, Destination(rows, TODAY), "usmf")


def test_a_new_product_is_created_and_activated_in_one_changeset() -> None:
    planned = plan_of_product(product("product", "l1"), None, {})
    assert [operation.method for operation in planned.operations] == ["POST", "PATCH"]
    assert planned.operations[1].body == {"statecode": 0, "statuscode": 1}


def test_a_draft_that_is_otherwise_right_is_activated() -> None:
    there = {"productid": "p1", "name": "Cable", "transactioncurrencyid": "usd", "statecode": 2}
    item = {"pricelevelid": "l1", "productid": "p1", "uomid": "u1", "amount": Decimal("9.5"), "row_id": "i1"}
    planned = plan_of_product(product("product", "l1"), there, {"i1": item})
    assert (planned.action, [operation.body for operation in planned.operations]) == (
        "update",
        [{"statecode": 0, "statuscode": 1}],
    )


def test_a_price_list_that_the_solution_does_not_keep_gets_its_item_from_us() -> None:
    planned = plan_of_product(product("product", "l2"), None, {})
    assert [operation.entity_set for operation in planned.operations] == ["products", "products", "productpricelevels"]


def test_another_company_contributes_only_its_price() -> None:
    item = {"pricelevelid": "l2", "productid": "p1", "uomid": "u1", "amount": Decimal(9), "row_id": "i1"}
    planned = plan_of_product(product("price_list_item", "l2"), {"productid": "p1"}, {"i1": item})
    assert planned.action == "update"
    assert [(operation.key, operation.body) for operation in planned.operations] == [
        ({"productpricelevelid": "i1"}, {"amount": Decimal("9.5")})
    ]
    there = {**item, "amount": Decimal("9.5000000000")}
    assert plan_of_product(product("price_list_item", "l2"), {"productid": "p1"}, {"i1": there}).action == "unchanged"
