"""What quotation and order headers have in common: customer, invoice account, currency, addresses, dates.

Sources: sales-order and quotation template pages; the ERP defaults the invoice account and both addresses.
"""

from dataclasses import dataclass

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.addresses import from_customer, is_sent, settle_country
from p2c_assets.sandbox.finops.columns import EMPTY_DATE, EntitySet
from p2c_assets.sandbox.finops.customers import customer_name
from p2c_assets.sandbox.finops.records import Records
from p2c_assets.sandbox.finops.reference import Reference, check_mandatory
from p2c_assets.sandbox.finops.schema_parties import CUSTOMERS_V2
from p2c_assets.sandbox.table import Row

_DELIVERY = ("DeliveryAddress", "Address")
_INVOICE = ("InvoiceAddress", "Address")


@dataclass(frozen=True)
class HeaderShape:
    """Names in which the two kinds of header differ."""

    entity_set: EntitySet
    customer: str
    name: str
    receipt_date: str


class DocumentHeaders:
    """Defaults and checks of a header, for creation and change alike."""

    def __init__(self, records: Records, reference: Reference, clock: Clock) -> None:
        self._records = records
        self._reference = reference
        self.clock = clock

    def created(self, shape: HeaderShape, row: Row, posted: Row) -> Row:
        """A new header, filled from its customer. Raises FinopsError."""
        if not row[shape.customer]:
            check_mandatory(shape.entity_set, row)
        customer = self.customer(shape.entity_set, row, shape.customer)
        if customer["OnHoldStatus"] == "All":
            text = f"Customer account {customer['CustomerAccount']} is on hold: All."
            raise errors.write_failed(shape.entity_set, text)
        row = self._from_customer(shape, row, customer)
        if not is_sent(shape.entity_set, posted, "DeliveryAddress"):
            row |= from_customer(customer, _DELIVERY, shape.entity_set, "DeliveryAddress")
            row["DeliveryAddressName"] = posted.get("DeliveryAddressName") or customer_name(customer)
            row["DeliveryAddressDescription"] = (
                posted.get("DeliveryAddressDescription") or row["DeliveryAddressDescription"]
            )
        return self.checked(shape, row, posted)

    def checked(self, shape: HeaderShape, row: Row, posted: Row) -> Row:
        """References of a header; the country of a sent delivery address; the invoice customer's address."""
        for column in (shape.customer, "InvoiceCustomerAccountNumber"):
            if posted.get(column):
                self.customer(shape.entity_set, row, column)
        self._reference.check_currency(shape.entity_set, posted, "CurrencyCode")
        site, warehouse = "DefaultShippingSiteId", "DefaultShippingWarehouseId"
        self._reference.check_site_and_warehouse(shape.entity_set, row, posted, site, warehouse)
        if is_sent(shape.entity_set, posted, "DeliveryAddress"):
            row = settle_country(shape.entity_set, self._reference, row, "DeliveryAddress", posted)
        check_mandatory(shape.entity_set, row)
        payer = self.find_customer(row, "InvoiceCustomerAccountNumber")
        return row if payer is None else {**row, **from_customer(payer, _INVOICE, shape.entity_set, "InvoiceAddress")}

    def find_customer(self, row: Row, column: str) -> Row | None:
        """The customer in a column, if there is one."""
        return self._records.get(CUSTOMERS_V2, row["dataAreaId"], row[column])

    def customer(self, entity_set: EntitySet, row: Row, column: str) -> Row:
        """The customer in a column. Raises FinopsError when the company has none of that account."""
        customer = self.find_customer(row, column)
        if customer is None:
            raise errors.not_in_related_table(entity_set, column, row[column], "Customers")
        return customer

    def _from_customer(self, shape: HeaderShape, row: Row, customer: Row) -> Row:
        account = customer["InvoiceAccount"] or customer["CustomerAccount"]
        defaults = {
            "InvoiceCustomerAccountNumber": account,
            "CurrencyCode": customer["SalesCurrencyCode"],
            "LanguageId": customer["LanguageId"],
            "Email": customer["PrimaryContactEmail"],
            "DefaultShippingSiteId": customer["SiteId"],
            "DefaultShippingWarehouseId": customer["WarehouseId"],
            shape.name: customer_name(customer)[:60],
        }
        filled = {name: row[name] or value for name, value in defaults.items()}
        return {**row, **filled, **self._dates(row, ("RequestedShippingDate", shape.receipt_date))}

    def _dates(self, row: Row, names: tuple[str, ...]) -> Row:
        # assumptions.REQUESTED_DATES_DEFAULT_TO_TODAY
        today = f"{self.clock.today()}T12:00:00Z"
        return {name: today if row[name] == EMPTY_DATE else row[name] for name in names}
