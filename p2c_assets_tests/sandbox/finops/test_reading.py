"""Reads: service document, company scope, options, pages, expansions."""

from decimal import Decimal

import pytest

from p2c_assets.sandbox.finops.schema import ENTITY_SETS
from p2c_assets_tests.sandbox.finops.scm_rows import (
    ALL,
    booked,
    create,
    customer,
    key,
    order,
    order_key,
    order_line,
    quotation,
    record,
    value,
)
from p2c_assets_tests.sandbox.running import Caller, body

ACCOUNTS = "$select=CustomerAccount"


def customers(scm: Caller, count: int, company: str = "usmf") -> None:
    rows = [customer(f"C{number:03d}", dataAreaId=company) for number in range(1, count + 1)]
    scm.admin("load", {"rows": {"CustomersV2": rows}})


def accounts(rows: list[dict[str, str]]) -> list[str]:
    return [row["CustomerAccount"] for row in rows]


def test_the_service_document_lists_the_entity_sets(scm: Caller) -> None:
    """Source: captured service document: name, kind, url; odata.md; live environment."""
    rows = value(scm, "/data")
    assert {"name": "CustomersV2", "kind": "EntitySet", "url": "CustomersV2"} in rows
    names = [row["name"] for row in rows]
    assert len(names) == len(set(names))
    assert set(ENTITY_SETS) <= set(names)


def test_only_the_users_default_company_is_read_without_cross_company(scm: Caller) -> None:
    """Source: odata.md, cross-company behaviour."""
    scm.admin("load", {"rows": {"CustomersV2": [customer("US1"), customer("FR1", dataAreaId="frsi")]}})
    assert accounts(value(scm, "/data/CustomersV2")) == ["US1"]
    assert value(scm, "/data/CustomersV2?$filter=dataAreaId eq 'frsi'") == []
    assert sorted(accounts(value(scm, f"/data/CustomersV2{ALL}"))) == ["FR1", "US1"]
    assert accounts(value(scm, f"/data/CustomersV2{ALL}&$filter=dataAreaId eq 'FRSI'")) == ["FR1"]


def test_a_record_of_another_company_is_404_without_cross_company(scm: Caller) -> None:
    """Source: odata.md; live capture of the 404."""
    scm.admin("load", {"rows": {"CustomersV2": [customer("FR1", dataAreaId="frsi")]}})
    path = key("CustomersV2", "FRSI", CustomerAccount="fr1")
    refused = scm.get(path)
    assert refused.status_code == 404
    assert body(refused)["error"]["message"] == "An error has occurred."
    assert record(scm, path + ALL)["dataAreaId"] == "frsi"


def test_a_record_carries_its_context_and_etag(scm: Caller) -> None:
    """Source: captured answers: context, etag on every row; odata.md."""
    create(scm, "CustomersV2", customer())
    found = record(scm, key("CustomersV2", CustomerAccount="C1"))
    assert found["@odata.context"] == f"{scm.url}/data/$metadata#CustomersV2/$entity"
    assert found["@odata.etag"].startswith('W/"')
    assert found["CreditLimit"] == 0
    assert found["SalesMemo"] == ""


def test_select_answers_the_named_columns_and_the_etag(scm: Caller) -> None:
    """Source: odata.md; captured answers."""
    customers(scm, 1)
    (row,) = value(scm, "/data/CustomersV2?%24select=CustomerAccount%2CCreditLimit")
    assert set(row) == {"@odata.etag", "CustomerAccount", "CreditLimit"}


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (
            "$select=Nonsense",
            "Could not find a property named 'Nonsense' on type 'Microsoft.Dynamics.DataEntities.CustomerV2'.",
        ),
        ("$orderby=Nonsense", "Could not find a property named 'Nonsense'"),
        ("$filter=Nonsense eq 1", "Could not find a property named 'Nonsense'"),
        ("$filter=CustomerAccount eq", "Syntax error at position 18"),
        ("$apply=aggregate(x)", "The query parameter '$apply' is not supported."),
        ("$top=²", "Invalid value '²' for $top query option found."),
        ("$top=-1", "Invalid value '-1' for $top query option found."),
        ("$count=maybe", "Invalid value 'maybe' for $count query option found."),
    ],
)
def test_a_bad_query_is_a_400_that_says_why(scm: Caller, query: str, text: str) -> None:
    """Source: Microsoft.OData error texts; odata.md (the options that there are)."""
    answer = scm.get(f"/data/CustomersV2?{query}")
    assert answer.status_code == 400
    assert text in body(answer)["error"]["innererror"]["message"]
    assert answer.headers["content-type"] == "application/json; odata.metadata=minimal"


def test_names_are_case_sensitive(scm: Caller) -> None:
    """Source: odata.md."""
    assert scm.get("/data/customersv2").status_code == 404
    assert scm.get("/data/CustomersV2?$select=customeraccount").status_code == 400


def test_rows_come_in_the_order_asked_for(scm: Caller) -> None:
    """Source: odata.md; platform knowledge."""
    rows = [customer("b", CreditLimit=2), customer("A", CreditLimit=10), customer("c", CreditLimit="2.5")]
    scm.admin("load", {"rows": {"CustomersV2": rows}})
    assert accounts(value(scm, "/data/CustomersV2")) == ["A", "b", "c"]
    assert accounts(value(scm, "/data/CustomersV2?$orderby=CustomerAccount desc")) == ["c", "b", "A"]
    assert accounts(value(scm, "/data/CustomersV2?$orderby=CreditLimit,CustomerAccount")) == ["b", "c", "A"]


def test_enums_sort_by_their_values(scm: Caller) -> None:
    statuses = ["Invoiced", "Confirmed", "Active"]
    rows = [
        order(f"SO-{place}", dataAreaId="usmf", SalesOrderProcessingStatus=one) for place, one in enumerate(statuses)
    ]
    scm.admin("load", {"rows": {"CDSSalesOrderHeaders": rows}})
    path = "/data/CDSSalesOrderHeaders?$orderby=SalesOrderProcessingStatus&$select=SalesOrderProcessingStatus"
    assert [row["SalesOrderProcessingStatus"] for row in value(scm, path)] == statuses[::-1]


def test_count_is_of_all_matches_whatever_top_says(scm: Caller) -> None:
    """Source: traces of $count; odata.md."""
    customers(scm, 7)
    answer = body(scm.get("/data/CustomersV2?$count=true&$top=2&$filter=CustomerAccount gt 'C002'"))
    assert answer["@odata.count"] == 5
    assert accounts(answer["value"]) == ["C003", "C004"]
    assert "@odata.nextLink" not in answer
    assert scm.get("/data/CustomersV2/$count").text == "7"


def test_pages_follow_the_preferred_size_and_the_captured_links(scm: Caller) -> None:
    """Source: live capture: $skip=2&$top=2, then $skip=4&$top=2."""
    customers(scm, 5)
    prefer = "odata.maxpagesize=2"
    first = body(scm.get(f"/data/CustomersV2{ALL}&$select=dataAreaId,CustomerAccount", Prefer=prefer))
    link = f"{scm.url}/data/CustomersV2?cross-company=true&$select=dataAreaId%2CCustomerAccount&$skip=2&$top=2"
    assert first["@odata.nextLink"] == link
    second = body(scm.get(link, Prefer=prefer))
    assert accounts(second["value"]) == ["C003", "C004"]
    assert second["@odata.nextLink"].endswith("&$skip=4&$top=2")
    third = body(scm.get(second["@odata.nextLink"], Prefer=prefer))
    assert accounts(third["value"]) == ["C005"]
    assert "@odata.nextLink" not in third


def test_a_clients_top_limits_the_total_not_the_page(scm: Caller) -> None:
    """Source: live capture; odata.md."""
    customers(scm, 5)
    seen: list[str] = []
    link: str | None = "/data/CustomersV2?$top=3"
    while link:
        page = body(scm.get(link, Prefer="odata.maxpagesize=2"))
        seen += accounts(page["value"])
        link = page.get("@odata.nextLink")
    assert seen == ["C001", "C002", "C003"]


def test_skip_and_top_cut_the_result(scm: Caller) -> None:
    """Source: odata.md."""
    customers(scm, 5)
    path = "/data/CustomersV2?$orderby=CustomerAccount desc"
    assert accounts(value(scm, f"{path}&$skip=1&$top=2")) == ["C004", "C003"]
    assert accounts(value(scm, f"{path}&$skip=4")) == ["C001"]


def test_no_more_than_ten_thousand_rows_come_at_once(scm: Caller) -> None:
    """Source: odata.md (10,000), docs issue 2321; captured nextLinks."""
    customers(scm, 10_001)
    first = body(scm.get(f"/data/CustomersV2?{ACCOUNTS}", Prefer="odata.maxpagesize=50000"))
    assert len(first["value"]) == 10_000
    plain = body(scm.get(f"/data/CustomersV2?{ACCOUNTS}"))
    assert plain["@odata.nextLink"] == f"{scm.url}/data/CustomersV2?$select=CustomerAccount&$skip=10000"
    assert len(value(scm, plain["@odata.nextLink"])) == 1


def test_keyset_pages_meet_every_row_once(scm: Caller) -> None:
    """Source: OData/WebApi issue 1135."""
    customers(scm, 5)
    customers(scm, 2, "frsi")
    seen: list[str] = []
    last = ""
    while True:
        query = f"$filter=dataAreaId eq 'usmf' and CustomerAccount gt '{last}'&$orderby=CustomerAccount&$top=2"
        rows = value(scm, f"/data/CustomersV2{ALL}&{query}")
        if not rows:
            break
        seen += accounts(rows)
        last = seen[-1]
    assert seen == [f"C00{number}" for number in range(1, 6)]


def test_a_page_of_many_rows_is_quick(scm: Caller) -> None:
    customers(scm, 5_000)
    answer = scm.get("/data/CustomersV2?$orderby=CustomerAccount&$top=5000")
    assert len(body(answer)["value"]) == 5_000
    duration_ms = float(answer.headers["server-timing"].removeprefix("dur="))
    assert duration_ms < 2_000, f"{duration_ms} ms for 5,000 customers of 70 columns (100 on an idle machine)"


def test_an_incomplete_key_is_refused(scm: Caller) -> None:
    """Source: trace: Only 1 of 2 keys provided for lookup; odata.md; Power Platform connector trace."""
    answer = scm.get("/data/CustomersV2(CustomerAccount='C1')")
    assert answer.status_code == 400
    expected = "Only 1 of 2 keys provided for lookup, provide keys for dataAreaId,CustomerAccount."
    assert expected in body(answer)["error"]["innererror"]["message"]


def test_a_date_in_a_key_finds_the_invoice(scm: Caller) -> None:
    booked(scm)
    scm.admin("advance", {"days": 1})
    key_text = "dataAreaId='usmf',InvoiceNumber='USMF-INV-000001',InvoiceDate=2026-01-06T12:00:00Z,LedgerVoucher='USMF-IV-000001'"
    found = record(scm, f"/data/ExternallyMaintainedCustomerSalesInvoiceHeaders({key_text})")
    assert found["SalesOrderNumber"] == "SO-1"


def test_the_documented_navigations_expand_with_select(scm: Caller) -> None:
    """Source: $metadata: CDSSalesOrderHeaders has CDSSalesOrderLines and CDSSalesQuotationHeader; odata.md; docs issue
    1577; generated client of a 2025 $metadata.
    """
    booked(scm)
    create(scm, "CDSSalesQuotationHeaders", quotation())
    create(scm, "CDSSalesOrderHeaders", order("SO-2", QuotationNumber="QU-1"))
    path = "/data/CDSSalesOrderHeaders?$select=SalesOrderNumber&$expand="
    first, second = value(scm, path + "CDSSalesOrderLines($select=ProductNumber,LineAmount)")
    (line,) = first["CDSSalesOrderLines"]
    assert (line["ProductNumber"], line["LineAmount"]) == ("P1", Decimal("300.00"))
    assert set(line) == {"@odata.etag", "ProductNumber", "LineAmount"}
    assert second["CDSSalesOrderLines"] == []
    first, second = value(scm, path + "CDSSalesQuotationHeader($select=SalesQuotationNumber)")
    assert first["CDSSalesQuotationHeader"] is None
    assert second["CDSSalesQuotationHeader"]["SalesQuotationNumber"] == "QU-1"


@pytest.mark.parametrize(
    ("path", "feature"),
    [
        ("/data/SystemNotifications", "the rows of the entity set SystemNotifications"),
        ("/api/services", "the list of custom services"),
        ("/data/CustomersV3", "the entity set CustomersV3"),
        ("/data/CDSSalesOrderHeaders?$expand=Project", "$expand=Project of CDSSalesOrderHeaders"),
        (
            "/data/CDSSalesOrderHeaders?$select=FormattedDelveryAddress",
            "the column CDSSalesOrderHeaders.FormattedDelveryAddress",
        ),
        (
            "/data/CDSSalesOrderHeaders?$filter=CDSSalesQuotationHeader/Email eq 'x'",
            "the path CDSSalesQuotationHeader/Email",
        ),
    ],
)
def test_what_only_the_sandbox_lacks_is_501_with_its_name(scm: Caller, path: str, feature: str) -> None:
    """Source: generated client of a 2025 $metadata."""
    booked(scm)
    answer = scm.get(path)
    assert answer.status_code == 501
    assert body(answer)["error"]["message"].startswith(f"the sandbox does not support: {feature}")


@pytest.mark.parametrize(
    ("expand", "text"),
    [
        ("CDSSalesOrderLines($filter=LineAmount gt 1)", "The query option '$filter' is not supported inside $expand."),
        ("CDSSalesOrderLines($expand=Nonsense)", "The query option '$expand' is not supported inside $expand."),
        ("CDSSalesOrderLines($top=1)", "The query option '$top' is not supported inside $expand."),
        ("Nonsense", "Could not find a property named 'Nonsense'"),
    ],
)
def test_expand_goes_one_level_deep_and_takes_select_only(scm: Caller, expand: str, text: str) -> None:
    """Source: fin-ops odata (first level only); docs issue 1577; assumptions.EXPAND_TAKES_SELECT_ONLY."""
    answer = scm.get(f"/data/CDSSalesOrderHeaders?$expand={expand}")
    assert answer.status_code == 400
    assert text in body(answer)["error"]["innererror"]["message"]


def test_a_navigation_of_a_record_leads_to_its_rows(scm: Caller) -> None:
    """Source: odata.md (addressing: a record's navigation)."""
    booked(scm, lines=2)
    create(scm, "CDSSalesQuotationHeaders", quotation())
    create(scm, "CDSSalesOrderHeaders", order("SO-2", QuotationNumber="QU-1"))
    answer = body(scm.get(f"{order_key()}/CDSSalesOrderLines?$select=LineCreationSequenceNumber"))
    assert answer["@odata.context"].endswith("/data/$metadata#CDSSalesOrderLines(LineCreationSequenceNumber)")
    assert [row["LineCreationSequenceNumber"] for row in answer["value"]] == [1, 2]
    assert record(scm, f"{order_key('SO-2')}/CDSSalesQuotationHeader")["SalesQuotationNumber"] == "QU-1"
    assert scm.get(f"{order_key()}/CDSSalesQuotationHeader").status_code == 204
    assert scm.get(f"{order_key('SO-9')}/CDSSalesOrderLines").status_code == 404
    assert scm.get(f"{order_key()}/CDSSalesOrderLines?$top=1").status_code == 501


def test_a_column_of_a_record_is_read_alone(scm: Caller) -> None:
    """Source: odata.md (addressing: a record's property)."""
    create(scm, "CustomersV2", customer())
    path = key("CustomersV2", CustomerAccount="C1")
    assert record(scm, f"{path}/OrganizationName") == {
        "@odata.context": f"{scm.url}/data/$metadata#CustomersV2(dataAreaId='usmf',CustomerAccount='C1')/OrganizationName",
        "value": "Customer C1",
    }
    assert scm.get(f"{path}/Nonsense").status_code == 400


def test_full_metadata_names_types_addresses_and_navigations(scm: Caller) -> None:
    """Source: captured answers (odata.metadata=full)."""
    booked(scm)
    answer = scm.get(f"{order_key()}?$select=SalesOrderStatus", Accept="application/json;odata.metadata=full")
    assert answer.headers["content-type"] == "application/json; odata.metadata=full"
    address = scm.url + order_key()
    row = body(answer)
    assert row["@odata.type"] == "#Microsoft.Dynamics.DataEntities.CDSSalesOrderHeader"
    assert row["@odata.id"] == row["@odata.editLink"] == address
    assert row["SalesOrderStatus@odata.type"] == "#Microsoft.Dynamics.DataEntities.SalesStatus"
    assert row["CDSSalesOrderLines@odata.navigationLink"] == f"{address}/CDSSalesOrderLines"
    assert (row["SalesOrderStatus"], row["@odata.etag"][:2]) == ("Backorder", "W/")


def test_no_metadata_leaves_columns_next_link_and_count(scm: Caller) -> None:
    """Source: OData JSON format 4.0 (odata.metadata=none); captured answers."""
    customers(scm, 2)
    path = "/data/CustomersV2?$count=true&$select=CustomerAccount&$format=application/json;odata.metadata=none"
    answer = body(scm.get(path, Prefer="odata.maxpagesize=1"))
    assert answer.keys() == {"@odata.count", "@odata.nextLink", "value"}
    assert answer["value"] == [{"CustomerAccount": "C001"}]


def test_options_of_sets_are_refused_on_a_record(scm: Caller) -> None:
    """Source: ASP.NET OData text; assumptions.OPTIONS_OF_SETS_ARE_REFUSED_ON_RECORDS."""
    create(scm, "CustomersV2", customer())
    answer = scm.get(key("CustomersV2", CustomerAccount="C1") + "?$top=1")
    assert answer.status_code == 400
    assert "The requested resource is not a collection." in body(answer)["error"]["innererror"]["message"]


def test_a_restricted_user_reads_the_service_document_and_is_refused_the_entity(scm: Caller) -> None:
    """Source: live fixture of a restricted user (ODataSecurityException, 403)."""
    scm.admin("load", {"rows": {"_privileges": [{"set": "CustomersV2", "access": "none"}]}})
    assert scm.get("/data").status_code == 200
    answer = scm.get("/data/CustomersV2")
    assert answer.status_code == 403
    error = body(answer)["error"]["innererror"]
    assert error["type"].endswith(".ODataSecurityException")
    assert error["message"] == "User is not authorized to read view CustCustomerV2Entity.  Request denied."


def test_a_user_who_may_only_read_is_refused_writes(scm: Caller) -> None:
    """Source: assumptions.DENIED_WRITES_READ_ALIKE; live fixture."""
    scm.admin("load", {"rows": {"_privileges": [{"set": "CustomersV2", "access": "read"}]}})
    assert scm.get("/data/CustomersV2").status_code == 200
    answer = scm.post("/data/CustomersV2", customer())
    assert answer.status_code == 403
    text = "User is not authorized to create view CustCustomerV2Entity.  Request denied."
    assert body(answer)["error"]["innererror"]["message"] == text
    assert scm.delete(key("CustomersV2", CustomerAccount="C1")).status_code == 403


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/data/CustomersV2?$format=atom", "application/json"),
        ("/data/CustomersV2", "application/json;IEEE754Compatible=true"),
    ],
)
def test_other_formats_are_501(scm: Caller, path: str, accept: str) -> None:
    assert scm.get(path, Accept=accept).status_code == 501


def test_an_unknown_address_has_the_other_error_shape(scm: Caller) -> None:
    """Source: Dynamics-AX-Integration issue 33."""
    answer = scm.get("/data/Nonsense")
    assert answer.status_code == 404
    assert body(answer) == {
        "Message": f"No HTTP resource was found that matches the request URI '{scm.url}/data/Nonsense'. "
        "No route data was found for this request."
    }


def test_decimals_keep_their_digits(scm: Caller) -> None:
    """Source: traces."""
    booked(scm, OrderedSalesQuantity=Decimal("1"), SalesPrice=Decimal("2024.9940"))
    answer = scm.get("/data/CDSSalesOrderLines?$select=SalesPrice,LineAmount")
    assert '"SalesPrice":2024.9940,"LineAmount":2024.99' in answer.text


def test_sellable_products_are_the_released_ones_that_may_be_sold(scm: Caller) -> None:
    """Source: products template page: the entity itself returns only sellable products; prospect-to-cash."""
    rows = value(scm, f"/data/SellableReleasedProducts{ALL}&$filter=dataAreaId eq 'frsi'")
    assert [row["ProductNumber"] for row in rows] == ["P1", "P2"]
    assert len(rows[0]) == 16
    assert (rows[0]["SalesPrice"], rows[0]["CurrencyCode"], rows[0]["IsStockedProduct"]) == (
        Decimal("19.99"),
        "EUR",
        "Yes",
    )


def test_lines_of_one_order_come_by_filter(scm: Caller) -> None:
    booked(scm, lines=3)
    booked(scm, "SO-2")
    create(scm, "CDSSalesOrderLines", order_line("SO-2", 10))
    rows = value(scm, "/data/CDSSalesOrderLines?$filter=SalesOrderNumber eq 'SO-2'&$select=LineCreationSequenceNumber")
    assert [row["LineCreationSequenceNumber"] for row in rows] == [1, 10]
