"""The sales people's day: what they will do on a coming day, done as the Sales app would do it.

Items: {"day": 1, "action": "activate_order", "ordernumber": ...}, {"action": "activate_quote", "quotenumber": ...},
{"action": "create", "set": ..., "row": {...}}, {"action": "patch", "set": ..., "key": {...}, "values": {...}}.
Each runs in a transaction of its own; a refusal is reported and the day goes on.
Source: CRMP2C solution, msdynce_p2c.js (the Activate button); the rest is the sandbox's own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.loading import stored_values
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.schema import BY_HEADER, BY_SET
from p2c_assets.sandbox.dataverse.schema_documents import QUOTE, SALES_ORDER
from p2c_assets.sandbox.dataverse.settlement import settle
from p2c_assets.sandbox.dataverse.validation import read_value
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.dataverse.writing import create, update
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import AdminError

TABLE = "_agenda"
DRAFT, ACTIVE = 647390011, 647390000
ACTIONS = ("activate_order", "activate_quote", "create", "patch")
NOT_ACTIVATABLE = "Only orders with externally maintained products can be activated."

Item = Mapping[str, Any]


def schedule(records: Records, items: Sequence[Item]) -> int:
    """Put items on the agenda. Raises AdminError for an action that there is not."""
    for item in items:
        if item.get("action") not in ACTIONS:
            raise AdminError(f"no action '{item.get('action')}'; there are {', '.join(ACTIONS)}")
        number = records.store.sequence(TABLE)
        records.store.table(TABLE).insert(str(number), {**item, "day": int(item.get("day", records.clock.day + 1))})
    return len(items)


def advance(records: Records, days: int) -> dict[str, Any]:
    """Let days pass and do what is due: counts by action, and what was refused with its reason."""
    counts = dict.fromkeys(ACTIONS, 0)
    refused: list[dict[str, str]] = []
    for _ in range(days):
        records.clock.advance()
        for key, item in _due(records):
            records.store.table(TABLE).delete(key)
            reason = _attempt(records, item)
            if reason is None:
                counts[item["action"]] += 1
            else:
                refused.append({"action": item["action"], "what": _what(item), "reason": reason})
    return {"days": days, "day": records.clock.day, **counts, "refused": refused}


def _due(records: Records) -> list[tuple[str, Row]]:
    items = records.store.table(TABLE).items()
    return [(str(key), item) for key, item in items if item["day"] <= records.clock.day]


def _attempt(records: Records, item: Item) -> str | None:
    """None when it was done, else why not."""
    try:
        with records.store.transaction():
            work = Work(records)
            _perform(work, item)
            settle(work)
    except (errors.DataverseError, Unsupported, AdminError) as error:
        return str(error)
    return None


def _perform(work: Work, item: Item) -> None:
    match item["action"]:
        case "activate_order":
            activate_order(work, str(item["ordernumber"]))
        case "activate_quote":
            activate_quote(work, str(item["quotenumber"]))
        case "create":
            table = _table(item)
            create(work, table, _typed(work.records, table, item["row"]))
        case _:
            table = _table(item)
            row = _found(work.records, table, item["key"])
            update(work, table, row, _typed(work.records, table, item["values"]))


def activate_order(work: Work, number: str) -> None:
    """The Activate button: processing status Active, every line submitted; refused where the flags forbid it."""
    order = _found(work.records, SALES_ORDER, {"ordernumber": number})
    flag = order.get("msdynce_hasexternallymaintainedproductsonly")
    if flag is not True or order.get("msdynce_ismaintainedexternally"):
        raise errors.plugin_aborted(NOT_ACTIVATABLE)
    if order.get("msdynce_processingstatus") != DRAFT:
        raise errors.plugin_aborted("Only orders with the processing status Draft can be activated.")
    update(work, SALES_ORDER, order, {"msdynce_processingstatus": ACTIVE})
    document = BY_HEADER["salesorder"]
    for line in work.records.lines(document, order["salesorderid"]):
        update(work, document.line, line, {"msdynce_orderissubmitted": True})


def activate_quote(work: Work, number: str) -> None:
    """The Draft of the quote with the highest revision becomes Active."""
    quotes = [row for row in work.records.rows(QUOTE) if row.get("quotenumber") == number]
    if not quotes:
        raise AdminError(f"no quote {number}")
    latest = max(quotes, key=lambda row: row.get("revisionnumber") or 0)
    update(work, QUOTE, latest, {"statecode": 1, "statuscode": 2})


def _typed(records: Records, table: Table, row: Row) -> Row:
    """Values as the platform takes them from a user: the same lengths, ranges and options as for any caller."""
    values = stored_values(records, table, row)
    columns = table.by_stored
    return {n: read_value(table, columns[n], value) if n in columns else value for n, value in values.items()}


def _table(item: Item) -> Table:
    if item["set"] not in BY_SET:
        raise AdminError(f"no entity set '{item['set']}'")
    return BY_SET[item["set"]]


def _found(records: Records, table: Table, key: Mapping[str, Any]) -> Row:
    values = stored_values(records, table, key)
    row = records.find(table, tuple(values), tuple(values.values()))
    if row is None:
        raise AdminError(f"no row of {table.entity_set} has {dict(key)}")
    return row


def _what(item: Item) -> str:
    for name in ("ordernumber", "quotenumber"):
        if name in item:
            return str(item[name])
    return f"{item.get('set')} {dict(item.get('key') or {})}"
