"""The one-off jobs before a first synchronisation: numbers for old lines, the table of distinct products.

Lines made before the numbers existed have LineCreationSequenceNumber 0; the admin path loads such lines side by side.
Source: prospect-to-cash (SalesPopulateProspectToCash; Populate distinct product table, kept up by product changes later).
"""

from p2c_assets.sandbox.finops.columns import UNNUMBERED, EntitySet
from p2c_assets.sandbox.finops.records import HIDDEN, Records
from p2c_assets.sandbox.finops.schema_invoices import INVOICE_LINES
from p2c_assets.sandbox.finops.schema_orders import ORDER_LINES
from p2c_assets.sandbox.finops.schema_products import SELLABLE_RELEASED_PRODUCTS
from p2c_assets.sandbox.finops.schema_quotations import QUOTATION_LINES
from p2c_assets.sandbox.table import Row

SELLABLE = "_sellable"
DISTINCT = "_distinct"
NUMBER = "LineCreationSequenceNumber"
_DOCUMENTS = (
    (ORDER_LINES, "SalesOrderNumber"),
    (QUOTATION_LINES, "SalesQuotationNumber"),
    (INVOICE_LINES, "InvoiceNumber"),
)

NUMBERED_SETS = frozenset(entity_set.name for entity_set, _ in _DOCUMENTS)
"""Sets whose lines can be without a number."""


class Population:
    """Both jobs; each answers how many rows it changed."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def prospect_to_cash(self) -> int:
        """Give every line without a number the next one of its document, and refresh the products."""
        done = self.distinct_products()
        for entity_set, document in _DOCUMENTS:
            for row in self._records.table(entity_set).rows():
                if row.get(UNNUMBERED):
                    number = {NUMBER: self._last(entity_set, document, row) + 1, UNNUMBERED: 0}
                    self._records.rename(entity_set, row, number)
                    done += 1
        return done

    def distinct_products(self) -> int:
        """Show released products that may be sold and were not in the table yet."""
        products = self._records.table(SELLABLE_RELEASED_PRODUCTS).rows()
        missing = [row for row in products if not row.get(DISTINCT, True)]
        for row in missing:
            self._records.alter(SELLABLE_RELEASED_PRODUCTS, row, shown({**row, DISTINCT: True}))
        return len(missing)

    def _last(self, entity_set: EntitySet, document: str, row: Row) -> int:
        keys = (("dataAreaId", row["dataAreaId"]), (document, row[document]))
        numbers = [line[NUMBER] for line in self._records.matching(entity_set, *keys)]
        return max((number for number in numbers if isinstance(number, int)), default=0)


def shown(product: Row) -> Row:
    """A product with what decides whether the entity shows it: it may be sold, and the distinct table has it."""
    return {**product, HIDDEN: not (product.get(SELLABLE, True) and product.get(DISTINCT, True))}
