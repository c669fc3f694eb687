"""Microsoft's Python client, unmodified, over TLS: records created, read, changed and deleted, one and many.

Source of the calls that it makes: SDK 1.1.0 wire.
"""

from decimal import Decimal
from typing import Any

import pytest
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.core.errors import HttpError
from PowerPlatform.Dataverse.models.upsert import UpsertItem

from p2c_assets_tests.sandbox.clients.conftest import Credential
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, BIKE, LIST_USD, MISSING, OTHER_ACCOUNT, line, order
from p2c_assets_tests.sandbox.running import Caller

PAGE = 5000


def account(number: str, **values: Any) -> dict[str, Any]:
    return {"name": f"Account {number}", "accountnumber": number, **values}


def numbers(client: DataverseClient, text: str) -> list[str]:
    found = client.records.list("account", filter=text, select=["accountnumber"], orderby=["accountnumber asc"])
    return [record["accountnumber"] for record in found]


def test_plain_http_is_refused_by_the_client_and_its_scope_is_the_url(sales: Caller) -> None:
    """SDK 1.1.0 wire: the constructor insists on https; each request asks for {url}/.default."""
    credential = Credential(sales)
    with pytest.raises(ValueError, match="must use HTTPS"):
        DataverseClient(sales.url.replace("https", "http"), credential)
    with DataverseClient(sales.url, credential) as client:
        assert client.records.retrieve("account", ACCOUNT, select=["name"])["name"] == "Adventure Works"
    assert set(credential.scopes) == {f"{sales.url}/.default"}


def test_a_client_outside_a_with_is_served_too(sales: Caller) -> None:
    """SDK 1.1.0 wire: without a session every call is a connection of its own."""
    client = DataverseClient(sales.url, Credential(sales))
    assert client.records.retrieve("account", ACCOUNT, select=["name"])["name"] == "Adventure Works"
    client.close()


def test_one_record_is_created_and_its_id_read_from_the_header(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: records.create one."""
    created = client.records.create("account", account("N1"))
    assert client.records.retrieve("account", created, select=["accountnumber"])["accountnumber"] == "N1"


def test_a_choice_is_written_by_its_label(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: label resolution by the picklist cast of the attributes."""
    created = client.records.create("account", account("N1", customertypecode="Customer"))
    assert client.records.retrieve("account", created, select=["customertypecode"])["customertypecode"] == 3


def test_many_records_are_created_in_one_request_all_or_none(client: DataverseClient, sales: Caller) -> None:
    """SDK 1.1.0 wire: records.create many."""
    sales.admin("requests/reset", {})
    created = client.records.create("account", [account("N1"), account("N2")])
    assert [client.records.retrieve("account", one)["accountnumber"] for one in created] == ["N1", "N2"]
    with pytest.raises(HttpError) as caught:
        client.records.create("account", [account("N3"), account("N1")])
    assert (caught.value.status_code, caught.value.details["service_error_code"]) == (412, "0x80060892")
    assert numbers(client, "startswith(accountnumber,'N')") == ["N1", "N2"]
    assert sales.admin("requests")["POST"] == 2


def test_one_and_many_records_are_updated(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: records.update one, records.update many."""
    client.records.update("account", ACCOUNT, {"name": "Renamed"})
    client.records.update("account", [ACCOUNT, OTHER_ACCOUNT], {"description": "both"})
    client.records.update("account", [ACCOUNT, OTHER_ACCOUNT], [{"telephone1": "1"}, {"telephone1": "2"}])
    both = client.records.list("account", select=["name", "description", "telephone1"], orderby=["telephone1"])
    assert [(row["name"], row["description"], row["telephone1"]) for row in both] == [
        ("Renamed", "both", "1"),
        ("Fabrikam", "both", "2"),
    ]


def test_an_update_never_creates(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: an update goes with If-Match: *."""
    with pytest.raises(HttpError) as caught:
        client.records.update("account", MISSING, {"name": "x"})
    assert (caught.value.status_code, caught.value.details["service_error_code"]) == (404, "0x80040217")


def test_upserts_go_by_alternate_key_with_a_quote_in_it(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: records.upsert one, records.upsert many; quotes in keys are doubled."""
    client.records.upsert("account", [UpsertItem({"accountnumber": "A'2"}, {"name": "First"})])
    client.records.upsert("account", [UpsertItem({"accountnumber": "A'2"}, {"name": "Second"})])
    client.records.upsert(
        "account",
        [
            UpsertItem({"accountnumber": "A'2"}, {"name": "Third"}),
            UpsertItem({"accountnumber": "A'3"}, {"name": "Other"}),
        ],
    )
    found = client.records.list("account", filter="startswith(accountnumber,'A''')", orderby=["accountnumber"])
    assert [(row["accountnumber"], row["name"]) for row in found] == [("A'2", "Third"), ("A'3", "Other")]


def test_one_record_is_deleted(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: records.delete one."""
    client.records.delete("account", OTHER_ACCOUNT)
    assert client.records.retrieve("account", OTHER_ACCOUNT) is None


def test_many_records_are_deleted_by_a_job(client: DataverseClient, sales: Caller) -> None:
    """SDK 1.1.0 wire: records.delete many is BulkDelete."""
    created = client.records.create("account", [account("N1"), account("N2"), account("N3")])
    job = client.records.delete("account", created[:2])
    assert job
    sales.admin("advance", {"days": 1})
    assert numbers(client, "startswith(accountnumber,'N')") == ["N3"]


def test_many_records_are_deleted_one_by_one_where_the_job_is_not_wanted(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: records.delete many, use_bulk_delete=False."""
    created = client.records.create("account", [account("N1"), account("N2")])
    client.records.delete("account", created, use_bulk_delete=False)
    assert numbers(client, "startswith(accountnumber,'N')") == []


def test_a_list_goes_past_the_largest_page(client: DataverseClient, sales: Caller) -> None:
    """SDK 1.1.0 wire: records.list follows nextLink."""
    more = [account(f"P{number:05d}") for number in range(PAGE)]
    sales.admin("load", {"rows": {"accounts": more}})
    sales.admin("requests/reset", {})
    found = client.records.list("account", select=["accountnumber"])
    assert len({record["accountnumber"] for record in found}) == PAGE + 2
    assert sales.admin("requests")["GET"] == 3  # the entity set's name, two pages


def test_pages_are_as_large_as_asked_and_in_order(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: records.list_pages with page_size, $orderby and $count."""
    client.records.create("account", [account("N1"), account("N2"), account("N3")])
    pages = client.records.list_pages("account", orderby=["accountnumber desc"], page_size=2, count=True)
    assert [[row["accountnumber"] for row in page] for page in pages] == [["N3", "N2"], ["N1", "A2"], ["A1"]]


def test_lists_filter_expand_and_annotate(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: records.list with $filter, $expand, $top and annotations, form-encoded."""
    found = client.records.list(
        "account",
        filter="name eq 'Adventure Works' and accountnumber ne 'x+y&z'",
        select=["name", "_transactioncurrencyid_value"],
        expand=["transactioncurrencyid"],
        top=1,
        include_annotations="*",
    )
    (row,) = list(found)
    assert row["transactioncurrencyid"]["isocurrencycode"] == "USD"
    assert row["_transactioncurrencyid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "transactioncurrency"


def test_an_order_with_a_line_is_written_through_the_client(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: lookups go as @odata.bind, amounts come back as numbers."""
    header = client.records.create("salesorder", order("SO-9"))
    client.records.create("salesorderdetail", {**line(header), "quantity": 2})
    found = client.records.retrieve("salesorder", header, select=["totalamount", "ordernumber"])
    assert (Decimal(str(found["totalamount"])), found["ordernumber"]) == (Decimal(200), "SO-9")
    lines = client.records.list("salesorderdetail", filter=f"_salesorderid_value eq {header}")
    assert [row["_productid_value"] for row in lines] == [BIKE]


def test_an_error_of_the_twin_is_the_clients_error(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: error.code and error.message, and the service's request id."""
    with pytest.raises(HttpError) as caught:
        client.records.create("account", account("N1", **{"nothing@odata.bind": f"/pricelevels({LIST_USD})"}))
    assert caught.value.details["service_error_code"] == "0x80048d19"
    assert caught.value.details["service_request_id"]
    assert "undeclared property 'nothing'" in str(caught.value)
