"""RetrieveMetadataChanges: definitions chosen by a query object instead of a URL.

What changed since a stamp is not kept: a query with a ClientVersionStamp is answered with 501. Source:
MicrosoftDocs/powerapps-docs query-schema-definitions.md; PowerPlatform-Dataverse-Client 1.1.0 (typed columns).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.columns import Column, Table
from p2c_assets.sandbox.dataverse.definition_documents import (
    NAMESPACE,
    Document,
    column_class,
    column_details,
    column_document,
    key_document,
    option_set,
    relationship_document,
    table_document,
)
from p2c_assets.sandbox.dataverse.metadata import context
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.relationships import collections, lookups_of
from p2c_assets.sandbox.dataverse.schema import EVERY_TABLE
from p2c_assets.sandbox.exact_json import loads
from p2c_assets.sandbox.messages import Request, Response, Unsupported

_ALIASES = {"Query", "ClientVersionStamp", "DeletedMetadataFilters"}
_PARTS = {"Criteria", "Properties", "AttributeQuery", "KeyQuery", "RelationshipQuery", "LabelQuery"}


def retrieve_metadata_changes(records: Records, request: Request) -> Response:
    """The tables that the criteria find, each with the properties asked for."""
    query = _query(request)
    unknown = set(query) - _PARTS - {"@odata.type"}
    if unknown:
        raise errors.bad_url(f"EntityQueryExpression has no property {sorted(unknown)[0]}.")
    tables = [table for table in EVERY_TABLE if _fits(query, table_document(records, table))]
    found = [_table(records, table, query) for table in tables]
    body = {**context(request, "RetrieveMetadataChangesResponse"), "ServerVersionStamp": _stamp(records)}
    return Response.json(200, {**body, "DeletedMetadata": None, "EntityMetadata": found})


def _stamp(records: Records) -> str:
    """The schema of a twin never changes: one stamp for each organisation."""
    return f"{records.options.solution_version}!sandbox"


def _query(request: Request) -> Mapping[str, Any]:
    """The Query parameter: a JSON object behind an alias or in place."""
    inside = request.path.rpartition("/")[2].partition("(")[2].removesuffix(")")
    name, _, value = inside.partition("=")
    if name != "Query" or any(f"{other}=" in inside for other in _ALIASES - {"Query"}):
        raise Unsupported("RetrieveMetadataChanges with other parameters than Query")
    text = request.query.get(value, "null") if value.startswith("@") else value
    try:
        query: object = loads(text)
    except ValueError as error:
        raise errors.bad_url("The parameter Query is not valid JSON.") from error
    if not isinstance(query, dict):
        raise errors.bad_url("RetrieveMetadataChanges takes a Query.")
    return cast("Mapping[str, Any]", query)


def _table(records: Records, table: Table, query: Mapping[str, Any]) -> Document:
    below: Mapping[str, tuple[str, Callable[[], Sequence[Document]]]] = {
        "Attributes": ("AttributeQuery", lambda: [_column(table, column) for column in table.columns]),
        "Keys": (
            "KeyQuery",
            lambda: [key_document(table, key, records.options.key_index_status) for key in records.keys(table)],
        ),
        "OneToManyRelationships": (
            "RelationshipQuery",
            lambda: [relationship_document(one) for one in collections(table.logical).values()],
        ),
        "ManyToOneRelationships": (
            "RelationshipQuery",
            lambda: [relationship_document(one) for one in lookups_of(table)],
        ),
        "ManyToManyRelationships": ("RelationshipQuery", tuple[Document]),
    }
    every = {**table_document(records, table), **dict.fromkeys(below)}
    shown = _projected(query, every)
    for name, (part, documents) in below.items():
        if name in shown:
            nested = cast("Mapping[str, Any]", query.get(part) or {})
            shown[name] = [_projected(nested, document) for document in documents() if _fits(nested, document)]
    return shown


def _column(table: Table, column: Column) -> Document:
    """A column with the properties of its own type."""
    typed = {"@odata.type": f"#{NAMESPACE}.{column_class(column)}"}
    options = option_set(table, column)
    nested = {} if options is None else {"OptionSet": options}
    return typed | column_document(table, column) | column_details(column) | nested


def _projected(query: Mapping[str, Any], document: Document) -> Document:
    """Named properties, of those the type has; without Properties the identity alone."""
    properties = cast("Mapping[str, Any]", query.get("Properties") or {})
    if properties.get("AllProperties"):
        return dict(document)
    names = cast("Sequence[str]", properties.get("PropertyNames") or ())
    always = ("@odata.type", "MetadataId", "HasChanged")
    return {name: document[name] for name in dict.fromkeys((*always, *names)) if name in document}


def _fits(query: Mapping[str, Any], document: Document) -> bool:
    criteria = cast("Mapping[str, Any]", query.get("Criteria") or {})
    tests = [_holds(condition, document) for condition in cast("Sequence[Any]", criteria.get("Conditions") or ())]
    tests += [_fits({"Criteria": inner}, document) for inner in cast("Sequence[Any]", criteria.get("Filters") or ())]
    return any(tests) if criteria.get("FilterOperator") == "Or" and tests else all(tests)


def _holds(condition: Mapping[str, Any], document: Document) -> bool:
    name, operator = str(condition.get("PropertyName")), condition.get("ConditionOperator")
    given = cast("Mapping[str, Any]", condition.get("Value") or {}).get("Value")
    if name not in document:
        raise Unsupported(f"criteria over {name} in RetrieveMetadataChanges")
    value = document[name]
    match operator:
        case "Equals":
            return value == _typed(given, value)
        case "NotEquals":
            return value != _typed(given, value)
        case "In" | "NotIn":
            members = cast("Sequence[Any]", loads(given) if isinstance(given, str) else given or ())
            return (value in members) is (operator == "In")
        case _:
            raise Unsupported(f"condition {operator} in RetrieveMetadataChanges")


def _typed(given: object, value: object) -> object:
    """Constants come as text with the name of a .NET type: true and numbers are read as the property has them."""
    if isinstance(value, bool) and isinstance(given, str):
        return given.casefold() == "true"
    if isinstance(value, int) and isinstance(given, str) and given.lstrip("-").isdecimal():
        return int(given)
    return given
