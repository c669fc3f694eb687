"""The steps on document lines: open parent, product, unit, price, numbers, and what repeats the header.

Amounts and flags are not here but in `settlement`, once per document and transaction.
Source: MicrosoftDocs dynamics-365-customer-engagement ce/developer/entities/salesorderdetail.md; powerapps-docs
web-service-error-codes.md; CRMP2C solution ("Sales order can not contain more than one Freight tax").
"""

from collections.abc import Callable, Set

from p2c_assets.sandbox.dataverse import errors, transitions
from p2c_assets.sandbox.dataverse.schema import Document
from p2c_assets.sandbox.dataverse.schema_catalog import PRODUCT, PRODUCT_PRICE_LEVEL, UOM
from p2c_assets.sandbox.dataverse.work import After, Before, Work
from p2c_assets.sandbox.money import ZERO
from p2c_assets.sandbox.table import Row

NOT_IN_PRICE_LEVEL = 11
"""pricingerrorcode Product Not In Price Level."""

_REPRICED_BY = frozenset({"_productid_value", "_uomid_value", "ispriceoverridden", "priceperunit", "quantity"})


def check_parent(work: Work, document: Document, line: Row) -> Row:
    """The header of a line; refuses when it is missing or closed. Lines loaded astray get an empty one."""
    key = line.get(document.parent) or ""
    header = work.records.get(document.header, key)
    if not work.checked:
        return header or {}
    if header is None:
        raise errors.does_not_exist(document.header.display, key)
    if not transitions.is_open(document.header, header, back_office=work.records.edits_submitted_orders()):
        raise errors.parent_read_only(document.header.logical, key, transitions.state_name(document.header, header))
    return header


def follow_header(document: Document) -> Before:
    """Currency, number and state as on the header."""

    def step(work: Work, before: Row | None, after: Row, changed: Set[str]) -> Row:  # noqa: ARG001
        header = check_parent(work, document, after)
        currency = header.get("_transactioncurrencyid_value")
        given = after.get("_transactioncurrencyid_value")
        if work.checked and given and given != currency:
            raise errors.price_list_currency()
        if not header:
            return {}
        repeated = {line: header.get(head) for head, line in (*document.mirrored, *document.repeated)}
        flag = "msdynce_hasexternallymaintainedproductsonly"
        return repeated | {"_transactioncurrencyid_value": currency} | _flag(document, header.get(flag))

    return step


def _flag(document: Document, value: object) -> Row:
    return {} if document.flag is None else {document.flag: value}


def check_product(work: Work, before: Row | None, after: Row, changed: Set[str]) -> Row:
    """An existing product, Active and sold in the unit, or a write-in with a description; never both."""
    if before is not None and not changed & {"_productid_value", "productdescription", "_uomid_value"}:
        return {}
    if after.get("isproductoverridden"):
        return _check_write_in(work, after)
    product = work.records.get(PRODUCT, after.get("_productid_value") or "")
    if product is None:
        if work.checked:
            raise errors.required("productid", "line")
        return {}
    unit = after.get("_uomid_value") or product.get("_defaultuomid_value")
    if work.checked:
        _check_sellable(work, product, unit)
    return {"_uomid_value": unit, "productname": product.get("name")}


def _check_write_in(work: Work, line: Row) -> Row:
    if work.checked and line.get("_productid_value"):
        text = "You cannot set both 'productid' and 'productdescription' for the same record."
        raise errors.DataverseError(400, "0x80043afb", text)
    if work.checked and not line.get("productdescription"):
        raise errors.required("productdescription", "line")
    return {"productname": line.get("productdescription")}


def _check_sellable(work: Work, product: Row, unit: str | None) -> None:
    if product.get("statecode") != 0:
        raise errors.inactive_product(product.get("productnumber"))
    row = work.records.get(UOM, unit or "")
    if row is None or row.get("_uomscheduleid_value") != product.get("_defaultuomscheduleid_value"):
        raise errors.DataverseError(400, "0x80043b14", "The specified unit is not valid for this product.")


def price_line(document: Document) -> Before:
    """The price list's price, unless overridden, a write-in or locked; without an item 0 and a pricingerrorcode."""

    def step(work: Work, before: Row | None, after: Row, changed: Set[str]) -> Row:
        fixed = after.get("ispriceoverridden") or after.get("isproductoverridden")
        if fixed or (before is not None and not changed & _REPRICED_BY):
            return {}
        header = work.records.get(document.header, after[document.parent] or "") or {}
        if header.get("ispricelocked") and after.get("priceperunit") is not None:
            return {}
        names = ("_pricelevelid_value", "_productid_value", "_uomid_value")
        key = (header.get("_pricelevelid_value"), after.get("_productid_value"), after.get("_uomid_value"))
        item = work.records.find(PRODUCT_PRICE_LEVEL, names, key)
        if item is None:
            return {"priceperunit": ZERO, "pricingerrorcode": NOT_IN_PRICE_LEVEL}
        return {"priceperunit": item.get("amount"), "pricingerrorcode": 0}

    return step


def number_line(document: Document) -> Before:
    """lineitemnumber counts on where it is absent; sequencenumber is left as it is."""

    def step(work: Work, before: Row | None, after: Row, changed: Set[str]) -> Row:  # noqa: ARG001
        if before is not None or after.get("lineitemnumber") is not None:
            return {}
        used = (line.get("lineitemnumber") for line in work.records.lines(document, after[document.parent] or ""))
        return {"lineitemnumber": max((n for n in used if isinstance(n, int)), default=0) + 1}

    return step


def single_freight_tax(document: Document) -> Before:
    """No second line flagged msdynce_ismisctax."""

    def step(work: Work, before: Row | None, after: Row, changed: Set[str]) -> Row:  # noqa: ARG001
        if not work.checked or not after.get("msdynce_ismisctax"):
            return {}
        key = document.line.key
        lines = work.records.lines(document, after[document.parent] or "")
        if any(line.get("msdynce_ismisctax") and line[key] != after.get(key) for line in lines):
            raise errors.plugin_aborted("Sales order can not contain more than one Freight tax")
        return {}

    return step


def touch_lines(document: Document) -> After:
    """Any write of a line has its document settled, flags included."""

    def step(work: Work, before: Row | None, after: Row, changed: Set[str]) -> None:  # noqa: ARG001
        for parent in {(before or after)[document.parent], after[document.parent]} - {None}:
            work.touch(document, parent, lines=True)

    return step


LineSteps = Callable[[Document], Before]
BEFORE: tuple[LineSteps, ...] = (
    follow_header,
    lambda _: check_product,
    price_line,
    number_line,
    single_freight_tax,
)
