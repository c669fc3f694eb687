"""Rules of the protocol that need no entity of their own: keys, case, companies, conflicts, the order of checks."""

from typing import Any

import pytest

from p2c_assets.sandbox.finops.columns import EntitySet, company, enum
from p2c_assets.sandbox.finops.errors import FinopsError
from p2c_assets.sandbox.finops.keys import read_key
from p2c_assets.sandbox.finops.schema import ENTITY_SETS
from p2c_assets.sandbox.odata.keys import parse_segment
from p2c_assets_tests.sandbox.finops.scm_rows import (
    ALL,
    booked,
    create,
    customer,
    key,
    line_key,
    order,
    order_key,
    order_line,
    record,
    refusal,
    value,
)
from p2c_assets_tests.sandbox.finops.test_batch import batch, changeset, operation, statuses
from p2c_assets_tests.sandbox.running import Caller, body

C1 = key("CustomersV2", CustomerAccount="C1")
HEADERS, LINES = "CDSSalesOrderHeaders", "CDSSalesOrderLines"


def test_the_aot_name_is_no_address(scm: Caller) -> None:
    """Source: odata.md (public names)."""
    assert scm.get("/data/CustCustomerV2Entity").status_code == 404
    assert scm.get("/data/CustomerV2").status_code == 404


def test_texts_in_keys_are_quoted_with_the_quote_doubled_and_encoded(scm: Caller) -> None:
    """Source: odata.md (key predicates)."""
    create(scm, "CustomersV2", customer("O'B/1 %"))
    path = "/data/CustomersV2(dataAreaId='usmf',CustomerAccount='O%27%27B%2F1%20%25')"
    assert record(scm, path)["CustomerAccount"] == "O'B/1 %"


def test_a_number_in_a_key_is_bare(scm: Caller) -> None:
    """Source: odata.md (key predicates)."""
    booked(scm)
    assert scm.get(line_key()).status_code == 200
    answer = scm.get(f"/data/{LINES}(dataAreaId='usmf',SalesOrderNumber='SO-1',LineCreationSequenceNumber='1')")
    assert answer.status_code == 400
    text_ = "The key value of 'LineCreationSequenceNumber' is not of the type 'Edm.Int32'."
    assert text_ in body(answer)["error"]["innererror"]["message"]


def test_an_enum_in_a_key_is_a_qualified_literal() -> None:
    """Source: odata.md (key predicates): no entity of prospect-to-cash has one, so the reader of keys is asked."""
    columns = (company(), enum("Blocked", "CustVendorBlocked"))
    blocks = EntitySet("Blocks", "Block", "BlockEntity", "Block", "Blocks", ("dataAreaId", "Blocked"), columns)
    literal = "Microsoft.Dynamics.DataEntities.CustVendorBlocked'All'"
    found = parse_segment(f"Blocks(dataAreaId='usmf',Blocked={literal})").key
    assert found is not None
    assert read_key(blocks, found) == ("usmf", "all")
    for wrong in (
        "'All'",
        "Microsoft.Dynamics.DataEntities.NoYes'Yes'",
        "Microsoft.Dynamics.DataEntities.CustVendorBlocked'X'",
    ):
        refused = parse_segment(f"Blocks(dataAreaId='usmf',Blocked={wrong})").key
        assert refused is not None
        with pytest.raises(FinopsError, match="Blocked"):
            read_key(blocks, refused)


def test_the_company_is_the_first_key_of_every_entity(scm: Caller) -> None:
    """Source: odata.md (company-striped entities)."""
    assert {entity_set.keys[0] for entity_set in ENTITY_SETS.values()} == {"dataAreaId"}
    created = create(scm, "CustomersV2", customer(dataAreaId="USMF"))
    assert created["dataAreaId"] == "usmf"
    assert record(scm, key("CustomersV2", "UsMf", CustomerAccount="c1"))["CustomerAccount"] == "C1"


def test_a_post_without_a_company_goes_to_the_users(scm: Caller) -> None:
    """Source: platform knowledge: assumptions.OMITTED_COMPANY_IS_THE_DEFAULT."""
    assert create(scm, "CustomersV2", customer())["dataAreaId"] == "usmf"


def test_an_unknown_company_is_refused(scm: Caller) -> None:
    assert "related table 'Legal entities'" in refusal(scm, "CustomersV2", customer(dataAreaId="xyz"))["message"]


@pytest.mark.parametrize(
    "name",
    [
        "CustomersBase",
        "CustomersV3",
        "ReleasedProductsV2",
        "SalesOrderHeadersV2",
        "SalesOrderLines",
        "CDSSalesOrderLinesV2",
        "SalesInvoiceHeadersV2",
        "Currencies",
        "ExternallyMaintainedCustomerSalesInvoiceLinesV2",
    ],
)
def test_entities_that_the_sandbox_does_not_have_are_501(scm: Caller, name: str) -> None:
    """Source: generated client of a 2025 $metadata; odata.md; data-entities/entity-*.md pages."""
    answer = scm.get(f"/data/{name}")
    assert answer.status_code == 501
    assert body(answer)["error"]["message"] == f"the sandbox does not support: the entity set {name}"


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("CDSSalesOrderHeaders", ["dataAreaId", "SalesOrderNumber"]),
        ("CDSSalesOrderLines", ["dataAreaId", "SalesOrderNumber", "LineCreationSequenceNumber"]),
        ("CDSSalesQuotationHeaders", ["dataAreaId", "SalesQuotationNumber"]),
        ("CDSSalesQuotationLines", ["dataAreaId", "LineCreationSequenceNumber", "SalesQuotationNumber"]),
        (
            "ExternallyMaintainedCustomerSalesInvoiceHeaders",
            ["dataAreaId", "InvoiceNumber", "InvoiceDate", "LedgerVoucher"],
        ),
        (
            "ExternallyMaintainedCustomerSalesInvoiceLines",
            ["dataAreaId", "InvoiceNumber", "InvoiceDate", "LineCreationSequenceNumber", "LedgerVoucher"],
        ),
        ("SellableReleasedProducts", ["dataAreaId", "ProductNumber"]),
    ],
)
def test_entities_have_the_keys_of_the_real_ones(scm: Caller, name: str, keys: list[str]) -> None:
    """Source: generated client of a 2025 $metadata."""
    entity = record(scm, f"/Metadata/PublicEntities('{ENTITY_SETS[name].entity}')")
    assert sorted(one["Name"] for one in entity["Properties"] if one["IsKey"]) == sorted(keys)


def test_change_tracking_is_not_offered(scm: Caller) -> None:
    """Source: odata.md (the options that there are): no $delta, no change tokens over OData."""
    create(scm, "CustomersV2", customer())
    answer = scm.get("/data/CustomersV2", Prefer="odata.track-changes")
    assert answer.status_code == 200
    assert "@odata.deltaLink" not in body(answer)
    assert scm.get("/data/CustomersV2?$deltatoken=1").status_code == 400


def test_a_row_that_comes_in_during_a_scan_moves_the_pages(scm: Caller) -> None:
    """Source: captured nextLinks (skip-based): duplicates and misses under concurrent change."""
    rows = [customer(f"C{number}") for number in range(2, 6)]
    scm.admin("load", {"rows": {"CustomersV2": rows}})
    prefer = "odata.maxpagesize=2"
    first = body(scm.get("/data/CustomersV2?$select=CustomerAccount", Prefer=prefer))
    create(scm, "CustomersV2", customer("C1"))
    second = body(scm.get(first["@odata.nextLink"], Prefer=prefer))
    seen = [row["CustomerAccount"] for row in (*first["value"], *second["value"])]
    assert seen == ["C2", "C3", "C3", "C4"]


def test_format_json_is_the_default(scm: Caller) -> None:
    """Source: odata.md."""
    create(scm, "CustomersV2", customer())
    assert body(scm.get("/data/CustomersV2?$format=json")) == body(scm.get("/data/CustomersV2"))


def test_computed_columns_can_be_filtered(scm: Caller) -> None:
    """Source: data-entity-computed-columns-virtual-fields.md."""
    booked(scm)
    active = "Microsoft.Dynamics.DataEntities.SalesOrderProcessingStatus'Active'"
    assert len(value(scm, f"/data/{HEADERS}?$filter=SalesOrderProcessingStatus eq {active}")) == 1


def test_an_update_without_if_match_is_taken(scm: Caller) -> None:
    """Source: d365fo.integrations (last writer wins)."""
    create(scm, "CustomersV2", customer())
    for memo in ("1", "2"):
        assert scm.patch(C1, {"SalesMemo": memo}).status_code == 204
    assert record(scm, C1)["SalesMemo"] == "2"


def test_each_update_gives_another_version(scm: Caller) -> None:
    """Source: decoded captures of etags."""
    etags = [create(scm, "CustomersV2", customer())["@odata.etag"]]
    for memo in ("1", "2", "3"):
        scm.patch(C1, {"SalesMemo": memo})
        etags.append(record(scm, C1)["@odata.etag"])
    assert len(set(etags)) == 4


def test_an_optimistic_conflict_of_the_platform_is_a_400_with_its_text(scm: Caller) -> None:
    """Source: captured trace (update conflict)."""
    create(scm, "CustomersV2", customer())
    scm.admin("faults", {"kind": "write_conflict", "count": 1})
    answer = scm.patch(C1, {"SalesMemo": "x"})
    assert answer.status_code == 400
    message = body(answer)["error"]["innererror"]["message"]
    assert "Cannot edit a record in Customers (CustTable)." in message
    assert "An update conflict occurred due to another user process deleting the record" in message
    assert record(scm, C1)["SalesMemo"] == ""


def test_fields_are_validated_before_the_record_and_the_record_before_its_key(scm: Caller) -> None:
    """Source: odata.md (validateField, then validateWrite, then write)."""
    wrong = {"CustomerGroupId": "99", "OrganizationName": ""}
    assert "related table 'Customer groups'" in refusal(scm, "CustomersV2", customer(**wrong))["message"]
    assert "must be filled in" in refusal(scm, "CustomersV2", customer(OrganizationName=""))["message"]
    create(scm, "CustomersV2", customer())
    assert "must be filled in" in refusal(scm, "CustomersV2", customer(OrganizationName=""))["message"]
    assert "The record already exists." in refusal(scm, "CustomersV2", customer())["message"]


def test_an_order_names_its_unknown_customer_before_its_missing_number(scm: Caller) -> None:
    """Source: odata.md (validateField, then validateWrite)."""
    error = refusal(scm, HEADERS, order("", OrderingCustomerAccountNumber="C9"))
    assert "The value 'C9' in field 'Ordering customer account number' is not found" in error["message"]


def test_lines_inside_a_header_are_refused(scm: Caller) -> None:
    """Source: odata.md (changesets); assumptions.DEEP_INSERT_IS_A_DESERIALISATION_ERROR."""
    create(scm, "CustomersV2", customer())
    error = refusal(scm, HEADERS, order(CDSSalesOrderLines=[order_line()]))
    assert error["type"] == "System.Reflection.TargetInvocationException"
    assert "CDSSalesOrderLines" in error["internalexception"]["message"]
    assert scm.get(order_key()).status_code == 404


def test_patch_answers_204_whatever_is_preferred(scm: Caller) -> None:
    """Source: community sample, unverified: assumptions.PREFER_REPRESENTATION_IS_IGNORED."""
    create(scm, "CustomersV2", customer())
    assert scm.patch(C1, {"SalesMemo": "x"}, Prefer="return=representation").status_code == 204


def test_infolog_items_carry_their_kind_and_stand_after_one_another(scm: Caller) -> None:
    """Source: captured trace (Infolog)."""
    message = refusal(scm, "CustomersV2", customer(CustomerGroupId="", OrganizationName="Name"))["message"]
    assert message == (
        "Write failed for table row of type 'CustCustomerV2Entity'. Infolog: "
        "Warning: Field 'Customer group id' must be filled in.; "
        "Warning: validateWrite failed on data source 'CustTable (CustTable)'."
    )


def test_errors_have_the_captured_envelope(scm: Caller) -> None:
    """Source: captured trace (error payload); live fixture."""
    answer = scm.post("/data/CustomersV2", customer(CustomerGroupId="99"))
    assert answer.headers["content-type"] == "application/json; odata.metadata=minimal"
    error = body(answer)["error"]
    assert error.keys() == {"code", "message", "innererror"}
    assert (error["code"], error["message"]) == ("", "An error has occurred.")
    assert error["innererror"].keys() >= {"message", "type", "stacktrace"}


def part(text_: str) -> list[str]:
    """Header lines of a batch answer."""
    return [line for line in text_.split("\r\n") if ": " in line and not line.startswith("{")]


def test_a_part_of_a_batch_answer_says_type_version_and_content_id(scm: Caller) -> None:
    """Source: captured trace ($batch)."""
    answer = scm.batch("/data/$batch", batch(changeset("c1", operation("POST", "CustomersV2", customer(), 4))))
    lines = part(answer.text)
    assert "Content-Type: application/http" in lines
    assert "Content-ID: 4" in lines
    assert "Content-Type: application/json; odata.metadata=minimal; charset=utf-8" in lines
    assert "OData-Version: 4.0" in lines


def test_each_part_has_its_own_cross_company(scm: Caller) -> None:
    """Source: captured trace ($batch)."""
    row = customer(dataAreaId="frsi", SalesCurrencyCode="EUR")
    scm.admin("load", {"rows": {"CustomersV2": [row]}})
    path = key("CustomersV2", "frsi", CustomerAccount="C1")
    parts = [operation("GET", f"{scm.url}{path}{ALL}", None), operation("GET", f"{scm.url}{path}", None)]
    assert statuses(scm.batch("/data/$batch", batch(*parts)).text) == [200, 404]


@pytest.mark.parametrize("retry_after", [7, None])
def test_one_part_is_throttled_inside_a_batch_that_is_not(scm: Caller, retry_after: int | None) -> None:
    """Source: d365fo.integrations (429 per part)."""
    fault: dict[str, Any] = {"kind": "throttled", "inside": True, "nth": [2]}
    scm.admin("faults", fault if retry_after is None else {**fault, "retry_after": retry_after})
    posts = [changeset(f"c{n}", operation("POST", "CustomersV2", customer(f"C{n}"), n)) for n in (1, 2, 3)]
    answer = scm.batch("/data/$batch", batch(*posts))
    assert (answer.status_code, statuses(answer.text)) == (200, [201, 429, 201])
    assert ("Retry-After: 7" in part(answer.text)) is (retry_after is not None)
    assert [row["CustomerAccount"] for row in value(scm, "/data/CustomersV2")] == ["C1", "C3"]


def test_references_to_a_content_id_are_501(scm: Caller) -> None:
    """Source: not shown working anywhere: assumptions.CONTENT_ID_REFERENCES_ARE_UNSUPPORTED."""
    create(scm, "CustomersV2", customer())
    posts = [operation("POST", HEADERS, order(), 1), operation("POST", "$1/CDSSalesOrderLines", order_line(), 2)]
    answer = scm.batch("/data/$batch", batch(changeset("c1", *posts)))
    assert statuses(answer.text) == [501]
    assert "the reference $1/CDSSalesOrderLines to a Content-ID" in answer.text
    assert scm.get(order_key()).status_code == 404


def test_an_actions_error_is_in_the_envelope_of_the_protocol(scm: Caller) -> None:
    """Source: odata.md (actions)."""
    answer = scm.post("/data/SystemNotifications/Microsoft.Dynamics.DataEntities.GetInstalledModules", {"x": 1})
    assert body(answer)["error"]["innererror"]["type"] == "System.Reflection.TargetInvocationException"


def test_a_line_takes_the_warehouse_of_its_header(scm: Caller) -> None:
    """Source: captured trace (DefaultShippingWarehouseId cascades)."""
    create(scm, "CustomersV2", customer())
    create(scm, HEADERS, order(DefaultShippingWarehouseId="13"))
    line = create(scm, LINES, order_line())
    assert (line["ShippingWarehouseId"], line["ShippingSiteId"]) == ("13", "1")


def test_the_company_header_is_passed_over(scm: Caller) -> None:
    """Source: community sample, unverified: assumptions.COMPANY_HEADER_IS_IGNORED."""
    assert body(scm.post("/data/CustomersV2", customer(), Company="frsi"))["dataAreaId"] == "usmf"


def test_an_array_in_the_place_of_a_value_is_a_target_invocation_exception(scm: Caller) -> None:
    """Source: odata.md (arrays and containers are not usable); Dynamics-AX-Integration issue 61."""
    error = refusal(scm, "CustomersV2", customer(SalesMemo=["a"]))
    assert error["type"] == "System.Reflection.TargetInvocationException"
