"""Units of delivery: which tasks make one document, and by which column its rows are read back.

DATA only. A unit is one flow in one direction; its documents are a header with its lines, or a single row of master data.
"""

from collections.abc import Mapping
from typing import NamedTuple

from p2c_assets.mappings.schema import System


class Part(NamedTuple):
    """One task of a unit. `read_by`: the target column by whose values all rows of a document are read."""

    task: str
    read_by: str


class Leftovers(NamedTuple):
    """When lines that are gone from the source may be deleted: while the header's `column` has one of the values.

    `setting`: the name under `delivery.deleted_lines`. Source: mappings.md 5.1 (a quotation is changed while Created or
    Sent), 5.2 (SCM's order before it is confirmed; Sales' order while it is Active).
    """

    setting: str
    column: str
    open_values: tuple[str | int, ...]


class Removal(NamedTuple):
    """What is set in the destination when the source's record is deleted or deactivated.

    `setting`: the name under `delivery.removals`; `found_by`: the target column that holds the record's number. Source:
    mappings.md 2.2 (IsInactive), metadata of CustomersV2 (OnHoldStatus), dataverse lifecycles (a product is retired).
    """

    setting: str
    found_by: str
    values: Mapping[str, str | int]


class Unit(NamedTuple):
    """What is planned and delivered together. `name` is the asset's `system/entity`."""

    name: str
    flow: str
    header: Part
    lines: Part | None = None
    leftovers: Leftovers | None = None

    @property
    def system(self) -> System:
        """The destination."""
        return "sales" if self.name.startswith("sales/") else "scm"

    @property
    def table(self) -> str:
        """The name of the unit's stage tables."""
        return self.name.replace("/", "_")

    @property
    def parts(self) -> tuple[Part, ...]:
        """Header first."""
        return (self.header,) if self.lines is None else (self.header, self.lines)


UNITS: Mapping[str, Unit] = {
    unit.name: unit
    for unit in (
        Unit("sales/products", "products", Part("sellable_products_to_products", "productid")),
        Unit("scm/customers_from_accounts", "accounts", Part("accounts_to_customers", "CustomerAccount")),
        Unit("scm/contact_persons", "contacts", Part("contacts_to_contact_persons", "ContactPersonPartyNumber")),
        Unit("scm/customers_from_contacts", "contacts", Part("contacts_to_customers", "CustomerAccount")),
        Unit(
            "scm/sales_quotations",
            "quotes",
            Part("quotes_to_quotation_headers", "SalesQuotationNumber"),
            Part("quotedetails_to_quotation_lines", "SalesQuotationNumber"),
            Leftovers("quotes", "SalesQuotationStatus", ("Created", "Sent")),
        ),
        Unit(
            "scm/sales_orders",
            "orders",
            Part("salesorders_to_order_headers", "SalesOrderNumber"),
            Part("salesorderdetails_to_order_lines", "SalesOrderNumber"),
            Leftovers("orders", "SalesOrderProcessingStatus", ("Active",)),
        ),
        Unit(
            "sales/sales_orders",
            "orders",
            Part("order_headers_to_salesorders", "salesorderid"),
            Part("order_lines_to_salesorderdetails", "salesorderid"),
            Leftovers("returned_orders", "statecode", (0,)),
        ),
        Unit(
            "sales/invoices",
            "invoices",
            Part("invoice_headers_to_invoices", "invoiceid"),
            Part("invoice_lines_to_invoicedetails", "invoiceid"),
        ),
    )
}

_ON_HOLD: Mapping[str, str | int] = {"OnHoldStatus": "All"}

REMOVALS: Mapping[str, Removal] = {
    "sales/products": Removal("products", "productnumber", {"statecode": 1, "statuscode": 2}),
    "scm/customers_from_accounts": Removal("accounts", "CustomerAccount", _ON_HOLD),
    "scm/contact_persons": Removal("contacts", "ContactPersonPartyNumber", {"IsInactive": "Yes"}),
    "scm/customers_from_contacts": Removal("contacts", "CustomerAccount", _ON_HOLD),
}
"""By unit; what is not named here is never deactivated."""
