"""Writes: verbs, statuses, etags, and the error texts that were seen on real environments."""

import base64
from decimal import Decimal
from typing import Any

import pytest

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
)
from p2c_assets_tests.sandbox.running import Caller, body

C1 = key("CustomersV2", CustomerAccount="C1")
WRITE = "Microsoft.Dynamics.Platform.Integration.Services.OData.AxODataWriteException"
FIELD = "Microsoft.Dynamics.Platform.Integration.Services.OData.AxODataFieldValidationException"
INVOCATION = "System.Reflection.TargetInvocationException"


def version_and_id(etag: str) -> list[str]:
    return base64.b64decode(etag.removeprefix('W/"').removesuffix('"')).decode().strip("'").split(";")


def test_post_answers_201_with_the_whole_record_and_its_defaults(scm: Caller) -> None:
    """Source: traces: 201, full entity, etag; odata.md."""
    answer = scm.post("/data/CustomersV2", customer())
    assert answer.status_code == 201
    created = body(answer)
    assert (created["dataAreaId"], created["LanguageId"], created["OnHoldStatus"]) == ("usmf", "en-us", "No")
    assert created["AddressCountryRegionId"] == "USA"
    assert answer.headers["location"] == f"{scm.url}/data/CustomersV2(dataAreaId='usmf',CustomerAccount='C1')"
    assert answer.headers["etag"] == created["@odata.etag"]


def test_etags_hold_version_and_record_id_per_data_source(scm: Caller) -> None:
    """Source: decoded captures: 'recVersion,recId;0,0;...'; version 1 on insert, another number after an update."""
    created = create(scm, "CustomersV2", customer())
    pairs = version_and_id(created["@odata.etag"])
    assert pairs == ["1,5637144576", "0,0", "0,0", "0,0", "0,0", "0,0"]
    scm.patch(C1, {"SalesMemo": "changed"})
    changed = version_and_id(record(scm, C1)["@odata.etag"])
    assert changed[0].endswith(",5637144576")
    assert not changed[0].startswith("1,")


def test_post_goes_to_the_company_in_the_body(scm: Caller) -> None:
    """Source: trace (in company context); default company when omitted; captured trace; platform knowledge
    (assumptions.NOTHING_IS_SHARED_BETWEEN_COMPANIES).
    """
    create(scm, "CustomersV2", customer(dataAreaId="FRSI", SalesCurrencyCode="EUR"))
    assert scm.get(C1).status_code == 404
    assert record(scm, key("CustomersV2", "frsi", CustomerAccount="C1") + ALL)["dataAreaId"] == "frsi"


def test_patch_and_put_answer_204_and_change_the_sent_columns_only(scm: Caller) -> None:
    """Source: traces: 204 without a body; PUT acts as a partial update."""
    create(scm, "CustomersV2", customer())
    patched = scm.patch(C1, {"PrimaryContactEmail": "info@adatum.com"})
    assert (patched.status_code, patched.content) == (204, b"")
    put = scm.http.put(C1, content=b'{"CreditLimit": 12.50}')
    assert put.status_code == 204
    changed = record(scm, C1)
    assert (changed["PrimaryContactEmail"], changed["CreditLimit"]) == ("info@adatum.com", Decimal("12.50"))
    assert changed["OrganizationName"] == "Customer C1"


def test_delete_answers_204_and_the_record_is_gone(scm: Caller) -> None:
    """Source: odata.md; traces."""
    create(scm, "CustomersV2", customer())
    assert scm.delete(C1).status_code == 204
    assert scm.get(C1).status_code == 404


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE"])
def test_writing_a_key_that_is_not_there_is_a_400(scm: Caller, method: str) -> None:
    """Source: two Singer targets and a NestJS client: 400, not 404; no upsert."""
    answer = scm.http.request(method, C1, content=b'{"SalesMemo": "x"}')
    assert answer.status_code == 400
    error = body(answer)["error"]
    assert (error["code"], error["message"]) == ("", "An error has occurred.")
    assert error["innererror"]["message"] == "No resources were found when selecting for update."
    assert scm.get(C1).status_code == 404


def test_writing_into_another_company_needs_cross_company(scm: Caller) -> None:
    """Source: fin-ops odata; Power Automate posts on "No resources were found when selecting for update."; odata.md."""
    create(scm, "CustomersV2", customer(dataAreaId="frsi", SalesCurrencyCode="EUR"))
    path = key("CustomersV2", "frsi", CustomerAccount="C1")
    refused = scm.patch(path, {"SalesMemo": "x"})
    assert refused.status_code == 400
    assert "No resources were found" in body(refused)["error"]["innererror"]["message"]
    assert scm.patch(path + ALL, {"SalesMemo": "x"}).status_code == 204


def test_a_stale_etag_is_412_and_a_current_one_or_a_star_passes(scm: Caller) -> None:
    """Source: OData standard (assumptions.STALE_ETAG_STATUS)."""
    etag = create(scm, "CustomersV2", customer())["@odata.etag"]
    assert scm.patch(C1, {"SalesMemo": "1"}, If_Match=etag).status_code == 204
    stale = scm.patch(C1, {"SalesMemo": "2"}, If_Match=etag)
    assert stale.status_code == 412
    assert "An update conflict occurred" in body(stale)["error"]["innererror"]["message"]
    assert scm.patch(C1, {"SalesMemo": "3"}, If_Match="*").status_code == 204
    assert record(scm, C1)["SalesMemo"] == "3"


def test_a_second_post_of_a_key_says_that_the_record_exists(scm: Caller) -> None:
    """Source: trace: Cannot create a record in ; live fixture."""
    create(scm, "CustomersV2", customer())
    error = refusal(scm, "CustomersV2", customer("c1"))
    assert error["type"] == WRITE
    expected = "Cannot create a record in Customers (CustTable). Customer account: c1.\nThe record already exists."
    assert expected in error["message"]


def test_an_unknown_property_is_a_target_invocation_exception(scm: Caller) -> None:
    """Source: Dynamics-AX-Integration issue 61; captured trace."""
    error = refusal(scm, "CustomersV2", customer(Nonsense="x"))
    assert error["message"] == "Exception has been thrown by the target of an invocation."
    assert error["type"] == INVOCATION
    assert "AxODataEntityDeserializer" in error["stacktrace"]
    text = "The property 'Nonsense' does not exist on type 'Microsoft.Dynamics.DataEntities.CustomerV2'."
    assert error["internalexception"]["message"].startswith(text)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"CreditLimit": "12"}, "Cannot convert the literal '12' to the expected type 'Edm.Decimal'."),
        ({"OrganizationNumberOfEmployees": Decimal("1.5")}, "to the expected type 'Edm.Int32'"),
        ({"OrganizationNumberOfEmployees": 2**31}, "to the expected type 'Edm.Int32'"),
        ({"IsExternallyMaintained": "Maybe"}, "Cannot convert the literal 'Maybe'"),
        ({"IsExternallyMaintained": True}, "to the expected type 'Microsoft.Dynamics.DataEntities.NoYes'"),
        ({"SalesMemo": 5}, "to the expected type 'Edm.String'"),
        ({"CreditLimit": None}, "does not allow null values"),
        ({"CreditLimit": 10**12}, "The value of property 'CreditLimit' is outside of the allowed range."),
        ({"CustomerGroupId": "12345678901"}, "'CustomerGroupId' has 11 characters; its maximum length is 10"),
    ],
)
def test_values_of_a_wrong_type_or_length_are_refused(scm: Caller, values: dict[str, Any], text: str) -> None:
    """Source: Microsoft.OData texts; $metadata nullability; assumptions.OVERLONG_TEXT_IS_REFUSED; odata.md; platform
    knowledge.
    """
    error = refusal(scm, "CustomersV2", customer(**values))
    assert error["type"] == INVOCATION
    assert text in error["internalexception"]["message"]
    assert scm.get(C1).status_code == 404


def test_null_texts_and_enums_become_blank(scm: Caller) -> None:
    # Source: $metadata: strings and enums nullable; SCM stores no null
    created = create(scm, "CustomersV2", customer(SalesMemo=None, IsExternallyMaintained=None, PrimaryContactURL=""))
    assert (created["SalesMemo"], created["IsExternallyMaintained"]) == ("", "No")


def test_a_body_that_is_not_json_is_a_400(scm: Caller) -> None:
    answer = scm.http.post("/data/CustomersV2", content=b"{")
    assert answer.status_code == 400
    assert body(answer)["error"]["innererror"]["type"] == INVOCATION
    assert scm.http.post("/data/CustomersV2", content=b"[]").status_code == 400


def test_key_and_computed_columns_do_not_allow_editing(scm: Caller) -> None:
    """Source: live fixture: Field 'Customer account' does not allow editing; error traces."""
    booked(scm)
    renamed = scm.patch(C1, {"CustomerAccount": "C2"})
    assert renamed.status_code == 400
    error = body(renamed)["error"]["innererror"]
    assert error["type"] == FIELD
    assert error["message"] == (
        "Field validation failed on table of type 'CustCustomerV2Entity' for the following fields: CustomerAccount. "
        "Infolog: Warning: Field 'Customer account' does not allow editing."
    )
    assert scm.patch(C1, {"CustomerAccount": "C1", "dataAreaId": "USMF", "SalesMemo": "x"}).status_code == 204
    error = refusal(scm, "CDSSalesOrderHeaders", order("SO-2", OrderTotalAmount=Decimal(5)))
    assert "Field 'Order total amount' does not allow editing." in error["message"]
    assert scm.patch(order_key(), {"SalesOrderProcessingStatus": "Confirmed"}).status_code == 400


def test_columns_that_the_sandbox_does_not_compute_with_are_501(scm: Caller) -> None:
    booked(scm)
    answer = scm.patch(line_key(), {"LineDiscountPercentage": Decimal(5)})
    assert answer.status_code == 501
    assert "writing CDSSalesOrderLines.LineDiscountPercentage" in answer.text


@pytest.mark.parametrize("entity_set", ["SellableReleasedProducts", "ExternallyMaintainedCustomerSalesInvoiceHeaders"])
def test_read_only_entities_refuse_writes(scm: Caller, entity_set: str) -> None:
    # Source: $metadata (IsReadOnly); posted invoices are immutable
    error = refusal(scm, entity_set, {"dataAreaId": "usmf"})
    assert error["type"] == WRITE
    assert "is read-only" in error["message"]


def test_a_posted_invoice_cannot_be_changed_or_deleted(scm: Caller) -> None:
    """Source: platform knowledge."""
    booked(scm)
    scm.admin("advance", {"days": 1})
    key_text = "dataAreaId='usmf',InvoiceNumber='USMF-INV-000001',InvoiceDate=2026-01-06T12:00:00Z,LedgerVoucher='USMF-IV-000001'"
    path = f"/data/ExternallyMaintainedCustomerSalesInvoiceHeaders({key_text})"
    assert scm.patch(path, {"CurrencyCode": "EUR"}).status_code == 400
    assert scm.delete(path).status_code == 400
    assert record(scm, path)["CurrencyCode"] == "USD"


def test_a_failed_write_leaves_nothing_behind(scm: Caller) -> None:
    booked(scm)
    before = record(scm, order_key())
    refusal(scm, "CDSSalesOrderLines", order_line(line=2, ProductNumber="NONE"))
    assert record(scm, order_key()) == before
    refusal(scm, "CustomersV2", customer("C9", CustomerGroupId="99"))
    assert scm.admin("rows/_parties")["value"] == [
        {"PartyNumber": "C1", "PartyType": "Organization", "Name": "Customer C1"}
    ]


def test_dates_are_at_noon_and_empty_ones_in_1900(scm: Caller) -> None:
    """Source: trace: 1900-01-01T12:00:00Z; date-only fields surface at noon; old template page (required dates):
    assumptions.REQUESTED_DATES_DEFAULT_TO_TODAY.
    """
    create(scm, "CustomersV2", customer())
    sent = order(RequestedShippingDate="2026-03-01T00:00:00Z")
    created = create(scm, "CDSSalesOrderHeaders", sent)
    assert created["RequestedShippingDate"] == "2026-03-01T12:00:00Z"
    assert created["RequestedReceiptDate"] == "2026-01-05T12:00:00Z"
    assert created["ConfirmedShippingDate"] == "1900-01-01T12:00:00Z"
    assert created["OrderCreationDateTime"] == "2026-01-05T08:00:00Z"
    for wrong in ("2026-03-01", "2026-13-01T00:00:00Z", None):
        assert refusal(scm, "CDSSalesOrderHeaders", order("SO-2", RequestedShippingDate=wrong))["type"] == INVOCATION


def test_a_method_that_an_address_does_not_have_is_405(scm: Caller) -> None:
    assert scm.patch("/data/CustomersV2", {}).status_code == 405
    assert scm.post(C1, {}).status_code == 405
