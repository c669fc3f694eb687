"""Which rows a read is about, in which order: companies, `$filter`, `$orderby`.

Sources: fin-ops odata (options, cross-company). assumptions.DEFAULT_ORDER_IS_THE_KEY.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.candidates import Narrowed, narrowed, wanted
from p2c_assets.sandbox.finops.columns import Column, EntitySet, Kind
from p2c_assets.sandbox.finops.enums import ENUMS, NAMESPACE
from p2c_assets.sandbox.finops.filters import compile_filter
from p2c_assets.sandbox.finops.keys import cross_company
from p2c_assets.sandbox.finops.records import Records
from p2c_assets.sandbox.messages import Request, Unsupported
from p2c_assets.sandbox.odata.filter import parse_filter
from p2c_assets.sandbox.odata.lexer import ODataSyntaxError
from p2c_assets.sandbox.odata.options import OrderBy, parse_order_by
from p2c_assets.sandbox.table import Row

Sorting = Sequence[tuple[Column, bool]]


class Result(NamedTuple):
    """The rows of a request in their order, without the first `skipped`."""

    rows: Iterable[Row]
    skipped: int


class Selector:
    """Chooses rows for a service user of one default company."""

    def __init__(
        self, records: Records, companies: Callable[[], Sequence[str]], default_company: str, *, text_functions: bool
    ) -> None:
        self._records = records
        self._companies = companies
        self._default_company = default_company
        self._text_functions = text_functions

    def select(self, entity_set: EntitySet, request: Request, skip: int) -> Result:
        """What the request is about; skip: how many rows at the beginning it does not look at."""
        text, order = request.query.get("$filter"), request.query.get("$orderby")
        found = narrowed(entity_set, None if text is None else parsed(parse_filter, text))
        companies: Sequence[str] = self._companies() if cross_company(request) else [self._default_company]
        if found.company is not None:
            companies = [company for company in companies if company == found.company]
        orders: tuple[OrderBy, ...] = () if order is None else parsed(parse_order_by, order)
        sorting = _sorting(entity_set, orders, one_company=len(companies) == 1)
        if found.behind is None and found.rest is None and not sorting:
            return Result(self._records.in_key_order(entity_set, companies, skip=skip), skip)
        if not sorting:
            return Result(self._filtered(entity_set, companies, found), 0)
        name = (entity_set.name, tuple(companies), text, order)
        rows = self._records.selections.rows(
            name, lambda: _sorted(self._filtered(entity_set, companies, found), sorting)
        )
        return Result(rows, 0)

    def _filtered(self, entity_set: EntitySet, companies: Sequence[str], found: Narrowed) -> Iterable[Row]:
        """In the order of the key."""
        if found.rest is None:
            return self._records.in_key_order(entity_set, companies, found.behind)
        predicate = compile_filter(entity_set, found.rest, text_functions=self._text_functions)
        named = wanted(entity_set, found.rest) if found.behind is None else None
        if named is not None:
            return filter(predicate, self._records.with_values(entity_set, named, companies))
        return filter(predicate, self._records.in_key_order(entity_set, companies, found.behind))


def parsed(parser: Callable[[str], Any], text: str) -> Any:
    """What a parser makes of an option. Raises FinopsError for what it does not read."""
    try:
        return parser(text)
    except ODataSyntaxError as error:
        raise errors.bad_query(error.message) from error


def column_of(entity_set: EntitySet, name: str) -> Column:
    """The column of this name. Raises FinopsError, or Unsupported for one that the sandbox leaves out."""
    column = entity_set.by_name.get(name)
    if column is not None:
        return column
    if name in entity_set.unsupported:
        raise Unsupported(f"the column {entity_set.name}.{name}")
    raise errors.bad_query(f"Could not find a property named '{name}' on type '{NAMESPACE}.{entity_set.entity}'.")


def _sorting(entity_set: EntitySet, order: tuple[OrderBy, ...], *, one_company: bool) -> Sorting:
    """The columns to sort by and whether they descend; none where that is the order of the key."""
    columns = [(_sort_column(entity_set, key), key.descending) for key in order]
    names = tuple(column.name for column, _ in columns)
    first = 1 if one_company and names[:1] != entity_set.keys[:1] else 0
    by_key = not any(descending for _, descending in columns) and names == entity_set.keys[first : first + len(names)]
    return [] if by_key else columns


def _sorted(rows: Iterable[Row], sorting: Sorting) -> list[Row]:
    result = list(rows)
    for column, descending in reversed(sorting):
        result.sort(key=partial(_rank, column), reverse=descending)
    return result


def _sort_column(entity_set: EntitySet, order: OrderBy) -> Column:
    name = "/".join(order.path)
    if "/" in name:
        raise Unsupported(f"the path {name} in $orderby")
    return column_of(entity_set, name)


def _rank(column: Column, row: Row) -> tuple[bool, Any]:
    value = row[column.name]
    if column.kind is Kind.ENUM:
        value = ENUMS[column.enum].get(str(value), -1)
    if isinstance(value, str):
        value = value.lower()
    return isinstance(value, str), value
