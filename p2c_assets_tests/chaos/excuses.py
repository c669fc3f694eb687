"""Whether the reason that the ledger gives for a row that did not arrive is true of what both systems hold.

Filters are the mappings' data, looked at here on the twins' rows; every other reason that a mixture can bring about has a few
lines of its own. A reason that is not here is none.
"""

from collections.abc import Callable, Mapping

from p2c_assets.mappings.folding import folded
from p2c_assets.mappings.model import Condition, Task
from p2c_assets.mappings.rules import Customer, OrderReference, Reference, ValueMap
from p2c_assets.mappings.value_maps import resolved
from p2c_assets.settings import MappingSettings
from p2c_assets_tests.chaos.equality import Equality, customers
from p2c_assets_tests.chaos.holding import Row, plain

OF_ROWS_THAT_ARE_GONE = ("deleted_in_source", "deleted_lines_kept")


def is_true(equality: Equality, task: Task, row: Row, reason: str) -> bool:
    """Of the row itself, or of a row that is one document with it."""
    judge = _Judge(equality)
    return any(judge.holds(one, own, reason) for one, own in ((task, row), *equality.holding.document(task, row)))


class _Judge:
    def __init__(self, equality: Equality) -> None:
        self._holding = equality.holding
        self._equality = equality

    def holds(self, task: Task, row: Row, reason: str) -> bool:
        filters = [one for one in task.filters if one.reason == reason]
        if any(all(self._meets(task, row, condition) for condition in one.when) for one in filters):
            return True
        own = _OWN.get(reason)
        return own is not None and own(self, task, row)

    def _meets(self, task: Task, row: Row, condition: Condition) -> bool:
        found = plain(self._holding.value(task.source, row, condition.source))
        wanted = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        is_one = found in [plain(value) for value in wanted]
        answers = {"eq": is_one, "in": is_one, "ne": not is_one, "not_in": not is_one}
        return {**answers, "blank": found is None, "filled": found is not None}[condition.operator]

    def is_superseded(self, task: Task, row: Row) -> bool:
        others = [one for one in self._holding.rows["sales.quotes"] if one["quotenumber"] == row.get("quotenumber")]
        return any(one["statecode"] == 1 and one["revisionnumber"] > row["revisionnumber"] for one in others)

    def scm_has_it(self, task: Task, row: Row) -> bool:
        return self._equality.counterpart(task, row) is not None

    def scm_has_not(self, task: Task, row: Row) -> bool:
        return not self.scm_has_it(task, row)

    def lacks_a_parent(self, task: Task, row: Row) -> bool:
        for field in task.fields:
            sources = [self._holding.value(task.source, row, source) for source in field.rule.uses]
            named = {folded(str(source)) for source in sources if source}
            match field.rule:
                case Customer():
                    there = customers(self._holding)
                case Reference(absent="parent_missing") as rule:
                    there = self._holding.names(rule.entity, rule.by)
                case OrderReference():
                    there = self._holding.names("sales.salesorders", "ordernumber")
                case _ if field.exists is not None:
                    there = self._holding.names(field.exists.reference, field.exists.column)
                case _:
                    continue
            if not named & there:
                return True
        return False

    def is_closed(self, task: Task, row: Row) -> bool:
        found = self._equality.counterpart(task, row) or {}
        return found.get("SalesQuotationStatus") in ("Confirmed", "Lost", "Cancelled") or found.get("statecode") in (
            2,
            3,
        )

    def is_ordered(self, task: Task, row: Row) -> bool:
        quote = self._holding.looked_up(row, "quoteid").get("quotenumber")
        quotations = self._holding.rows["scm.sales_quotation_headers"]
        return any(one["SalesQuotationNumber"] == quote and one.get("GeneratedSalesOrderNumber") for one in quotations)

    def has_no_lines(self, task: Task, row: Row) -> bool:
        return len(list(self._holding.document(task, row))) == 1

    def has_an_unknown_country(self, task: Task, row: Row) -> bool:
        maps = resolved(MappingSettings())
        rules = [field.rule for field in task.fields]
        countries = [rule for rule in rules if isinstance(rule, ValueMap) and rule.unmapped == "unmapped_country"]
        found = [(rule, plain(self._holding.value(task.source, row, rule.source))) for rule in countries]
        known = {rule.value_map: {key.lower() for key in maps[rule.value_map]} for rule in countries}
        return any(value is not None and value.lower() not in known[rule.value_map] for rule, value in found)

    def differs(self, task: Task, row: Row) -> bool:
        return bool(self._equality.differences(task, row))


_OWN: Mapping[str, Callable[[_Judge, Task, Row], bool]] = {
    "superseded_revision": _Judge.is_superseded,
    "owned_by_scm": _Judge.scm_has_it,
    "deleted_in_scm": _Judge.scm_has_not,
    "parent_missing": _Judge.lacks_a_parent,
    "quotation_closed_in_scm": _Judge.is_closed,
    "order_closed_in_sales": _Judge.is_closed,
    "already_ordered_from_quote": _Judge.is_ordered,
    "lines_missing": _Judge.has_no_lines,
    "unmapped_country": _Judge.has_an_unknown_country,
    "conflict": _Judge.differs,
}
