"""What quotation and order lines have in common: product, unit, site, price, discount split, amount, address.

Sources: sales-order template page (discount), captured infolog texts (blocked item, mandatory site).
"""

from dataclasses import dataclass
from decimal import Decimal

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.addresses import copied, is_sent, settle_country
from p2c_assets.sandbox.finops.columns import EMPTY_DATE, EntitySet
from p2c_assets.sandbox.finops.records import Records
from p2c_assets.sandbox.finops.reference import Reference, check_mandatory
from p2c_assets.sandbox.finops.schema_products import SELLABLE_RELEASED_PRODUCTS
from p2c_assets.sandbox.finops.totals import Split, line_amount, split_discount, whole_discount
from p2c_assets.sandbox.finops.values import number
from p2c_assets.sandbox.money import ZERO
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row

DEFAULT_SITE = "_site"
_DISCOUNT_PARTS = frozenset({"LineDiscountAmount", "FixedPriceCharges"})


@dataclass(frozen=True)
class LineShape:
    """Names in which the two kinds of line differ."""

    entity_set: EntitySet
    header_set: EntitySet
    number: str
    quantity: str
    header_receipt_date: str
    document: str


class DocumentLines:
    """Defaults and checks of a line, for creation and change alike."""

    def __init__(self, store: Store, records: Records, reference: Reference) -> None:
        self._store = store
        self._records = records
        self._reference = reference

    def header(self, shape: LineShape, row: Row) -> Row:
        """The line's header. Raises FinopsError when there is none."""
        if not row[shape.number]:
            raise errors.must_be_filled(shape.entity_set, [shape.number])
        header = self._records.get(shape.header_set, row["dataAreaId"], row[shape.number])
        if header is None:
            label = shape.header_set.table_label
            raise errors.not_in_related_table(shape.entity_set, shape.number, row[shape.number], label)
        return header

    def of(self, shape: LineShape, header: Row) -> list[Row]:
        """The lines of a header, by their number."""
        key = (("dataAreaId", header["dataAreaId"]), (shape.number, header[shape.number]))
        return sorted(self._records.matching(shape.entity_set, *key), key=_line_number)

    def created(self, shape: LineShape, row: Row, posted: Row, header: Row) -> Row:
        """A new line, filled from product and header. Raises FinopsError."""
        if not row["ProductNumber"]:
            raise errors.must_be_filled(shape.entity_set, ["ProductNumber"])
        product = self._product(shape, row)
        row = {**row, **_from_product(row, posted, product), **_from_header(shape, row, header)}
        row["ShippingSiteId"] = row["ShippingSiteId"] or self._default_site(product)
        row[shape.quantity] = posted.get(shape.quantity, Decimal(1))
        row["LineCreationSequenceNumber"] = self._number(shape, row, header)
        row["InventoryLotId"] = f"{self._store.sequence('lot'):06d}"
        if not is_sent(shape.entity_set, posted, "DeliveryAddress"):
            row |= copied(header, shape.entity_set, "DeliveryAddress")
        return self.checked(shape, row, posted)

    def checked(self, shape: LineShape, row: Row, posted: Row) -> Row:
        """References, discount and amount of a line; the country of a sent delivery address."""
        product = self._product(shape, row) if "ProductNumber" in posted else {}
        self._reference.check_unit(shape.entity_set, posted, "SalesUnitSymbol")
        site, warehouse = "ShippingSiteId", "ShippingWarehouseId"
        self._reference.check_site_and_warehouse(shape.entity_set, row, posted, site, warehouse)
        check_mandatory(shape.entity_set, row)
        if not row[site] and product.get("IsStockedProduct") == "Yes":
            text = "Inventory dimension Site is mandatory and must consequently be specified."
            raise errors.write_failed(shape.entity_set, text, validation=False)
        if is_sent(shape.entity_set, posted, "DeliveryAddress"):
            row = settle_country(shape.entity_set, self._reference, row, "DeliveryAddress", posted)
        return priced(shape, row, posted)

    def _product(self, shape: LineShape, row: Row) -> Row:
        item = row["ProductNumber"]
        product = self._records.get(SELLABLE_RELEASED_PRODUCTS, row["dataAreaId"], item)
        if product is None:
            raise errors.not_in_related_table(shape.entity_set, "ProductNumber", item, "Released products")
        if product["IsSalesStopped"] == "Yes":
            raise errors.write_failed(shape.entity_set, f"Item '{item}' is blocked for '{shape.document}'.")
        return product

    def _default_site(self, product: Row) -> str:
        return str(product.get(DEFAULT_SITE, self._reference.first_site(product["dataAreaId"])))

    def _number(self, shape: LineShape, row: Row, header: Row) -> int:
        given = int(row["LineCreationSequenceNumber"])
        if given < 0:
            text = "Field 'Line creation sequence number' must be greater than 0."
            raise errors.field_failed(shape.entity_set, ["LineCreationSequenceNumber"], text)
        return given or max((_line_number(line) for line in self.of(shape, header)), default=0) + 1


def _from_product(row: Row, posted: Row, product: Row) -> Row:
    return {
        "SalesUnitSymbol": row["SalesUnitSymbol"] or product["SalesUnitSymbol"],
        "ProductName": row["ProductName"] or product["ProductName"],
        "LineDescription": row["LineDescription"] or product["ProductDescription"],
        "SalesPrice": posted.get("SalesPrice", product["SalesPrice"]),
        "SalesPriceQuantity": Decimal(1),
    }


def _from_header(shape: LineShape, row: Row, header: Row) -> Row:
    dates = {"RequestedShippingDate": "RequestedShippingDate", "RequestedReceiptDate": shape.header_receipt_date}
    return {
        shape.number: header[shape.number],
        "CurrencyCode": header["CurrencyCode"],
        "ShippingSiteId": row["ShippingSiteId"] or header["DefaultShippingSiteId"],
        "ShippingWarehouseId": row["ShippingWarehouseId"] or header["DefaultShippingWarehouseId"],
        **{name: header[theirs] if row[name] == EMPTY_DATE else row[name] for name, theirs in dates.items()},
    }


def priced(shape: LineShape, row: Row, posted: Row) -> Row:
    """Discount and amount: a sent whole discount is split; sent parts, or a new quantity, make a new whole."""
    quantity, price = number(row[shape.quantity]), number(row["SalesPrice"])
    if posted.get("TotalDiscountAmount") is not None and not _DISCOUNT_PARTS & posted.keys():
        split = split_discount(number(row["TotalDiscountAmount"]), quantity)
    else:
        split = Split(number(row["LineDiscountAmount"]), number(row["FixedPriceCharges"]))
    return {
        **row,
        "LineDiscountAmount": split.unit,
        "FixedPriceCharges": split.charge,
        "TotalDiscountAmount": whole_discount(split, quantity) if quantity else ZERO,
        "LineAmount": line_amount(quantity, price, split),
    }


def _line_number(line: Row) -> int:
    value = line["LineCreationSequenceNumber"]
    return value if isinstance(value, int) else 0
