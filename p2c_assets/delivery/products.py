"""Products: the owning company's row is the Sales product, every other company's row is its item in that company's price list.

A product that Sales made a draft is activated in the same changeset, because drafts cannot be put on documents (source:
MicrosoftDocs products-template-mapping-direct). When a product is written, the solution in Sales keeps its item in the first
valid price list of its currency; every other item is written from here.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from p2c_assets.connectors.protocol import Operation
from p2c_assets.delivery import echo
from p2c_assets.delivery.documents import Document, Row
from p2c_assets.delivery.plan import Change, Destination, Planned, plan_row
from p2c_assets.delivery.values import shown
from p2c_assets.mappings import sales
from p2c_assets.mappings.identity import sales_id
from p2c_assets.mappings.model import Task

DRAFT = 2
ACTIVE = {"statecode": 0, "statuscode": 1}
ITEM = "price_list_item"
CURRENCY_AMOUNT = 1
NO_QUANTITY_CONTROL = 1


def plan_product(document: Document, tasks: Mapping[str, Task], destination: Destination, company: str) -> Planned:
    """One released product of one company."""
    if document.stopped is not None:
        return Planned(document, *document.stopped, (), ())
    if document.header.row["contribution"] == ITEM:
        return _plan_item(document, destination, company)
    return _plan_own(document, tasks[document.header.task], destination, company)


def _plan_own(document: Document, task: Task, destination: Destination, company: str) -> Planned:
    plan = plan_row(document.header, task, destination, company)
    product = str(document.header.row["productid"])
    before = destination.find(sales.PRODUCTS, product)
    state = _activation(product, before)
    item = _own_item(document, destination, company, is_written=plan.operation is not None)
    operations = (*([plan.operation] if plan.operation else []), *state.operations, *item.operations)
    action = "create" if before is None else "update" if operations else "unchanged"
    return Planned(document, action, None, None, operations, (*plan.changes, *state.changes, *item.changes))


class _Step(NamedTuple):
    """Some of a document's operations with the changes they make."""

    operations: tuple[Operation, ...] = ()
    changes: tuple[Change, ...] = ()


def _activation(product: str, before: Row | None) -> _Step:
    if before is not None and before["statecode"] != DRAFT:
        return _Step()
    operation = Operation("PATCH", sales.PRODUCTS.entity_set, {"productid": product}, ACTIVE)
    change = Change("products", product, "statecode", None if before is None else str(DRAFT), "0")
    return _Step((operation,), (change,))


def _own_item(document: Document, destination: Destination, company: str, *, is_written: bool) -> _Step:
    """Writing the product makes the solution keep its item, in the first valid list of the currency; the rest is ours."""
    row = document.header.row
    kept = _solutions_list(destination, row["transactioncurrencyid"])
    return _Step() if is_written and kept == row["item_pricelevelid"] else _item(row, destination, company)


def _solutions_list(destination: Destination, currency: object) -> object:
    """Source: MicrosoftDocs products-template-mapping-direct: price lists are taken in alphabetical order."""
    lists = destination.rows.get(sales.PRICELEVELS.table, {}).values()
    valid = [
        found for found in lists if found["transactioncurrencyid"] == currency and _is_valid(found, destination.today)
    ]
    return min(valid, key=lambda found: str(found["name"]))["pricelevelid"] if valid else None


def _is_valid(found: Row, today: date) -> bool:
    begins, ends = found["begindate"], found["enddate"]
    return found["statecode"] == 0 and (begins is None or begins <= today) and (ends is None or ends >= today)


def _plan_item(document: Document, destination: Destination, company: str) -> Planned:
    row = document.header.row
    step = _item(row, destination, company)
    action = "unchanged" if not step.operations else "update" if _find_item(row, destination) else "create"
    return Planned(document, action, None, None, step.operations, step.changes)


def _item(row: Row, destination: Destination, company: str) -> _Step:
    before, amount = _find_item(row, destination), row["item_amount"]
    key = _item_id(row, company) if before is None else str(before["row_id"])
    if before is not None and echo.is_echo(amount, before["amount"]):
        return _Step()
    change = Change(
        "productpricelevels", key, "amount", None if before is None else shown(before["amount"]), shown(amount)
    )
    if before is None:
        return _Step((_create_item(row, key),), (change,))
    entity_set = sales.PRODUCTPRICELEVELS.entity_set
    return _Step((Operation("PATCH", entity_set, {"productpricelevelid": key}, {"amount": amount}),), (change,))


def _find_item(row: Row, destination: Destination) -> Row | None:
    wanted = (row["item_pricelevelid"], row["item_productid"], row["item_uomid"])
    for item in destination.rows.get(sales.PRODUCTPRICELEVELS.table, {}).values():
        if (item["pricelevelid"], item["productid"], item["uomid"]) == wanted:
            return item
    return None


def _item_id(row: Row, company: str) -> str:
    key = "|".join(str(row[name]) for name in ("item_pricelevelid", "item_productid", "item_uomid"))
    return sales_id(company, "productpricelevels", key)


def _create_item(row: Row, key: str) -> Operation:
    body: dict[str, Any] = {
        "productpricelevelid": key,
        "pricelevelid@odata.bind": f"/pricelevels({row['item_pricelevelid']})",
        "productid@odata.bind": f"/products({row['item_productid']})",
        "uomid@odata.bind": f"/uoms({row['item_uomid']})",
        "amount": row["item_amount"],
        "pricingmethodcode": CURRENCY_AMOUNT,
        "quantitysellingcode": NO_QUANTITY_CONTROL,
    }
    return Operation("POST", sales.PRODUCTPRICELEVELS.entity_set, None, body)
