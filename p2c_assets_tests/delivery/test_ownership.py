from decimal import Decimal

from p2c_assets.connectors.protocol import Operation
from p2c_assets.delivery.documents import Document, Member
from p2c_assets.delivery.ownership import guarded
from p2c_assets.delivery.plan import Change, Planned

ROW = {
    "document": "SO-1",
    "target_key": "SO-1",
    "source_id": "h",
    "outcome": "mapped",
    "amount": Decimal(1),
    "currency": "USD",
}
DOCUMENT = Document("SO-1", Member("order_headers_to_salesorders", ROW), (), (), None)
OPERATION = Operation("PATCH", "salesorders", {"salesorderid": "g"}, {"name": "x"})


def planned(action: str, *changes: Change) -> Planned:
    return Planned(DOCUMENT, action, None, None, (OPERATION,), changes)


def customer(before: str | None, after: str) -> Change:
    return Change("salesorders", "g", "customerid", before, after)


def test_another_customers_order_of_the_same_number_is_not_overwritten() -> None:
    found = guarded(planned("update", customer("adatum", "contoso")), set())
    assert (found.action, found.reason, found.operations) == ("rejected", "number_used_by_other_document", ())
    assert found.detail is not None
    assert "customerid 'adatum' there, 'contoso' here" in found.detail


def test_an_order_that_scm_has_by_chance_does_not_pass_for_ours() -> None:
    apart = Change("sales_order_headers", "SO-1", "OrderingCustomerAccountNumber", "US-001", "US-002")
    assert guarded(planned("filtered", apart), set()).reason == "number_used_by_other_document"


def test_what_we_delivered_ourselves_may_change_its_customer() -> None:
    assert guarded(planned("update", customer("adatum", "contoso")), {"so-1"}).action == "update"


def test_the_same_customers_order_is_updated() -> None:
    name = Change("salesorders", "g", "name", "Old", "New")
    assert guarded(planned("update", name), set()).action == "update"
    assert guarded(planned("create", customer(None, "contoso")), set()).action == "create"
