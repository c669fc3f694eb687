"""Whether a row that arrived is in the other system as it is here: every synchronised field, and the amounts.

Which columns are compared, and what of one is a column of the other, is the mappings' word. Values come from both twins and are
turned here, in a few lines for each kind of rule; the platform's transforms have no part in it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from p2c_assets.mappings.folding import folded
from p2c_assets.mappings.model import Block, FieldMap, Task
from p2c_assets.mappings.rules import (
    Clamp,
    Coalesce,
    Constant,
    Copy,
    Currency,
    Customer,
    FromHeader,
    LineNumber,
    NamedReference,
    OrderReference,
    Quotient,
    Reference,
    Rule,
    SalesNumber,
    Sum,
    Unit,
    ValueMap,
)
from p2c_assets.mappings.schema import Column, ColumnType
from p2c_assets.mappings.value_maps import lowered, resolved
from p2c_assets.settings import Company, MappingSettings
from p2c_assets_tests.chaos.holding import Holding, Row, plain

Key = tuple[str, ...]


class Equality:
    """One company's rows against their counterparts. `line_numbers`: the ones given to lines that have none."""

    def __init__(self, holding: Holding, company: Company, line_numbers: Mapping[str, int]) -> None:
        self.holding = holding
        self._company = company
        self._line_numbers = line_numbers
        self._maps = resolved(MappingSettings())

    def differences(self, task: Task, row: Row) -> list[str]:
        """Of a source row, in words: a counterpart that is missing, fields that are not as they should be."""
        there = self.counterpart(task, row)
        if there is None:
            return [f"{task.target.entity_set} has no {'|'.join(self._key(task, row))}"]
        left_out = {name for block in task.blocks if not self._is_sent(task, row, block) for name in block.fields}
        fields = [field for field in task.fields if field.mode == "synced" and field.target not in left_out]
        return [*self._fields(task, fields, row, there), *self._amounts(task, row, there)]

    def counterpart(self, task: Task, row: Row) -> Row | None:
        """The row of the other system under the same natural key."""
        return self._targets(task).get(self._key(task, row))

    def strangers(self, task: Task, header: Row) -> list[str]:
        """Lines that the other system has of this document besides those that are here, and that nobody there added."""
        lines = [(one, row) for one, row in self.holding.document(task, header) if one.header is not None]
        here = {self._key(one, row) for one, row in lines}
        of_document = self._key(task, header)
        line_tasks = [
            one for one in self.holding.tasks.values() if one.header is not None and one.header.name == task.name
        ]
        return [
            f"{one.target.entity_set} has {'|'.join(key)} besides"
            for one in line_tasks
            for key, row in self._targets(one).items()
            if key[: len(of_document)] == of_document and key not in here and not row.get("msdynce_ismisctax")
        ]

    def _key(self, task: Task, row: Row) -> Key:
        fields = [task.by_target[name] for name in task.target.natural_key if name in task.by_target]
        return tuple(folded(str(self._expected(task, field.rule, row))) for field in fields)

    def _targets(self, task: Task) -> Mapping[Key, Row]:
        if task.name not in self._by_key:
            names = [name for name in task.target.natural_key if name in task.by_target]
            for row in self.holding.rows[task.target.reference]:
                self._by_key[task.name][tuple(folded(str(row.get(name))) for name in names)] = row
        return self._by_key[task.name]

    @cached_property
    def _by_key(self) -> dict[str, dict[Key, Row]]:
        return defaultdict(dict)

    def _is_sent(self, task: Task, row: Row, block: Block) -> bool:
        filled = [plain(self.holding.value(task.source, row, source)) for source in block.sources]
        country = plain(self.holding.value(task.source, row, block.country)) or self._company.blank_country
        return country is not None and (any(filled) or not block.only_when_filled)

    def _fields(self, task: Task, fields: list[FieldMap], row: Row, there: Row) -> Iterator[str]:
        for field in fields:
            column = task.target.column(field.target)
            wanted = _fitted(column, self._expected(task, field.rule, row))
            found = _fitted(column, self._found(field, column, there))
            same = folded(wanted or "") == folded(found or "") if field.as_key else wanted == found
            if not same:
                yield f"{task.target.entity_set} {'|'.join(self._key(task, row))}: {field.target} is {found}, not {wanted}"

    def _expected(self, task: Task, rule: Rule, row: Row) -> Any:
        """What the other system should have, lookups by what the row behind them is called."""
        values = [self.holding.value(task.source, row, source) for source in rule.uses]
        match rule:
            case Constant():
                return rule.value
            case ValueMap():
                return self._mapped(rule, plain(values[0]))
            case Coalesce():
                return next((value for value in values if plain(value) is not None), None)
            case Sum():
                return sum((Decimal(value) for value in values if value is not None), Decimal(0))
            case Quotient():
                return values[0] if values[0] is None else Decimal(values[0]) / Decimal(values[1] or 1)
            case Clamp():
                return min(max(int(values[0] or 0), rule.minimum), rule.maximum)
            case Currency():
                return values[0] or self._company.currency
            case Unit():
                return self._maps["units"].get(str(values[0]), values[0])
            case LineNumber():
                return values[0] or self._line_numbers.get(str(row[task.source.key[0]]))
            case Copy():
                return values[0] if plain(values[0]) is not None else rule.blank
            case Reference() | Customer() | OrderReference() | FromHeader() | SalesNumber():
                return values[0]
            case _:
                raise AssertionError(f"{task.name}: nobody has said how {rule.kind} is compared")

    def _mapped(self, rule: ValueMap, value: str | None) -> str | None:
        """`plain` has made nothing of 0 and false, which the maps know."""
        entries = lowered(self._maps[rule.value_map], inverse=rule.inverse)
        zero = next((entries[nothing] for nothing in ("0", "false") if nothing in entries), None)
        if value is None:
            return rule.blank or zero or (self._company.blank_country if rule.blank_setting else None)
        return entries.get(value.lower())

    def _found(self, field: FieldMap, column: Column, there: Row) -> Any:
        if column.type is not ColumnType.LOOKUP:
            return there.get(field.target)
        row = self.holding.looked_up(there, field.target)
        match field.rule:
            case Reference() | NamedReference() as rule:
                return row.get(rule.by)
            case Customer():
                return row.get("accountnumber") or row.get("msdynce_contactnumber")
            case OrderReference():
                return row.get("ordernumber")
            case _:
                return row.get("name")

    def _amounts(self, task: Task, row: Row, there: Row) -> Iterator[str]:
        """What a system computes for itself: of documents that come from SCM all of it, of others net of tax and charges."""
        amounts = _AMOUNTS.get(task.name)
        if amounts is None:
            return
        wanted, found = (
            sum(_number(side, name) * sign for name, sign in names)
            for side, names in zip((row, there), amounts, strict=True)
        )
        if wanted != found:
            names = " ".join(name for name, _ in amounts[1])
            yield f"{task.target.entity_set} {'|'.join(self._key(task, row))}: {names} come to {found}, not {wanted}"


_Terms = tuple[tuple[str, int], ...]
_AMOUNTS: Mapping[str, tuple[_Terms, _Terms]] = {
    "quotedetails_to_quotation_lines": ((("extendedamount", 1), ("tax", -1)), (("LineAmount", 1),)),
    "salesorderdetails_to_order_lines": ((("extendedamount", 1), ("tax", -1)), (("LineAmount", 1),)),
    "quotes_to_quotation_headers": (
        (("totalamount", 1), ("totaltax", -1), ("freightamount", -1)),
        (("QuotationTotalAmount", 1), ("QuotationTotalTaxAmount", -1), ("QuotationTotalChargesAmount", -1)),
    ),
    "order_headers_to_salesorders": (
        (("OrderTotalAmount", 1), ("OrderTotalTaxAmount", 1)),
        (("totalamount", 1), ("totaltax", 1)),
    ),
    "order_lines_to_salesorderdetails": ((("LineAmount", 1), ("TotalTaxAmount", 1)), (("extendedamount", 1),)),
    "invoice_headers_to_invoices": (
        (("TotalInvoiceAmount", 1), ("TotalTaxAmount", 1)),
        (("totalamount", 1), ("totaltax", 1)),
    ),
    "invoice_lines_to_invoicedetails": ((("LineAmount", 1), ("LineTotalTaxAmount", 1)), (("extendedamount", 1),)),
}
"""By task: terms of the source, terms of the target; each with its sign."""


def customers(holding: Holding) -> set[str]:
    """What Sales calls those who can buy."""
    return holding.names("sales.accounts", "accountnumber") | holding.names("sales.contacts", "msdynce_contactnumber")


def _number(row: Row, name: str) -> Decimal:
    return Decimal(row.get(name) or 0)


def _fitted(column: Column, value: Any) -> str | None:
    """As the column can hold it."""
    if column.type is ColumnType.DECIMAL and value is not None and column.scale is not None:
        value = Decimal(value).quantize(Decimal(1).scaleb(-column.scale), ROUND_HALF_UP)
    if column.type is ColumnType.DATE and value is not None:
        value = str(value)[:10]
    if column.length is not None and value is not None:
        value = str(value)[: column.length]
    return plain(value)
