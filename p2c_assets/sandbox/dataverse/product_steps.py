"""Products: unit group, unique number, and the solution's price list item.

Source: MicrosoftDocs products-template-mapping-direct.md (first valid price list with the currency, by name; an
explicit one wins; none: the row fails); CRMP2C solution (product Create post, Update(transactioncurrencyid,
pricelevelid, defaultuomid, price) post); powerapps-docs web-service-error-codes.md.
"""

from collections.abc import Set
from typing import Any

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.assumptions import PRICE_OF_PRODUCT_WITHOUT_PRICE
from p2c_assets.sandbox.dataverse.rounding import rounded_values
from p2c_assets.sandbox.dataverse.schema_catalog import CURRENCY, PRICE_LEVEL, PRODUCT_PRICE_LEVEL, UOM
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.table import Row

PRODUCT_STRUCTURE = 1
"""Product; 2 is a family, 3 a bundle."""

_PRICED_BY = frozenset({"_transactioncurrencyid_value", "_pricelevelid_value", "_defaultuomid_value", "price"})


def check_unit(work: Work, before: Row | None, after: Row, changed: Set[str]) -> Row:  # noqa: ARG001
    """The default unit has to be one of the unit group; families and bundles are 501."""
    if work.checked and after.get("productstructure") not in (None, PRODUCT_STRUCTURE):
        raise Unsupported(f"product with productstructure {after.get('productstructure')}")
    unit = work.records.get(UOM, after.get("_defaultuomid_value") or "")
    if work.checked and unit is not None and unit["_uomscheduleid_value"] != after.get("_defaultuomscheduleid_value"):
        raise errors.DataverseError(400, "0x80043b16", "The unit does not exist in the specified unit schedule.")
    return {}


def derive_item(work: Work, before: Row | None, after: Row, changed: Set[str]) -> Row:  # noqa: ARG001
    """A price list item takes its unit group from the unit and its currency from the price list."""
    unit = work.records.get(UOM, after.get("_uomid_value") or "") or {}
    listed = work.records.get(PRICE_LEVEL, after.get("_pricelevelid_value") or "") or {}
    return {
        "_uomscheduleid_value": unit.get("_uomscheduleid_value"),
        "_transactioncurrencyid_value": listed.get("_transactioncurrencyid_value"),
    }


def list_price(work: Work, before: Row | None, after: Row, changed: Set[str]) -> None:
    """Add or refresh the product's item in its price list."""
    if before is not None and not changed & _PRICED_BY:
        return
    listed = _price_list(work, after)
    if listed is None:
        return
    unit = after.get("_defaultuomid_value")
    amount = after.get("price")
    values: Row = {"amount": PRICE_OF_PRODUCT_WITHOUT_PRICE if amount is None else amount}
    names = ("_pricelevelid_value", "_productid_value", "_uomid_value")
    key = (listed["pricelevelid"], after["productid"], unit)
    item = work.records.find(PRODUCT_PRICE_LEVEL, names, key)
    if item is not None:
        work.records.change(PRODUCT_PRICE_LEVEL, item, values)
        return
    _insert_item(work, after, {**dict(zip(names, key, strict=True)), **values})


def _insert_item(work: Work, product: Row, values: Row) -> None:
    row: Row = {
        "productpricelevelid": work.records.new_guid(),
        "_uomscheduleid_value": product.get("_defaultuomscheduleid_value"),
        "_transactioncurrencyid_value": product.get("_transactioncurrencyid_value"),
        "pricingmethodcode": 1,
        "quantitysellingcode": 1,
        **values,
    }
    row |= rounded_values(work.records, PRODUCT_PRICE_LEVEL, row, ("amount",))
    work.records.insert(PRODUCT_PRICE_LEVEL, row)


def _price_list(work: Work, product: Row) -> Row | None:
    explicit = product.get("_pricelevelid_value")
    if explicit:
        return work.records.get(PRICE_LEVEL, explicit)
    currency = product.get("_transactioncurrencyid_value")
    today = work.records.clock.today()
    valid = [row for row in work.records.rows(PRICE_LEVEL) if _is_valid(row, currency, today)]
    return min(valid, key=lambda row: str(row["name"]).casefold()) if valid else _fail(work, product)


def _is_valid(price_list: Row, currency: Any, today: str) -> bool:
    """Active, in the currency, and today within begindate and enddate."""
    begins, ends = price_list.get("begindate") or today, price_list.get("enddate") or today
    same = currency is not None and price_list.get("_transactioncurrencyid_value") == currency
    return same and price_list.get("statecode") == 0 and begins <= today <= ends


def _fail(work: Work, product: Row) -> None:
    """Rows loaded from outside go without an item."""
    if not work.checked:
        return
    currency = work.records.get(CURRENCY, product.get("_transactioncurrencyid_value") or "") or {}
    code, number = currency.get("isocurrencycode"), product.get("productnumber")
    raise errors.plugin_aborted(f"No valid price list with the currency {code} was found for the product {number}.")
