"""Key predicates of this system: all key columns by name, company scope, the row behind them. Source: fin-ops odata."""

from collections.abc import Mapping

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.columns import Column, EntitySet, Kind
from p2c_assets.sandbox.finops.enums import ENUMS, NAMESPACE
from p2c_assets.sandbox.finops.values import parse_date
from p2c_assets.sandbox.messages import Request
from p2c_assets.sandbox.odata.expression import EnumLiteral, Literal


def cross_company(request: Request) -> bool:
    """True when the request asks for all companies."""
    return request.query.get("cross-company", "").lower() == "true"


def read_key(entity_set: EntitySet, key: Mapping[str, Literal | EnumLiteral]) -> tuple[str | int, ...]:
    """The stored key of a predicate. Raises FinopsError when it is not complete or not of the columns' types."""
    unknown = [name for name in key if name not in entity_set.keys]
    if unknown or len(key) != len(entity_set.keys):
        given = len([name for name in key if name in entity_set.keys])
        names = ",".join(entity_set.keys)
        raise errors.bad_query(
            f"Only {given} of {len(entity_set.keys)} keys provided for lookup, provide keys for {names}."
        )
    return tuple(_part(entity_set.by_name[name], key[name]) for name in entity_set.keys)


def _part(column: Column, literal: Literal | EnumLiteral) -> str | int:
    if isinstance(literal, EnumLiteral) and literal.type == f"{NAMESPACE}.{column.enum}":
        if literal.member not in ENUMS[column.enum]:
            raise errors.bad_query(
                f"'{literal.member}' of the key '{column.name}' is not a member of '{literal.type}'."
            )
        return literal.member.lower()
    value = literal.value if isinstance(literal, Literal) else None
    if column.kind is Kind.INTEGER and isinstance(value, int) and not isinstance(value, bool):
        return value
    if column.kind is Kind.TEXT and isinstance(value, str):
        return value.lower()
    date = parse_date(column, value) if column.kind is Kind.DATE and isinstance(value, str) else None
    if date is None:
        raise errors.bad_query(f"The key value of '{column.name}' is not of the type '{column.edm_type}'.")
    return date.lower()


def in_scope(request: Request, company: str, default_company: str) -> bool:
    """Whether the request sees this company: without cross-company only the service user's default one."""
    return cross_company(request) or company.lower() == default_company
