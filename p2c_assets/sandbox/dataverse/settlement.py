"""What is computed over a whole document at the end of a transaction: Freight Tax line, flags, amounts and totals.

Source: CRMP2C solution (Freight Tax, flags, their copies on lines); MicrosoftDocs dynamics-365-customer-engagement
ce/sales/developer (system pricing: organization.oobpricecalculationenabled, ispricelocked, skippricecalculation;
issopintegrationenabled with an integration user); the arithmetic is in `pricing`.
"""

from decimal import Decimal

from p2c_assets.sandbox.dataverse import transitions
from p2c_assets.sandbox.dataverse.assumptions import FREIGHT_TAX, FREIGHT_TAX_IGNORES_LOCKS
from p2c_assets.sandbox.dataverse.ownership import OWNER_COLUMNS
from p2c_assets.sandbox.dataverse.pricing import HeaderInput, LineAmounts, LineInput, line_amounts, number, totals
from p2c_assets.sandbox.dataverse.rounding import currency_places
from p2c_assets.sandbox.dataverse.schema import BY_HEADER, Document
from p2c_assets.sandbox.dataverse.schema_catalog import PRODUCT
from p2c_assets.sandbox.dataverse.work import Touch, Work
from p2c_assets.sandbox.dataverse.writing import create, update
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.money import round_half_away
from p2c_assets.sandbox.table import Row

SUBMITTED = 1
PER_UNIT = 1
"""organization.discountcalculationmethod; 0 is Line item."""

FLAG = "msdynce_hasexternallymaintainedproductsonly"


def settle(work: Work) -> None:
    """Settle every touched document, those included that settling itself touches."""
    while work.touched:
        logical, key = next(iter(work.touched))
        touch = work.touched.pop((logical, key))
        header = work.records.get(BY_HEADER[logical].header, key)
        if header is not None:
            _settle_document(work, BY_HEADER[logical], header, touch)


def _settle_document(work: Work, document: Document, header: Row, touch: Touch) -> None:
    written = FREIGHT_TAX_IGNORES_LOCKS or transitions.is_open(document.header, header, back_office=False)
    freight = touch.header and document.freight_tax and written and _keep_freight_tax(work, document, header)
    work.touched.pop((document.header.logical, header[document.header.key]), None)
    lines = work.records.lines(document, header[document.header.key])
    changes: Row = {FLAG: _externally_maintained_only(work, lines)} if touch.lines else {}
    shown = {**header, **changes}
    is_open = transitions.is_open(document.header, header, back_office=work.records.edits_submitted_orders())
    priced = (freight or is_open or touch.was_open or not work.checked) and is_priced(work, document, header)
    places = currency_places(work.records, header)
    per_unit = work.records.organization().get("discountcalculationmethod") == PER_UNIT
    inputs = [_line_input(line, per_unit=per_unit) for line in lines]
    amounts = [(given, line_amounts(given, places) if priced else None) for given in inputs]
    for line, (_, computed) in zip(lines, amounts, strict=True):
        _bring_line_up(work, document, shown, line, computed)
    if priced:
        computed_lines = [(given, computed) for given, computed in amounts if computed is not None]
        changes |= totals(computed_lines, _header_input(header), places)._asdict()
    if any(header.get(name) != value for name, value in changes.items()):
        work.records.change(document.header, header, changes)


def is_priced(work: Work, document: Document, header: Row) -> bool:
    """Whether system pricing runs on the document."""
    organization = work.records.organization()
    if not organization.get("oobpricecalculationenabled"):
        return False
    if organization.get("enablepricingoncreate") is False:
        raise Unsupported("organization.enablepricingoncreate off")
    if header.get("ispricelocked") or header.get("skippricecalculation") == 1:
        return False
    return not _is_left_to_the_back_office(work, document, header)


def _is_left_to_the_back_office(work: Work, document: Document, header: Row) -> bool:
    """With sales order processing integration on, an integration user's orders and invoices are not computed, and
    nobody's submitted orders. Quotes always are.

    Source: MicrosoftDocs/dynamics-365-customer-engagement ce/sales/developer/enable-sales-order-processing-integration.
    """
    if document.header.logical == "quote" or not work.records.organization().get("issopintegrationenabled"):
        return False
    submitted = document.header.logical == "salesorder" and header.get("statecode") == SUBMITTED
    return submitted or work.records.is_integration_user()


def _line_input(line: Row, *, per_unit: bool) -> LineInput:
    """What a line is priced from; a discount per unit counts once for each of the quantity."""
    given = LineInput(*(number(line.get(name)) for name in LineInput._fields))
    if not per_unit:
        return given
    return given._replace(manualdiscountamount=given.manualdiscountamount * given.quantity)


def _header_input(header: Row) -> HeaderInput:
    return HeaderInput(*(number(header.get(name)) for name in HeaderInput._fields))


def _bring_line_up(work: Work, document: Document, header: Row, line: Row, computed: LineAmounts | None) -> None:
    """Repeat the header on the line and write its amounts, where they differ."""
    physical = {copy: header.get(name) for name, copy in document.repeated}
    physical |= {column: header.get(column) for column in OWNER_COLUMNS}
    if document.flag is not None:
        physical[document.flag] = header.get(FLAG)
    if computed is not None:
        physical |= computed._asdict()
    mirrored = {copy: header.get(name) for name, copy in document.mirrored}
    if any(line.get(name) != value for name, value in physical.items()):
        work.records.change(document.line, line, {**physical, **mirrored})
    elif any(line.get(name) != value for name, value in mirrored.items()):
        work.records.mirror(document.line, line, mirrored)


def _externally_maintained_only(work: Work, lines: list[Row]) -> bool:
    """At least one line, and every one of a product from SCM; the Freight Tax line does not count."""
    counted = [line for line in lines if not line.get("msdynce_ismisctax")]
    return bool(counted) and all(_is_externally_maintained(work, line) for line in counted)


def _is_externally_maintained(work: Work, line: Row) -> bool:
    product = work.records.get(PRODUCT, line.get("_productid_value") or "")
    write_in = bool(line.get("isproductoverridden"))
    return not write_in and product is not None and product.get("msdynce_ismaintainedexternally") is True


def _keep_freight_tax(work: Work, document: Document, header: Row) -> bool:
    """Exactly one Freight Tax line while msdynce_misctax is not 0, none otherwise. True when lines were written."""
    tax = number(header.get("msdynce_misctax"))
    system = work.unchecked()
    lines = work.records.lines(document, header[document.header.key])
    kept = [line for line in lines if line.get("msdynce_ismisctax")]
    for line in kept[1:] if tax else kept:
        work.records.delete(document.line, line[document.line.key])
    if not tax:
        return bool(kept)
    if not kept:
        create(system, document.line, _freight_tax_line(document, header, tax))
        return True
    if kept[0].get("tax") != round_half_away(tax, currency_places(work.records, header)):
        update(system, document.line, kept[0], {"tax": tax})
        return True
    return len(kept) > 1


def _freight_tax_line(document: Document, header: Row, tax: Decimal) -> Row:
    return {
        document.parent: header[document.header.key],
        "isproductoverridden": True,
        "productdescription": FREIGHT_TAX,
        "quantity": Decimal(1),
        "ispriceoverridden": True,
        "priceperunit": Decimal(0),
        "tax": tax,
        "msdynce_ismisctax": True,
        "msdynce_ismaintainedexternally": header.get("msdynce_ismaintainedexternally"),
    }
