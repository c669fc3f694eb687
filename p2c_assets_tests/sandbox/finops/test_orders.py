"""Orders: defaults, references, the discount split, stale totals, statuses that close an order."""

from decimal import Decimal
from typing import Any

import pytest

from p2c_assets_tests.sandbox.finops.scm_rows import (
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

HEADERS, LINES = "CDSSalesOrderHeaders", "CDSSalesOrderLines"


def test_an_order_takes_what_it_is_not_told_from_its_customers(scm: Caller) -> None:
    """Source: sales-order template page: the ERP defaults the invoice account and both addresses; odata.md;
    sales-order-template-mapping-direct-two-ways.
    """
    create(
        scm,
        "CustomersV2",
        customer("PAYER", AddressCity="Paris", AddressCountryRegionISOCode="FR", IsExternallyMaintained="No"),
    )
    create(scm, "CustomersV2", customer(InvoiceAccount="PAYER", PrimaryContactEmail="c1@adatum.com"))
    created = create(scm, HEADERS, order())
    assert (created["InvoiceCustomerAccountNumber"], created["CurrencyCode"], created["LanguageId"]) == (
        "PAYER",
        "USD",
        "en-us",
    )
    assert (created["DeliveryAddressCity"], created["DeliveryAddressCountryRegionISOCode"]) == ("Redmond", "US")
    assert (created["InvoiceAddressCity"], created["InvoiceAddressCountryRegionId"]) == ("Paris", "FRA")
    assert (created["SalesOrderName"], created["Email"]) == ("Customer C1", "c1@adatum.com")
    assert (created["DefaultShippingSiteId"], created["DefaultShippingWarehouseId"]) == ("1", "13")
    assert created["OrderingCustomerIsExternallyMaintained"] == "Yes"
    assert created["InvoiceCustomerIsExternallyMaintained"] == "No"


def test_a_new_order_is_open_active_of_no_origin_and_without_totals(scm: Caller) -> None:
    # Source: sales-status-map; $metadata (SalesOrderOriginType NotSpecified 0)
    create(scm, "CustomersV2", customer())
    created = create(scm, HEADERS, order())
    assert (created["SalesOrderStatus"], created["SalesOrderProcessingStatus"]) == ("Backorder", "Active")
    assert (created["SalesOrderOriginType"], created["AreTotalsUpdated"]) == ("NotSpecified", "No")
    assert created["OrderTotalAmount"] == 0


def test_a_sent_delivery_address_stays_and_reaches_the_lines(scm: Caller) -> None:
    """Source: sales-order-template-mapping-direct-two-ways."""
    create(scm, "CustomersV2", customer())
    address = {
        "DeliveryAddressStreet": "2 Rue",
        "DeliveryAddressCity": "Lyon",
        "DeliveryAddressCountryRegionISOCode": "fr",
    }
    create(scm, HEADERS, order(**address, DeliveryAddressName="Depot", IsDeliveryAddressOrderSpecific="Yes"))
    line = create(scm, LINES, order_line())
    assert (line["DeliveryAddressStreet"], line["DeliveryAddressZipCode"]) == ("2 Rue", "")
    assert (line["DeliveryAddressCountryRegionISOCode"], line["DeliveryAddressName"]) == ("FR", "Depot")


def test_a_sent_address_needs_a_known_country(scm: Caller) -> None:
    """Source: old template pages (a default country): assumptions.ADDRESS_NEEDS_A_COUNTRY."""
    create(scm, "CustomersV2", customer())
    error = refusal(scm, HEADERS, order(DeliveryAddressCity="Lyon"))
    assert "must be filled in" in error["message"]
    error = refusal(scm, HEADERS, order(DeliveryAddressCity="Lyon", DeliveryAddressCountryRegionISOCode="ZZ"))
    assert "related table 'Countries/regions'" in error["message"]


def test_a_name_or_a_flag_alone_is_no_address(scm: Caller) -> None:
    # Source: order grid: constants for DeliveryAddressName and IsDeliveryAddressOrderSpecific
    create(scm, "CustomersV2", customer())
    created = create(scm, HEADERS, order(DeliveryAddressName="Depot", IsDeliveryAddressOrderSpecific="Yes"))
    assert (created["DeliveryAddressName"], created["DeliveryAddressStreet"]) == ("Depot", "1 Main Street")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (
            {"OrderingCustomerAccountNumber": "C9"},
            "The value 'C9' in field 'Ordering customer account number' is not found",
        ),
        ({"InvoiceCustomerAccountNumber": "C9"}, "related table 'Customers'"),
        ({"CurrencyCode": "XXX"}, "related table 'Currency'"),
        ({"DefaultShippingSiteId": "9"}, "related table 'Sites'"),
        ({"QuotationNumber": "QU-9"}, "related table 'Quotations'"),
        ({"SalesOrderOriginCode": "NONE"}, "related table 'Sales origin codes'"),
        ({"SalesOrderNumber": ""}, "Field 'Sales order number' must be filled in."),
        ({"OrderingCustomerAccountNumber": ""}, "Field 'Ordering customer account number' must be filled in."),
    ],
)
def test_orders_refuse_unknown_references(scm: Caller, values: dict[str, Any], text: str) -> None:
    """Source: live fixture."""
    create(scm, "CustomersV2", customer())
    assert text in refusal(scm, HEADERS, order(**values))["message"]


def test_a_customer_of_another_company_is_unknown(scm: Caller) -> None:
    """Source: live fixture."""
    create(scm, "CustomersV2", customer(dataAreaId="frsi", SalesCurrencyCode="EUR"))
    assert "The value 'C1'" in refusal(scm, HEADERS, order())["message"]


def test_a_customer_on_hold_gets_no_orders(scm: Caller) -> None:
    create(scm, "CustomersV2", customer(OnHoldStatus="All"))
    assert "Customer account C1 is on hold: All." in refusal(scm, HEADERS, order())["message"]


def test_the_origins_type_comes_from_its_code(scm: Caller) -> None:
    """Source: prospect-to-cash: an origin of the type "Sales order integration"."""
    create(scm, "CustomersV2", customer())
    created = create(scm, HEADERS, order(SalesOrderOriginCode="SALES"))
    assert created["SalesOrderOriginType"] == "SalesOrderIntegration"


def test_a_line_takes_unit_price_name_site_and_number(scm: Caller) -> None:
    booked(scm)
    create(scm, LINES, order_line(line=7))
    created = create(scm, LINES, {"SalesOrderNumber": "SO-1", "ProductNumber": "p2"})
    assert (created["LineCreationSequenceNumber"], created["OrderedSalesQuantity"]) == (8, 1)
    assert (created["SalesUnitSymbol"], created["SalesPrice"], created["ProductName"]) == (
        "ea",
        Decimal("19.99"),
        "Product P2",
    )
    assert (created["ShippingSiteId"], created["CurrencyCode"], created["LineAmount"]) == ("1", "USD", Decimal("19.99"))


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"SalesOrderNumber": "SO-9"}, "The value 'SO-9' in field 'Sales order number' is not found in the related table 'Sales"),
        ({"ProductNumber": "P9"}, "The value 'P9' in field 'Product number' is not found in the related table 'Released"),
        ({"ProductNumber": ""}, "Field 'Product number' must be filled in."),
        ({"SalesUnitSymbol": "box"}, "related table 'Unit of measure'"),
        ({"ShippingSiteId": "9"}, "related table 'Sites'"),
        ({"ShippingWarehouseId": "99"}, "related table 'Warehouses'"),
        ({"LineCreationSequenceNumber": -1}, "must be greater than 0"),
        ({"LineCreationSequenceNumber": 1}, "The record already exists."),
    ],
)  # fmt: skip
def test_lines_refuse_unknown_references(scm: Caller, values: dict[str, Any], text: str) -> None:
    booked(scm)
    assert text in refusal(scm, LINES, {**order_line(line=2), **values})["message"]


def test_units_compare_without_case(scm: Caller) -> None:
    # Source: units are case-sensitive in storage, compared without case
    booked(scm)
    assert create(scm, LINES, order_line(line=2, SalesUnitSymbol="EA"))["SalesUnitSymbol"] == "EA"


def test_a_stopped_product_is_blocked(scm: Caller) -> None:
    """Source: captured text: Item '...' is blocked for '...'."""
    booked(scm)
    scm.admin(
        "alter",
        {
            "set": "_released_products",
            "key": {"dataAreaId": "usmf", "ProductNumber": "P2"},
            "values": {"IsSalesStopped": "Yes"},
        },
    )
    error = refusal(scm, LINES, order_line(line=2, ProductNumber="P2"))
    assert "Item 'P2' is blocked for 'Sales order'." in error["message"]


def test_a_stocked_product_without_any_site_is_refused(scm: Caller) -> None:
    """Source: captured text: Inventory dimension Site is mandatory ...; Error: Update has been canceled."""
    product = {
        "dataAreaId": "usmf",
        "ProductNumber": "P3",
        "SalesUnitSymbol": "ea",
        "IsStockedProduct": "Yes",
        "SiteId": "",
    }
    scm.admin("load", {"rows": {"_released_products": [product]}})
    create(scm, "CustomersV2", customer(SiteId="", WarehouseId=""))
    create(scm, HEADERS, order())
    error = refusal(scm, LINES, order_line(ProductNumber="P3"))
    expected = (
        "Write failed for table row of type 'SalesOrderLineCDSEntity'. Infolog: Warning: Inventory dimension Site is mandatory "
        "and must consequently be specified.; Error: Update has been canceled."
    )
    assert error["message"] == expected
    assert create(scm, LINES, order_line())["ShippingSiteId"] == "1"


def test_a_line_discount_is_split_and_the_remainder_is_a_sales_charge(scm: Caller) -> None:
    """Source: sales-order-template-mapping-direct-two-ways: quantity 3, discount 10.00: 3.33 and -0.01, and back."""
    booked(scm, TotalDiscountAmount=Decimal("10.00"))
    line = record(scm, line_key())
    assert (line["LineDiscountAmount"], line["FixedPriceCharges"]) == (Decimal("3.33"), Decimal("-0.01"))
    assert (line["TotalDiscountAmount"], line["LineAmount"]) == (Decimal("10.00"), Decimal("290.00"))
    scm.patch(line_key(), {"OrderedSalesQuantity": Decimal(6)})
    line = record(scm, line_key())
    assert (line["TotalDiscountAmount"], line["LineAmount"]) == (Decimal("19.99"), Decimal("580.01"))
    scm.patch(line_key(), {"LineDiscountAmount": Decimal(1), "FixedPriceCharges": Decimal(0)})
    line = record(scm, line_key())
    assert (line["TotalDiscountAmount"], line["LineAmount"]) == (Decimal("6.00"), Decimal("594.00"))


def test_every_change_makes_the_totals_stale(scm: Caller) -> None:
    """Source: sales-order template page: an order travels again only after its totals are recalculated;
    sales-order-template-mapping-direct-two-ways.
    """
    plan = {"dataAreaId": "usmf", "SalesOrderNumber": "SO-1", "until": "confirm"}
    scm.admin("load", {"rows": {"_order_plans": [plan]}})
    booked(scm)
    scm.admin("advance", {"days": 1})
    assert record(scm, order_key())["AreTotalsUpdated"] == "Yes"
    assert record(scm, line_key())["AreSalesOrderTotalsUpdated"] == "Yes"
    scm.patch(line_key(), {"SalesPrice": Decimal(50)})
    header, line = record(scm, order_key()), record(scm, line_key())
    assert (header["AreTotalsUpdated"], header["OrderTotalAmount"]) == ("No", 330)
    assert (line["AreSalesOrderTotalsUpdated"], line["AreTotalsCalculated"], line["LineAmount"]) == ("No", "No", 150)
    scm.admin("advance", {"days": 1})
    assert record(scm, order_key())["OrderTotalAmount"] == 165
    scm.patch(order_key(), {"CustomersOrderReference": "PO 2"})
    assert record(scm, order_key())["AreTotalsUpdated"] == "No"


def test_a_patch_that_changes_nothing_leaves_totals_and_version(scm: Caller) -> None:
    booked(scm)
    scm.admin(
        "load", {"rows": {"_order_plans": [{"dataAreaId": "usmf", "SalesOrderNumber": "SO-1", "until": "confirm"}]}}
    )
    scm.admin("advance", {"days": 1})
    before = record(scm, order_key())
    assert scm.patch(order_key(), {"CustomersOrderReference": "", "SalesOrderName": "Customer C1"}).status_code == 204
    assert record(scm, order_key()) == before


def test_a_discount_sent_with_a_new_quantity_is_of_the_whole_line(scm: Caller) -> None:
    # Source: sales-order template page: the whole line's amount
    booked(scm, TotalDiscountAmount=Decimal("10.00"))
    scm.patch(line_key(), {"OrderedSalesQuantity": Decimal(6), "TotalDiscountAmount": Decimal("10.00")})
    line = record(scm, line_key())
    assert (line["LineDiscountAmount"], line["FixedPriceCharges"]) == (Decimal("1.67"), Decimal("0.02"))
    assert (line["TotalDiscountAmount"], line["LineAmount"]) == (10, 590)


def test_a_line_write_changes_the_headers_version(scm: Caller) -> None:
    """Source: header rows change their recVersion as a side effect of line writes; captured trace."""
    booked(scm)
    before = record(scm, order_key())["@odata.etag"]
    create(scm, LINES, order_line(line=2))
    assert record(scm, order_key())["@odata.etag"] != before


def test_an_invoiced_order_is_closed(scm: Caller) -> None:
    """Source: platform knowledge: assumptions.CLOSED_DOCUMENTS_ARE_READ_ONLY."""
    booked(scm)
    scm.admin("advance", {"days": 1})
    for answer in (
        scm.patch(order_key(), {"Email": "x@y.z"}),
        scm.patch(line_key(), {"OrderedSalesQuantity": Decimal(4)}),
        scm.post(f"/data/{LINES}", order_line(line=2)),
        scm.delete(line_key()),
    ):
        assert answer.status_code == 400
        assert "has the status Invoiced and cannot be changed." in body(answer)["error"]["innererror"]["message"]
    assert scm.delete(order_key()).status_code == 400


def test_deleting_an_order_deletes_its_lines(scm: Caller) -> None:
    """Source: platform knowledge: assumptions.LINES_GO_WITH_THEIR_HEADER."""
    booked(scm, lines=2)
    assert scm.delete(order_key()).status_code == 204
    assert scm.get(line_key()).status_code == 404


def test_the_same_number_may_stand_in_two_companies(scm: Caller) -> None:
    # Source: number-sequence-overview: numbering is per company
    booked(scm)
    create(scm, "CustomersV2", customer(dataAreaId="frsi", SalesCurrencyCode="EUR"))
    created = create(scm, HEADERS, order(dataAreaId="frsi"))
    assert (created["dataAreaId"], created["CurrencyCode"]) == ("frsi", "EUR")
    assert record(scm, key(HEADERS, SalesOrderNumber="SO-1"))["CurrencyCode"] == "USD"
