"""EntityDefinitions and RelationshipDefinitions: the routes to tables, columns, keys and relationships.

Reads only. Source: MicrosoftDocs/powerapps-docs webapi/query-metadata-web-api.md,
webapi/retrieve-metadata-name-metadataid.md.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from p2c_assets.sandbox.dataverse import errors, privilege_documents
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
from p2c_assets.sandbox.dataverse.definition_query import Collections, check_options, chosen, matching
from p2c_assets.sandbox.dataverse.reading import API
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.relationships import collections, lookups_of, relationships
from p2c_assets.sandbox.dataverse.schema import EVERY_TABLE
from p2c_assets.sandbox.messages import Request, Response, Unsupported
from p2c_assets.sandbox.odata.expression import EnumLiteral, Literal
from p2c_assets.sandbox.odata.keys import UNNAMED, Segment

ROOTS = frozenset({"EntityDefinitions", "RelationshipDefinitions"})
Key = Mapping[str, Literal | EnumLiteral]


def define(records: Records, segments: Sequence[Segment], request: Request) -> Response:
    """Answer a GET below one of `ROOTS`."""
    if request.method != "GET":
        raise Unsupported(f"{request.method} of table definitions")
    check_options(request.query)
    if segments[0].name == "RelationshipDefinitions":
        found: Sequence[Document] = [relationship_document(one) for one in relationships()]
        return _below(found, segments, request, "RelationshipDefinitions", "SchemaName")
    tables = {table.logical: table for table in EVERY_TABLE}
    documents = [
        table_document(records, table) | {"Privileges": privilege_documents.documents(table)} for table in EVERY_TABLE
    ]
    if len(segments) > 1:
        table = tables[_one(documents, segments[0].key or {}, "LogicalName")["LogicalName"]]
        return _of_table(records, table, segments[1:], request)
    nested = {name: _collections(records, table) for name, table in tables.items()}
    return _answer(documents, segments[0], request, "EntityDefinitions", "LogicalName", nested)


def _of_table(records: Records, table: Table, segments: Sequence[Segment], request: Request) -> Response:
    root = f"EntityDefinitions('{table.logical}')"
    name = segments[0].name
    if name == "Attributes":
        return _columns(table, segments, request, f"{root}/Attributes")
    available = _collections(records, table)
    if name not in available:
        raise Unsupported(f"EntityDefinitions(...)/{name}")
    named_by = "LogicalName" if name == "Keys" else "SchemaName"
    return _below(available[name](), segments, request, f"{root}/{name}", named_by)


def _collections(records: Records, table: Table) -> Collections:
    """The collection-valued navigation properties of EntityMetadata."""
    return {
        "Attributes": lambda: [_untyped(table, column) for column in table.columns],
        "Keys": lambda: [key_document(table, key, records.options.key_index_status) for key in records.keys(table)],
        "OneToManyRelationships": lambda: [relationship_document(one) for one in collections(table.logical).values()],
        "ManyToOneRelationships": lambda: [relationship_document(one) for one in lookups_of(table)],
        "ManyToManyRelationships": list[Document],
    }


def _untyped(table: Table, column: Column) -> Document:
    """A column among columns of all types: its type is said, of its properties the common ones are there."""
    return {"@odata.type": f"#{NAMESPACE}.{column_class(column)}", **column_document(table, column)}


def _columns(table: Table, segments: Sequence[Segment], request: Request, root: str) -> Response:
    """Columns; behind a cast those of one type with all their properties, and their OptionSet by `$expand`."""
    cast = next((segment.name for segment in segments[1:] if segment.name.startswith(f"{NAMESPACE}.")), None)
    columns = {column.name: column for column in table.columns}
    rest = [segment for segment in segments[1:] if segment.name != cast]
    if cast is None:
        return _below([_untyped(table, one) for one in table.columns], segments, request, root, "LogicalName")
    kind = cast.removeprefix(f"{NAMESPACE}.")
    typed = [column for column in table.columns if column_class(column) == kind]
    documents = [column_document(table, column) | column_details(column) for column in typed]
    if segments[0].key is not None and [segment.name for segment in rest] == ["OptionSet"]:
        column = columns[_one(documents, segments[0].key, "LogicalName")["LogicalName"]]
        options = option_set(table, column)
        if options is None:
            raise errors.no_segment("OptionSet")
        return _single(chosen(options, "OptionSet", request.query), f"{root}/{cast}/OptionSet", request)
    if rest:
        raise Unsupported(f"EntityDefinitions(...)/Attributes/{rest[0].name}")
    nested = {column.name: _option_sets(table, column) for column in typed}
    return _answer(documents, segments[0], request, f"{root}/{cast}", "LogicalName", nested)


def _option_sets(table: Table, column: Column) -> Collections:
    """Choices of the twin are local: there is no global option set."""
    if option_set(table, column) is None:
        return {}
    return {"OptionSet": lambda: option_set(table, column), "GlobalOptionSet": lambda: None}


def _below(
    documents: Sequence[Document], segments: Sequence[Segment], request: Request, root: str, named_by: str
) -> Response:
    """A collection or one of its members; relationships may be cast to the type that they have."""
    further = [segment.name for segment in segments[1:]]
    if further == [f"{NAMESPACE}.ManyToManyRelationshipMetadata"]:
        documents = []
    elif further and further != [f"{NAMESPACE}.OneToManyRelationshipMetadata"]:
        raise Unsupported(f"{segments[0].name}/{further[0]}")
    return _answer(documents, segments[0], request, root, named_by, {})


def _answer(
    documents: Sequence[Document],
    segment: Segment,
    request: Request,
    root: str,
    named_by: str,
    nested: Mapping[str, Collections],
) -> Response:
    def show(document: Document) -> Document:
        return chosen(document, root, request.query, nested.get(document.get(named_by, "")))

    if segment.key is None:
        value = [show(document) for document in matching(documents, root, request.query)]
        context = f"{request.base_url}{API}/$metadata#{root}{_selected(request)}"
        return Response.json(200, {"@odata.context": context, "value": value})
    return _single(show(_one(documents, segment.key, named_by)), root, request)


def _single(document: Document, root: str, request: Request) -> Response:
    context = f"{request.base_url}{API}/$metadata#{root}{_selected(request)}/$entity"
    return Response.json(200, {"@odata.context": context, **document})


def _selected(request: Request) -> str:
    return f"({request.query['$select']})" if "$select" in request.query else ""


def _one(documents: Sequence[Document], key: Key, named_by: str) -> Document:
    """By MetadataId or by name. Raises DataverseError when there is none."""
    if len(key) == 1:
        ((name, literal),) = key.items()
        value: Any = getattr(literal, "value", None)
        by = {UNNAMED: "MetadataId", "MetadataId": "MetadataId", named_by: named_by}.get(name)
        for document in documents if by else ():
            if document[by or ""] == value:
                return document
        if by is not None:
            raise errors.no_entity(str(value))
    raise errors.bad_url(f"A definition is addressed by its MetadataId or its {named_by}.")
