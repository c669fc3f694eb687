"""The flaws of the scenario: what is wrong, where, and what a full chain, SCM's day and another chain make of it.

The rows themselves stand in the module of their kind, marked with the flaw's id. `arrived` (created, updated or unchanged)
with a warning is a flaw that does not stop its row.
"""

from typing import Literal, NamedTuple

from p2c_assets.sandbox.scenario import accounts, contacts, orders
from p2c_assets.sandbox.scenario.erp_orders import COLLIDING_NUMBER

Outcome = Literal["arrived", "filtered", "rejected", "held", "refused"]


class Flaw(NamedTuple):
    """`company` is None where the row belongs to none; `key` is the value of the source's key column (see SOURCES).

    `reason` is the outcome's code; of `arrived` the first word of its warning; of a refusal a word of the destination's.
    """

    id: str
    company: str | None
    task: str
    key: str
    outcome: Outcome
    reason: str
    label: str
    column: str = ""

    @property
    def entity(self) -> str:
        """Entity set or internal table of the source row."""
        return SOURCES[self.task][0]

    @property
    def key_column(self) -> str:
        """The column that `key` stands in."""
        return self.column or SOURCES[self.task][1]


CUSTOMERS = "accounts_to_customers"
PERSONS = "contacts_to_contact_persons"
BUYERS = "contacts_to_customers"
PRODUCTS = "sellable_products_to_products"
QUOTES = "quotes_to_quotation_headers"
ORDERS = "salesorders_to_order_headers"
RETURNED = "order_headers_to_salesorders"
INVOICES = "invoice_headers_to_invoices"

SOURCES = {
    CUSTOMERS: ("accounts", "accountnumber"),
    PERSONS: ("contacts", "msdynce_contactnumber"),
    BUYERS: ("contacts", "msdynce_contactnumber"),
    PRODUCTS: ("_released_products", "ProductNumber"),
    QUOTES: ("quotes", "quotenumber"),
    ORDERS: ("salesorders", "ordernumber"),
    RETURNED: ("CDSSalesOrderHeaders", "SalesOrderNumber"),
    INVOICES: ("ExternallyMaintainedCustomerSalesInvoiceHeaders", "SalesOrderNumber"),
}
"""Where the source row of a task is: entity set (or SCM's internal table) and the column of its number."""

FLAWS: tuple[Flaw, ...] = (
    Flaw("A01", "usmf", CUSTOMERS, "US-006", "arrived", "truncated", "name longer than SCM's column"),
    Flaw("A02", "usmf", CUSTOMERS, "US-009", "rejected", "unmapped_country", "a country that is on no map"),
    Flaw("A03", "usmf", CUSTOMERS, "Nameless Number Ltd.", "rejected", "key_missing", "no account number", "name"),
    Flaw(
        "A04",
        "usmf",
        CUSTOMERS,
        "Twin Peaks Lodge",
        "rejected",
        "duplicate_key",
        "an account number used twice, first",
        "name",
    ),
    Flaw(
        "A05",
        "usmf",
        CUSTOMERS,
        "Twin Peaks Lodge (copy)",
        "rejected",
        "duplicate_key",
        "an account number used twice, second",
        "name",
    ),
    Flaw("A06", "usmf", CUSTOMERS, "US-012", "rejected", "wrong_type", "a text where a number belongs"),
    Flaw("A07", "usmf", CUSTOMERS, "US-013", "refused", "ISK", "a currency that SCM has not set up"),
    Flaw("A08", "demf", CUSTOMERS, "DE-009", "arrived", "no_country", "no country, and no default for it"),
    Flaw("A09", "demf", CUSTOMERS, "DE-010", "rejected", "required_value_missing", "no name"),
    Flaw("A10", "gbsi", CUSTOMERS, "GB-009", "arrived", "truncated", "city longer than SCM's column"),
    Flaw(
        "A11",
        "gbsi",
        CUSTOMERS,
        accounts.OVERLONG_NUMBER,
        "rejected",
        "key_too_long",
        "account number longer than SCM's key",
    ),
    Flaw(
        "A12", None, CUSTOMERS, "JP-001", "rejected", "business_unit_not_mapped", "a business unit that is no company's"
    ),
    Flaw("C01", "usmf", BUYERS, "N-US-01", "filtered", "contact_not_customer", "neither at an account nor a buyer"),
    Flaw("C02", "usmf", PERSONS, "C-US-13", "held", "parent_missing", "at an account that is rejected"),
    Flaw("C03", "usmf", BUYERS, "P-US-06", "rejected", "required_value_missing", "a buyer without a last name"),
    Flaw("C04", "usmf", BUYERS, "P-US-05", "rejected", "unmapped_country", "a country that is on no map"),
    Flaw("C05", "demf", PERSONS, "C-DE-07", "arrived", "truncated", "first name longer than SCM's column"),
    Flaw("C06", "demf", PERSONS, "N-DE-01", "filtered", "parent_is_not_account", "neither at an account nor a buyer"),
    Flaw("C07", "demf", PERSONS, "C-DE-13", "held", "parent_missing", "at an account that is rejected"),
    Flaw("C08", "demf", BUYERS, "Ohne Nummer", "rejected", "key_missing", "a buyer without a number", "fullname"),
    Flaw("C09", "gbsi", PERSONS, "P-GB-01", "filtered", "contact_is_customer", "a buyer is no contact person"),
    Flaw(
        "C10",
        "gbsi",
        BUYERS,
        contacts.OVERLONG_NUMBER,
        "rejected",
        "key_too_long",
        "contact number longer than SCM's key",
    ),
    Flaw("C11", "gbsi", BUYERS, "P-GB-04", "rejected", "wrong_type", "a text where a number belongs"),
    Flaw("C12", "gbsi", PERSONS, "N-GB-02", "filtered", "parent_is_not_account", "parent is a contact, not an account"),
    Flaw("P01", "demf", PRODUCTS, "P2001", "arrived", "differs_from_owner", "two companies, two names for one product"),
    Flaw("P02", "usmf", PRODUCTS, "U3004", "rejected", "unmapped_unit", "a sales unit that Sales does not have"),
    Flaw("P03", "gbsi", PRODUCTS, "B3003", "rejected", "required_value_missing", "no name"),
    Flaw("P04", "gbsi", PRODUCTS, "B3004", "rejected", "wrong_type", "a text where a number belongs"),
    Flaw("Q01", "usmf", QUOTES, "QUO-US-04", "filtered", "quote_not_active", "a draft"),
    Flaw("Q02", "usmf", QUOTES, "Chairs", "filtered", "quote_not_active", "an earlier revision", "name"),
    Flaw("Q03", "usmf", QUOTES, "QUO-US-06", "filtered", "quote_not_active", "won, and ordered in SCM"),
    Flaw(
        "Q04",
        "usmf",
        QUOTES,
        "QUO-US-07",
        "filtered",
        "lines_not_externally_maintained",
        "a line that is not a product",
    ),
    Flaw("Q05", "usmf", QUOTES, "QUO-US-08", "rejected", "unmapped_country", "a country that is on no map"),
    Flaw("Q06", "demf", QUOTES, "QUO-DE-05", "rejected", "unmapped_unit", "a unit that SCM does not have"),
    Flaw("Q07", "demf", QUOTES, "QUO-DE-06", "held", "parent_missing", "for an account that is rejected"),
    Flaw("Q08", "demf", QUOTES, "QUO-DE-07", "filtered", "quote_not_active", "lost"),
    Flaw("Q09", "gbsi", QUOTES, "QUO-GB-05", "arrived", "truncated", "name longer than SCM's column"),
    Flaw(
        "Q10",
        "gbsi",
        QUOTES,
        "QUO-GB-06",
        "filtered",
        "lines_not_externally_maintained",
        "a product that is not from SCM",
    ),
    Flaw(
        "Q11",
        "gbsi",
        QUOTES,
        "Chandlery, first offer",
        "filtered",
        "superseded_revision",
        "an earlier revision that is active too",
        "name",
    ),
    Flaw(
        "O01",
        "usmf",
        ORDERS,
        "SO-US-10",
        "filtered",
        "owned_by_scm",
        "handed over and come back; its name was cut on the way",
    ),
    Flaw("O02", "usmf", ORDERS, "SO-US-11", "filtered", "order_not_activated", "a draft"),
    Flaw(
        "O03", "usmf", ORDERS, "SO-US-12", "filtered", "lines_not_externally_maintained", "a line that is not a product"
    ),
    Flaw(
        "O04",
        "usmf",
        ORDERS,
        "SO-US-13",
        "rejected",
        "already_ordered_from_quote",
        "its quote is an order in SCM already",
    ),
    Flaw("O05", "usmf", ORDERS, "SO-US-14", "refused", "U3003", "a product that SCM sells no more"),
    Flaw(
        "O06", "usmf", ORDERS, orders.OVERLONG_NUMBER, "rejected", "key_too_long", "order number longer than SCM's key"
    ),
    Flaw("O07", "usmf", ORDERS, "SO-US-16", "held", "parent_missing", "for an account that is rejected"),
    Flaw("O08", "demf", ORDERS, "SO-DE-11", "rejected", "unmapped_unit", "a unit that SCM does not have"),
    Flaw("O09", "demf", ORDERS, "SO-DE-12", "rejected", "wrong_type", "a text where a quantity belongs"),
    Flaw("O10", "demf", ORDERS, "SO-DE-13", "rejected", "unmapped_country", "a country that is on no map"),
    Flaw(
        "O11",
        "gbsi",
        ORDERS,
        "SO-GB-11",
        "filtered",
        "lines_not_externally_maintained",
        "a product that is not from SCM",
    ),
    Flaw("O12", "gbsi", ORDERS, "SO-GB-12", "rejected", "required_value_missing", "a line without a quantity"),
    Flaw(
        "S01",
        "usmf",
        RETURNED,
        COLLIDING_NUMBER,
        "rejected",
        "key_used_by_other_company",
        "two companies, one order number",
    ),
    Flaw("S02", "usmf", RETURNED, "WEB-US-07", "filtered", "order_not_confirmed", "not confirmed"),
    Flaw("S03", "usmf", RETURNED, "WEB-US-08", "filtered", "totals_not_calculated", "totals not calculated"),
    Flaw(
        "S04",
        "usmf",
        RETURNED,
        "WEB-US-09",
        "filtered",
        "customer_not_externally_maintained",
        "a customer that SCM keeps for itself",
    ),
    Flaw("S05", "usmf", RETURNED, "WEB-US-10", "filtered", "work_order_origin", "born of a work order"),
    Flaw(
        "S06",
        "usmf",
        RETURNED,
        "WEB-US-11",
        "rejected",
        "unmapped_unit",
        "a product and a unit that Sales does not have",
    ),
    Flaw("S07", "usmf", RETURNED, "WEB-US-12", "rejected", "no_price_list", "a currency without a price list"),
    Flaw(
        "S08",
        "demf",
        RETURNED,
        COLLIDING_NUMBER,
        "rejected",
        "key_used_by_other_company",
        "two companies, one order number",
    ),
    Flaw("S09", "demf", RETURNED, "WEB-DE-07", "rejected", "unmapped_currency", "a currency that Sales does not have"),
    Flaw(
        "S10",
        "demf",
        RETURNED,
        "WEB-DE-08",
        "filtered",
        "customer_not_externally_maintained",
        "a customer that SCM keeps for itself",
    ),
    Flaw(
        "S11",
        "gbsi",
        RETURNED,
        "WEB-GB-07",
        "rejected",
        "unmapped_country",
        "invoice address in a country that is on no map",
    ),
    Flaw("S12", "gbsi", RETURNED, "WEB-GB-08", "filtered", "order_not_confirmed", "not confirmed"),
    Flaw("I01", "usmf", INVOICES, "", "filtered", "free_text_invoice", "an invoice of no order"),
    Flaw("I02", "usmf", INVOICES, "WEB-US-10", "filtered", "work_order_origin", "invoice of a work order"),
    Flaw("I03", "demf", INVOICES, COLLIDING_NUMBER, "held", "parent_missing", "its order is not in Sales"),
    Flaw("I04", "usmf", INVOICES, "WEB-US-12", "rejected", "no_price_list", "a currency without a price list"),
)
