"""FetchXML over one table, read into a query: columns, conditions, order, pages.

Links to other tables and aggregates are answered with 501. Source: MicrosoftDocs/powerapps-docs fetchxml/overview.md,
fetchxml/filter-rows.md, fetchxml/order-rows.md, fetchxml/page-results.md, fetchxml/reference/operators.md.
"""

from collections.abc import Mapping
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table
from p2c_assets.sandbox.dataverse.paging import SortKey
from p2c_assets.sandbox.dataverse.preferences import MOST_ROWS
from p2c_assets.sandbox.dataverse.query import Output, Query, logical_column
from p2c_assets.sandbox.dataverse.query_functions import CRM, typed
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.odata.expression import (
    Binary,
    Call,
    Expression,
    Like,
    ListLiteral,
    Literal,
    LiteralKind,
    Not,
    Property,
)
from p2c_assets.sandbox.odata.filter import MOST_LEVELS
from p2c_assets.sandbox.odata.options import natural

_IGNORED = frozenset({"version", "mapping", "output-format", "no-lock", "latematerialize", "options"})
_FETCH = frozenset({"count", "page", "paging-cookie", "top", "returntotalrecordcount"})
_CONDITION = frozenset({"attribute", "operator", "value", "valueof", "uiname", "uitype", "uihidden"})
_COMPARISONS = {"eq": "eq", "ne": "ne", "neq": "ne", "gt": "gt", "ge": "ge", "lt": "lt", "le": "le"}
_STARTS = {"begins-with": "startswith", "ends-with": "endswith"}
_NEGATED = {
    "not-like": "like",
    "not-begin-with": "begins-with",
    "not-end-with": "ends-with",
}
_FUNCTIONS: Mapping[str, str] = {
    "in": "In",
    "not-in": "NotIn",
    "between": "Between",
    "not-between": "NotBetween",
    "on": "On",
    "on-or-after": "OnOrAfter",
    "on-or-before": "OnOrBefore",
    "yesterday": "Yesterday",
    "today": "Today",
    "tomorrow": "Tomorrow",
    "last-seven-days": "Last7Days",
    "next-seven-days": "Next7Days",
    "eq-userid": "EqualUserId",
    "ne-userid": "NotEqualUserId",
    "eq-businessid": "EqualBusinessId",
    "ne-businessid": "NotEqualBusinessId",
    **{
        f"{when}-{unit}": f"{when.title()}{unit.title()}"
        for when in ("last", "this", "next")
        for unit in ("week", "month", "year")
    },
    **{
        f"{when}-x-{unit}": f"{named}X{unit.title()}"
        for when, named in (("last", "Last"), ("next", "Next"), ("olderthan", "OlderThan"))
        for unit in ("hours", "days", "weeks", "months", "years", "minutes")
    },
}
_LISTS = frozenset({"In", "NotIn", "Between", "NotBetween"})
_LITERAL_KINDS: Mapping[Kind, LiteralKind] = {
    Kind.TEXT: "string",
    Kind.DECIMAL: "decimal",
    Kind.MONEY: "decimal",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.DATETIME: "datetime",
    Kind.GUID: "guid",
    Kind.LOOKUP: "guid",
}


class Fetch(NamedTuple):
    """A FetchXML query and its page. size None: not said; cookie: as it stands in the attribute; text: without its page."""

    query: Query
    page: int
    size: int | None
    cookie: str | None
    counts: bool
    text: str


def parse_fetch(text: str, table: Table) -> Fetch:
    """Raises DataverseError for what the platform refuses, Unsupported for what the twin leaves out."""
    try:
        fetch = ElementTree.fromstring(text)
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise errors.invalid_xml() from error
    if fetch.tag != "fetch" or len(fetch) != 1 or fetch[0].tag != "entity":
        raise errors.invalid_xml()
    _refuse(fetch, _FETCH | _IGNORED, "FetchXML fetch")
    entity = fetch[0]
    _refuse(entity, frozenset({"name"}), "FetchXML entity")
    if entity.get("name") != table.logical:
        raise errors.bad_url(f"The entity of the query, '{entity.get('name')}', is not that of {table.entity_set}.")
    top = _number(fetch, "top", None)
    if top is not None and ("page" in fetch.attrib or "count" in fetch.attrib):
        raise errors.invalid_argument("The top attribute can't be specified with the paging attributes page and count.")
    size = _number(fetch, "count", None)
    query = _query(entity, table)._replace(top=top)
    counts = fetch.get("returntotalrecordcount") in {"true", "1"}
    text = ElementTree.tostring(entity, "unicode")
    return Fetch(query, _number(fetch, "page", 1) or 1, _at_most(size), fetch.get("paging-cookie"), counts, text)


def _at_most(size: int | None) -> int | None:
    return None if size is None else min(size, MOST_ROWS)


def _number(element: Element, name: str, default: int | None) -> int | None:
    text = element.get(name)
    if text is None:
        return default
    number = natural(text)
    if not number:
        raise errors.invalid_argument(
            f"The attribute {name} of {element.tag} has to be a number above 0, not '{text}'."
        )
    return number


def _refuse(element: Element, known: frozenset[str], what: str) -> None:
    """501 by name for attributes that would change what is found."""
    for name, value in element.attrib.items():
        if name not in known and value not in {"false", "0"}:
            raise Unsupported(f"{what} {name}")


def _query(entity: Element, table: Table) -> Query:
    outputs: list[Output] = []
    filters: list[Expression] = []
    order: list[SortKey] = []
    for child in entity:
        match child.tag:
            case "attribute":
                _refuse(child, frozenset({"name", "alias"}), "FetchXML attribute")
                outputs.append(Output(logical_column(table, child.get("name", "")), child.get("alias")))
            case "order":
                _refuse(child, frozenset({"attribute", "descending"}), "FetchXML order")
                descending = child.get("descending") in {"true", "1"}
                order.append(SortKey(logical_column(table, child.get("attribute", "")), descending))
            case "filter":
                filters.extend(_filter(child, table))
            case "all-attributes" | "no-attrs":
                pass
            case tag:
                raise Unsupported(f"FetchXML {tag}")
    shown = None if entity.find("all-attributes") is not None else tuple(outputs)
    return Query(shown, _chain("and", filters), tuple(order), None)


def _filter(element: Element, table: Table, level: int = 1) -> list[Expression]:
    """The one expression of a filter, none for an empty one."""
    if level > MOST_LEVELS:
        raise Unsupported(f"FetchXML filters nested more than {MOST_LEVELS} deep")
    _refuse(element, frozenset({"type"}), "FetchXML filter")
    parts: list[Expression] = []
    for child in element:
        if child.tag == "filter":
            parts.extend(_filter(child, table, level + 1))
        elif child.tag == "condition":
            parts.append(_condition(child, table))
        else:
            raise Unsupported(f"FetchXML {child.tag} in a filter")
    expression = _chain("or" if element.get("type") == "or" else "and", parts)
    return [] if expression is None else [expression]


def _chain(operator: str, parts: list[Expression]) -> Expression | None:
    if not parts:
        return None
    expression = parts[0]
    for part in parts[1:]:
        expression = Binary(operator, expression, part)
    return expression


def _condition(element: Element, table: Table) -> Expression:
    _refuse(element, _CONDITION, "FetchXML condition")
    column = logical_column(table, element.get("attribute", ""))
    operator = element.get("operator", "")
    if operator in _NEGATED:
        return Not(_positive(element, table, column, _NEGATED[operator]))
    return _positive(element, table, column, operator)


def _positive(element: Element, table: Table, column: Column, operator: str) -> Expression:
    subject = Property((column.stored,))
    if operator in {"null", "not-null"}:
        return Binary("eq" if operator == "null" else "ne", subject, Literal(None, "null"))
    if operator in _COMPARISONS:
        if "valueof" in element.attrib:
            other = logical_column(table, element.attrib["valueof"])
            return Binary(_COMPARISONS[operator], subject, Property((other.stored,)))
        return Binary(_COMPARISONS[operator], subject, constant(column, _value(element)))
    if operator == "like":
        return Like(subject, _value(element))
    if operator in _STARTS:
        return Call(_STARTS[operator], (subject, Literal(_value(element), "string")))
    if operator in _FUNCTIONS:
        return _call(_FUNCTIONS[operator], column, element)
    raise Unsupported(f"FetchXML operator {operator}")


def _call(function: str, column: Column, element: Element) -> Call:
    name = Literal(column.stored, "string")
    if function in _LISTS:
        texts = [value.text or "" for value in element.findall("value")]
        items = ListLiteral(tuple(Literal(text, "string") for text in texts))
        return Call(f"{CRM}{function}", (), {"PropertyName": name, "PropertyValues": items})
    given = element.get("value")
    value: dict[str, Expression] = {} if given is None else {"PropertyValue": Literal(given, "string")}
    return Call(f"{CRM}{function}", (), {"PropertyName": name, **value})


def _value(element: Element) -> str:
    """From the attribute, or from the one element below."""
    inner = element.find("value")
    value = element.get("value") if inner is None else inner.text or ""
    if value is None:
        raise errors.invalid_argument(f"The condition operator {element.get('operator')} takes a value.")
    return value


def constant(column: Column, text: str) -> Literal:
    """A constant written as text, as a filter of the Web API would have it."""
    return Literal(typed(column, text), _LITERAL_KINDS.get(column.kind, "integer"))
