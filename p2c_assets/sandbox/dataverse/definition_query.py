"""`$select`, `$filter` and `$expand` over definitions: JSON objects instead of rows.

Source: MicrosoftDocs/powerapps-docs webapi/query-metadata-web-api.md (enum types by their full name, complex types by a
path, no paging, MetadataId always comes back).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.assumptions import ENUM_MEMBERS_MAY_BE_TEXTS
from p2c_assets.sandbox.dataverse.definition_documents import NAMESPACE, Document
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.odata.expression import Binary, EnumLiteral, Expression, Literal, Not, Property, chained
from p2c_assets.sandbox.odata.filter import parse_filter
from p2c_assets.sandbox.odata.options import parse_expand, parse_select

Collections = Mapping[str, Callable[[], Any]]
ENUMS: Mapping[str, str] = {
    "AttributeType": "AttributeTypeCode",
    "OwnershipType": "OwnershipTypes",
    "EntityKeyIndexStatus": "EntityKeyIndexStatus",
    "RelationshipType": "RelationshipType",
    "RequiredLevel/Value": "AttributeRequiredLevel",
    "OptionSetType": "OptionSetType",
}
"""Properties whose values are members of an enum type."""
_OPTIONS = frozenset({"$select", "$filter", "$expand"})


def check_options(query: Mapping[str, str]) -> None:
    """Definitions are neither paged nor sorted nor counted."""
    for name in query:
        if name not in _OPTIONS and not name.startswith("@"):
            raise Unsupported(f"{name} over definitions")


def chosen(document: Document, kind: str, query: Mapping[str, str], collections: Collections | None = None) -> Document:
    """The selected properties and the expanded collections. `kind` is the entity type that error messages name."""
    shown = document
    if "$select" in query:
        names = parse_select(query["$select"])
        for name in names:
            _known(name, document, kind)
        shown = {name: document[name] for name in dict.fromkeys((*names, "MetadataId")) if name in document}
        shown = {name: value for name, value in document.items() if name == "@odata.type"} | shown
    for expand in parse_expand(query["$expand"]) if "$expand" in query else ():
        if collections is None or expand.navigation not in collections:
            raise Unsupported(f"$expand of {expand.navigation} in definitions")
        shown = {
            **shown,
            expand.navigation: _nested(collections[expand.navigation](), expand.navigation, expand.options),
        }
    return shown


def _nested(found: Any, navigation: str, options: Mapping[str, str]) -> Any:
    """What is below an expanded navigation: one object, or a collection that a nested filter may narrow."""
    check_options(options)
    if "$expand" in options:
        raise Unsupported("nested $expand in definitions")
    if isinstance(found, list):
        documents = cast("list[Document]", found)
        return [chosen(one, navigation, options) for one in matching(documents, navigation, options)]
    return None if found is None else chosen(cast("Document", found), navigation, options)


def matching(documents: Sequence[Document], kind: str, query: Mapping[str, str]) -> list[Document]:
    """The documents that pass the filter."""
    text = query.get("$filter")
    if text is None:
        return list(documents)
    aliases = {name: value for name, value in query.items() if name.startswith("@")}
    test = _predicate(parse_filter(text, aliases), kind, documents)
    return [document for document in documents if test(document)]


def _predicate(expression: Expression, kind: str, documents: Sequence[Document]) -> Callable[[Document], bool]:
    match expression:
        case Binary("and" | "or" as operator):
            tests = [_predicate(operand, kind, documents) for operand in chained(expression)]
            combine = all if operator == "and" else any
            return lambda document: combine(test(document) for test in tests)
        case Not(operand):
            inner = _predicate(operand, kind, documents)
            return lambda document: not inner(document)
        case Binary("eq" | "ne" as op, Property(path), Literal() | EnumLiteral() as constant):
            return _comparison(op, path, constant, kind, documents)
        case _:
            raise Unsupported(f"$filter over definitions with {type(expression).__name__}")


def _comparison(
    op: str, path: tuple[str, ...], constant: Literal | EnumLiteral, kind: str, documents: Sequence[Document]
) -> Callable[[Document], bool]:
    for document in documents[:1]:
        _known(path[0], document, kind)
    wanted = _constant("/".join(path), constant)
    return lambda document: (_value(document, path) == wanted) is (op == "eq")


def _constant(path: str, constant: Literal | EnumLiteral) -> object:
    """An enum property takes a member of its enum type, or its bare name (assumptions.ENUM_MEMBERS_MAY_BE_TEXTS)."""
    enum = ENUMS.get(path)
    if isinstance(constant, EnumLiteral):
        if enum is None or constant.type != f"{NAMESPACE}.{enum}":
            raise errors.bad_url(f"The enum type '{constant.type}' does not fit the property '{path}'.")
        return constant.member
    accepted = constant.kind == "null" or (constant.kind == "string" and ENUM_MEMBERS_MAY_BE_TEXTS)
    if enum is not None and not accepted:
        text = "A binary operator with incompatible types was detected. Found operand types"
        raise errors.bad_url(f"{text} '{NAMESPACE}.{enum}' and '{constant.kind}' for operator kind 'Equal'.")
    return constant.value


def _value(document: Document, path: tuple[str, ...]) -> object:
    value: Any = document
    for name in path:
        value = cast("Document", value).get(name) if isinstance(value, dict) else None
    return value


def _known(name: str, document: Document, kind: str) -> None:
    if name not in document:
        raise Unsupported(f"{kind} property {name}")
