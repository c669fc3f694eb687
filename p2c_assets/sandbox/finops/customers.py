"""Rules of CustomersV2: party, references, addresses, and the externally-maintained flag that documents carry.

Sources: CustomersV2 mapping page (the account number is the party number), prospect-to-cash pages (flags).
"""

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.addresses import settle_country
from p2c_assets.sandbox.finops.parties import Parties
from p2c_assets.sandbox.finops.records import HIDDEN, Records
from p2c_assets.sandbox.finops.reference import Reference, check_mandatory
from p2c_assets.sandbox.finops.schema_invoices import INVOICE_HEADERS, INVOICE_LINES
from p2c_assets.sandbox.finops.schema_orders import ORDER_HEADERS, ORDER_LINES
from p2c_assets.sandbox.finops.schema_parties import CUSTOMERS_V2
from p2c_assets.sandbox.finops.schema_quotations import QUOTATION_HEADERS
from p2c_assets.sandbox.table import Row

_PARTY_TYPES = ("Organization", "Person")
_ADDRESSES = ("Address", "DeliveryAddress", "InvoiceAddress")


class CustomerRules:
    """What X++ does around a customer's write."""

    def __init__(self, records: Records, reference: Reference, parties: Parties) -> None:
        self._records = records
        self._reference = reference
        self._parties = parties

    def create(self, row: Row, posted: Row) -> Row:
        """Defaults and checks of a new customer; makes or joins its party."""
        company = row["dataAreaId"]
        row = {
            **row,
            "SalesCurrencyCode": row["SalesCurrencyCode"] or self._reference.company_currency(company),
            "LanguageId": row["LanguageId"] or self._reference.language(company),
            "NameAlias": row["NameAlias"] or _name(row)[:20],
        }
        row = self._checked(row, posted)
        number = self._parties.join(CUSTOMERS_V2, row["PartyNumber"], row["PartyType"], _name(row), "PartyType")
        return {**row, "PartyNumber": number}

    def update(self, row: Row, posted: Row) -> Row:
        """Checks of a changed customer."""
        return self._checked(row, posted)

    def delete(self, row: Row) -> None:
        """Raises FinopsError while documents depend on the customer."""
        account = row["CustomerAccount"]
        for entity_set, column, label in (
            (ORDER_HEADERS, "OrderingCustomerAccountNumber", "Sales orders"),
            (ORDER_HEADERS, "InvoiceCustomerAccountNumber", "Sales orders"),
            (QUOTATION_HEADERS, "RequestingCustomerAccountNumber", "Quotations"),
        ):
            if self._records.matching(entity_set, ("dataAreaId", row["dataAreaId"]), (column, account)):
                text = f"Customers cannot be deleted while dependent {label} exist."
                raise errors.write_failed(CUSTOMERS_V2, text, validation=False)

    def settled(self, before: Row | None, after: Row | None) -> None:
        """Orders and invoices follow the flag."""
        if after is None or (
            before is not None and before["IsExternallyMaintained"] == after["IsExternallyMaintained"]
        ):
            return
        self.propagate(after)

    def propagate(self, customer: Row) -> None:
        """Carry a customer's flag to its orders, their lines and its invoices."""
        flag = customer["IsExternallyMaintained"]
        for role in ("Ordering", "Invoice"):
            shown, orders = {f"{role}CustomerIsExternallyMaintained": flag}, self._orders(customer, role)
            for order in orders:
                self._records.update(ORDER_HEADERS, order, shown)
            for line in [line for order in orders for line in self._lines(order)]:
                self._records.update(ORDER_LINES, line, shown)
        for header in self._invoices(customer):
            self._records.alter(INVOICE_HEADERS, header, {HIDDEN: flag != "Yes"})
            for line in self._invoice_lines(header):
                self._records.alter(INVOICE_LINES, line, {HIDDEN: flag != "Yes"})

    def _orders(self, customer: Row, role: str) -> list[Row]:
        column = (f"{role}CustomerAccountNumber", customer["CustomerAccount"])
        return self._records.matching(ORDER_HEADERS, ("dataAreaId", customer["dataAreaId"]), column)

    def _lines(self, header: Row) -> list[Row]:
        number = ("SalesOrderNumber", header["SalesOrderNumber"])
        return self._records.matching(ORDER_LINES, ("dataAreaId", header["dataAreaId"]), number)

    def _invoices(self, customer: Row) -> list[Row]:
        account = ("InvoiceCustomerAccountNumber", customer["CustomerAccount"])
        return self._records.matching(INVOICE_HEADERS, ("dataAreaId", customer["dataAreaId"]), account)

    def _invoice_lines(self, header: Row) -> list[Row]:
        number = ("InvoiceNumber", header["InvoiceNumber"])
        return self._records.matching(INVOICE_LINES, ("dataAreaId", header["dataAreaId"]), number)

    def _checked(self, row: Row, posted: Row) -> Row:
        reference = self._reference
        reference.check_company_table(CUSTOMERS_V2, row, posted, "CustomerGroupId", "_customer_groups")
        reference.check_currency(CUSTOMERS_V2, posted, "SalesCurrencyCode")
        reference.check_site_and_warehouse(CUSTOMERS_V2, row, posted, "SiteId", "WarehouseId")
        invoice = posted.get("InvoiceAccount")
        if invoice and self._records.get(CUSTOMERS_V2, row["dataAreaId"], invoice) is None:
            raise errors.not_in_related_table(CUSTOMERS_V2, "InvoiceAccount", invoice, "Customers")
        for prefix in _ADDRESSES:
            row = settle_country(CUSTOMERS_V2, reference, row, prefix, posted)
        self._check_party(row)
        check_mandatory(CUSTOMERS_V2, row)
        return row

    def _check_party(self, row: Row) -> None:
        if row["PartyType"] and row["PartyType"] not in _PARTY_TYPES:
            text = f"The value '{row['PartyType']}' is not a party type; use Organization or Person."
            raise errors.field_failed(CUSTOMERS_V2, ["PartyType"], text)
        if row["PartyType"] == "Organization" and not row["OrganizationName"].strip():
            raise errors.must_be_filled(CUSTOMERS_V2, ["OrganizationName"])
        if row["PartyType"] == "Person" and not _name(row):
            raise errors.must_be_filled(CUSTOMERS_V2, ["PersonFirstName"])


def _name(row: Row) -> str:
    person = " ".join(part for name in ("First", "Middle", "Last") if (part := str(row[f"Person{name}Name"]).strip()))
    return str(row["OrganizationName"]) if row["PartyType"] == "Organization" else person


def customer_name(row: Row) -> str:
    """The name on documents."""
    return _name(row)
