"""What is to happen on coming days in the ERP: orders taken by its own people, records that its clerks write.

Actions: book_order, confirm_quotation, create, update, delete. A refused one does not stop the day: it is kept with the
system's words in `_refused_agenda`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.finops.errors import FinopsError
from p2c_assets.sandbox.finops.quotation_confirmation import QuotationConfirmation
from p2c_assets.sandbox.finops.reference import internal_key
from p2c_assets.sandbox.finops.schema import ENTITY_SETS
from p2c_assets.sandbox.finops.schema_orders import ORDER_HEADERS, ORDER_LINES
from p2c_assets.sandbox.finops.writing import Writer
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import AdminError

AGENDA = "_agenda"
REFUSED = "_refused_agenda"
_PLAN = ("until", "totals", "tax", "freight", "freight_tax")


class Agenda:
    """Items by the day on which they are due."""

    def __init__(self, store: Store, clock: Clock, writer: Writer, confirmation: QuotationConfirmation) -> None:
        self._store = store
        self._clock = clock
        self._writer = writer
        self._confirmation = confirmation
        self._actions = {
            "book_order": self._book_order,
            "confirm_quotation": self._confirm_quotation,
            "create": self._create,
            "update": self._update,
            "delete": self._delete,
        }

    def schedule(self, items: Sequence[Mapping[str, Any]]) -> int:
        """Note items. Raises AdminError for an unknown action or a day that has passed."""
        for item in items:
            if item.get("action") not in self._actions:
                raise AdminError(f"unknown action {item.get('action')!r}; known: {', '.join(self._actions)}")
            if int(item["day"]) <= self._clock.day:
                raise AdminError(f"day {item['day']} has passed: today is day {self._clock.day}")
            self._store.table(AGENDA).insert(str(self._store.sequence("agenda")), dict(item))
        return len(items)

    def work(self) -> Counter[str]:
        """Do what is due today; what was done and refused, counted."""
        done: Counter[str] = Counter()
        for key, item in self._store.table(AGENDA).items():
            if int(item["day"]) <= self._clock.day:
                self._store.table(AGENDA).delete(key)
                done["booked" if self._attempt(item) else "refused"] += 1
        return done

    def _attempt(self, item: Row) -> bool:
        try:
            with self._store.transaction():
                self._actions[item["action"]](item)
        except FinopsError as error:
            number = self._store.sequence("refused agenda")
            self._store.table(REFUSED).insert(str(number), {**item, "message": error.text})
            return False
        return True

    def _book_order(self, item: Row) -> None:
        """Header, lines in the order given, and the plan: tax, freight and where the day stops."""
        company = item["dataAreaId"]
        header = self._writer.create(ORDER_HEADERS, {"dataAreaId": company, **item["header"]}, clerk=True)
        identity = {"dataAreaId": company, "SalesOrderNumber": header["SalesOrderNumber"]}
        plan = {name: item[name] for name in _PLAN if item.get(name) is not None}
        for line in item["lines"]:
            self._writer.create(ORDER_LINES, {**identity, **line}, clerk=True)
        if plan:
            self._store.table("_order_plans").put(internal_key("_order_plans", identity), {**identity, **plan})

    def _confirm_quotation(self, item: Row) -> None:
        self._confirmation.confirm(item["dataAreaId"], item["SalesQuotationNumber"], item.get("SalesOrderNumber", ""))

    def _create(self, item: Row) -> None:
        self._writer.create(ENTITY_SETS[item["set"]], item["values"], clerk=True)

    def _update(self, item: Row) -> None:
        entity_set = ENTITY_SETS[item["set"]]
        self._writer.update(entity_set, entity_set.key_of(item["key"]), item["values"])

    def _delete(self, item: Row) -> None:
        entity_set = ENTITY_SETS[item["set"]]
        self._writer.delete(entity_set, entity_set.key_of(item["key"]))
