"""The metadata service `/Metadata`: entities, enumerations and labels as JSON, read-only.

Sources: fin-ops odata (address), d365fo-client (fields of DataEntities, PublicEntities, PublicEnumerations and of actions).
assumptions.METADATA_DATA_TYPES, LABELS_ARE_THE_SANDBOXES.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.action_schema import ACTION_SETS, ACTIONS, Action, ActionSet
from p2c_assets.sandbox.finops.columns import Column, EntitySet, Kind, Navigation
from p2c_assets.sandbox.finops.csdl import entity_of
from p2c_assets.sandbox.finops.enums import ENUMS, NAMESPACE
from p2c_assets.sandbox.finops.packages.labels import LABELS
from p2c_assets.sandbox.finops.paging import whole_number
from p2c_assets.sandbox.finops.schema import ENTITY_SETS
from p2c_assets.sandbox.messages import Request, Response, Unsupported
from p2c_assets.sandbox.odata.expression import EnumLiteral, Literal
from p2c_assets.sandbox.odata.keys import UNNAMED, parse_segment
from p2c_assets.sandbox.odata.lexer import ODataSyntaxError
from p2c_assets.sandbox.odata.options import parse_select

Item = dict[str, Any]
_DATA_TYPES: Mapping[Kind, str] = {
    Kind.TEXT: "String",
    Kind.INTEGER: "Int",
    Kind.DECIMAL: "Real",
    Kind.ENUM: "Enum",
    Kind.DATE: "Date",
    Kind.DATETIME: "UtcDateTime",
}
_MASTER = frozenset({"CustomersV2", "CDSContactPersons", "SellableReleasedProducts"})
_LANGUAGE = "en-us"
_LABEL = re.compile(r"@Sandbox:(\w+)")
_OPTIONS = frozenset({"$top", "$skip", "$select", "$count", "$format"})


def answer(parts: Sequence[str], request: Request) -> Response:
    """One request below `/Metadata`. Raises FinopsError or Unsupported."""
    if request.method != "GET":
        return errors.method_not_allowed(request.method)
    if len(parts) != 1:
        raise Unsupported(f"the metadata path {'/'.join(parts)}")
    try:
        segment = parse_segment(parts[0])
    except ODataSyntaxError as error:
        raise errors.bad_query(error.message) from error
    if segment.name == "Labels" and segment.key is not None:
        return _label(segment.key, request)
    if segment.name not in _COLLECTIONS:
        return errors.no_route(f"{request.base_url}{request.path}")
    items = _COLLECTIONS[segment.name]()
    if segment.key is None:
        return _collection(segment.name, items, request)
    return _item(segment.name, items, segment.key, request)


def _collection(name: str, items: list[Item], request: Request) -> Response:
    refused = [option for option in request.query if option.startswith("$") and option not in _OPTIONS]
    if refused:
        raise Unsupported(f"{refused[0]} of /Metadata/{name}")
    start, top = whole_number(request, "$skip") or 0, whole_number(request, "$top")
    body: Item = {"@odata.context": f"{request.base_url}/Metadata/$metadata#{name}"}
    if request.query.get("$count") == "true":
        body["@odata.count"] = len(items)
    shown = items[start:] if top is None else items[start : start + top]
    return Response.json(200, {**body, "value": [_selected(item, request) for item in shown]})


def _selected(item: Item, request: Request) -> Item:
    names = parse_select(request.query["$select"]) if request.query.get("$select") else tuple(item)
    unknown = [name for name in names if name not in item]
    if unknown:
        raise errors.bad_query(f"Could not find a property named '{unknown[0]}'.")
    return {name: item[name] for name in names}


def _item(name: str, items: list[Item], key: Mapping[str, Literal | EnumLiteral], request: Request) -> Response:
    """By its Name, which is compared with case."""
    wanted = key.get(UNNAMED, key.get("Name"))
    found = [item for item in items if isinstance(wanted, Literal) and item["Name"] == wanted.value]
    if not found:
        raise errors.no_resource(name)
    context = {"@odata.context": f"{request.base_url}/Metadata/$metadata#{name}/$entity"}
    return Response.json(200, {**context, **_selected(found[0], request)})


def _label(key: Mapping[str, Literal | EnumLiteral], request: Request) -> Response:
    number, language = (_text(key.get(name)) for name in ("Id", "Language"))
    if language.lower() != _LANGUAGE:
        raise Unsupported(f"labels in the language {language!r}")
    match = _LABEL.fullmatch(number)
    if match is None:
        raise errors.no_resource("Labels")
    context = {"@odata.context": f"{request.base_url}/Metadata/$metadata#Labels/$entity"}
    return Response.json(200, {**context, "Id": number, "Language": language, "Value": _words(match[1])})


def _text(literal: Literal | EnumLiteral | None) -> str:
    return str(literal.value) if isinstance(literal, Literal) else ""


def _words(name: str) -> str:
    return LABELS.get(name) or Column(name, Kind.TEXT).label


def _label_id(name: str) -> str:
    return f"@Sandbox:{name}"


def _data_entities() -> list[Item]:
    return [
        {
            "Name": entity_set.aot,
            "PublicEntityName": entity_set.entity,
            "PublicCollectionName": entity_set.name,
            "LabelId": _label_id(entity_set.name),
            "DataServiceEnabled": True,
            "DataManagementEnabled": entity_set.name in LABELS,
            "EntityCategory": "Master" if entity_set.name in _MASTER else "Transaction",
            "IsReadOnly": entity_set.read_only,
        }
        for entity_set in ENTITY_SETS.values()
    ]


def _public_entities() -> list[Item]:
    readable = [_public_entity(entity_set) for entity_set in ENTITY_SETS.values()]
    return readable + [_action_entity(action_set) for action_set in ACTION_SETS.values()]


def _public_entity(entity_set: EntitySet) -> Item:
    return {
        "Name": entity_set.entity,
        "EntitySetName": entity_set.name,
        "LabelId": _label_id(entity_set.name),
        "IsReadOnly": entity_set.read_only,
        "ConfigurationEnabled": True,
        "Properties": [_property(column, is_key=column.name in entity_set.keys) for column in entity_set.columns],
        "NavigationProperties": [_navigation(name, one) for name, one in entity_set.navigations.items()],
        "PropertyGroups": [],
        "Actions": [_action(action) for action in ACTIONS if action.entity_set == entity_set.name],
    }


def _action_entity(action_set: ActionSet) -> Item:
    kinds = {"Edm.String": Kind.TEXT}
    columns = [Column(name, kinds.get(kind, Kind.INTEGER), writing="never") for name, kind in action_set.keys]
    keys = [
        {**_property(column, is_key=True), "TypeName": kind, "DataType": "String" if kind == "Edm.String" else "Int64"}
        for column, (_, kind) in zip(columns, action_set.keys, strict=True)
    ]
    return {
        "Name": action_set.entity,
        "EntitySetName": action_set.name,
        "LabelId": _label_id(action_set.name),
        "IsReadOnly": True,
        "ConfigurationEnabled": True,
        "Properties": keys,
        "NavigationProperties": [],
        "PropertyGroups": [],
        "Actions": [_action(action) for action in ACTIONS if action.entity_set == action_set.name],
    }


def _property(column: Column, *, is_key: bool) -> Item:
    return {
        "Name": column.name,
        "TypeName": column.edm_type,
        "DataType": _DATA_TYPES[column.kind],
        "LabelId": _label_id(column.name),
        "IsKey": is_key,
        "IsMandatory": is_key or column.mandatory,
        "ConfigurationEnabled": True,
        "AllowEdit": column.writing in {"always", "unsupported"},
        "AllowEditOnCreate": column.writing != "never",
        "IsDimension": False,
        "DimensionRelation": None,
        "IsDynamicDimension": False,
        "DimensionLegalEntityProperty": None,
        "DimensionTypeProperty": None,
    }


def _navigation(name: str, navigation: Navigation) -> Item:
    kind = "#Microsoft.Dynamics.Metadata.ReferentialConstraint"
    return {
        "Name": name,
        "RelatedEntity": ENTITY_SETS[navigation.target].entity,
        "RelatedRelationName": None,
        "Cardinality": "Multiple" if navigation.many else "Single",
        "Constraints": [
            {"@odata.type": kind, "Property": here, "ReferencedProperty": there} for here, there in navigation.link
        ],
    }


def _action(action: Action) -> Item:
    entity = entity_of(action)
    binding = {"Name": entity, "Type": {"TypeName": f"{NAMESPACE}.{entity}", "IsCollection": True}}
    return {
        "Name": action.name,
        "BindingKind": "BoundToEntitySet",
        "Parameters": [binding, *({"Name": name, "Type": _type(kind)} for name, kind in action.parameters)],
        "ReturnType": _type(action.returns) if action.returns else None,
        "FieldLookup": None,
    }


def _type(kind: str) -> Item:
    many = kind.startswith("Collection(")
    return {"TypeName": kind.removeprefix("Collection(").removesuffix(")"), "IsCollection": many}


def _public_enumerations() -> list[Item]:
    return [
        {
            "Name": name,
            "LabelId": _label_id(name),
            "Members": [
                {"Name": one, "Value": value, "LabelId": _label_id(one), "ConfigurationEnabled": True}
                for one, value in members.items()
            ],
        }
        for name, members in ENUMS.items()
    ]


_COLLECTIONS: Mapping[str, Callable[[], list[Item]]] = {
    "DataEntities": _data_entities,
    "PublicEntities": _public_entities,
    "PublicEnumerations": _public_enumerations,
}
