"""`$metadata`: the entity types, sets, actions and functions of this organisation as a CSDL 4.0 document.

Annotations come when asked for: what is read-only, which sets track changes. Of the real document's types only those
are here that the twin has. Source: MicrosoftDocs/powerapps-docs webapi/web-api-service-documents.md,
web-api-entitytypes.md, web-api-properties.md, web-api-navigation-properties.md,
use-change-tracking-synchronize-data-external-systems.md.
"""

from collections.abc import Iterable

from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table
from p2c_assets.sandbox.dataverse.csdl_operations import imports, operations
from p2c_assets.sandbox.dataverse.csdl_xml import element
from p2c_assets.sandbox.dataverse.options import TwinOptions
from p2c_assets.sandbox.dataverse.relationships import OWNER, PRINCIPALS, Relationship, collections, lookups_of
from p2c_assets.sandbox.dataverse.schema import BY_LOGICAL, EVERY_TABLE

NAMESPACE = "Microsoft.Dynamics.CRM"
ALIAS = "mscrm"
_EDM = "http://docs.oasis-open.org/odata/ns/edm"
_EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
EDM_TYPES = {
    Kind.TEXT: "Edm.String",
    Kind.INTEGER: "Edm.Int32",
    Kind.DECIMAL: "Edm.Decimal",
    Kind.MONEY: "Edm.Decimal",
    Kind.BOOLEAN: "Edm.Boolean",
    Kind.DATE: "Edm.Date",
    Kind.DATETIME: "Edm.DateTimeOffset",
    Kind.GUID: "Edm.Guid",
    Kind.CHOICE: "Edm.Int32",
    Kind.STATE: "Edm.Int32",
    Kind.STATUS: "Edm.Int32",
    Kind.LOOKUP: "Edm.Guid",
}
_READ_ONLY = element("Annotation", {"Term": "Org.OData.Core.V1.Computed", "Bool": "true"}) + element(
    "Annotation",
    {"Term": "Org.OData.Core.V1.Permissions"},
    element("EnumMember", {}, "Org.OData.Core.V1.PermissionType/Read"),
)
_TRACKED = element(
    "Annotation",
    {"Term": "Org.OData.Capabilities.V1.ChangeTracking"},
    element("Record", {}, element("PropertyValue", {"Property": "Supported", "Bool": "true"})),
)


def document(options: TwinOptions, *, annotations: bool) -> str:
    """The whole document."""
    types = [
        element("EntityType", {"Name": "crmbaseentity", "Abstract": "true"}),
        _principal(),
        *(_entity_type(table, annotations=annotations) for table in EVERY_TABLE),
    ]
    container = element("EntityContainer", {"Name": "System"}, *_sets(options, annotations=annotations), *imports())
    body = (*types, *operations(options), container)
    schema = element("Schema", {"Namespace": NAMESPACE, "Alias": ALIAS, "xmlns": _EDM}, *body)
    services = element("edmx:DataServices", {}, schema)
    head = '<?xml version="1.0" encoding="utf-8"?>'
    return head + element("edmx:Edmx", {"Version": "4.0", "xmlns:edmx": _EDMX}, services)


def _principal() -> str:
    """What users and teams have in common: whoever may own a row."""
    body = (
        element("Key", {}, element("PropertyRef", {"Name": "ownerid"})),
        element("Property", {"Name": "ownerid", "Type": "Edm.Guid", "Nullable": "false"}),
        *(_collection(found) for found in collections(OWNER.logical).values()),
    )
    return element("EntityType", {"Name": "principal", "BaseType": f"{ALIAS}.crmbaseentity"}, *body)


def _entity_type(table: Table, *, annotations: bool) -> str:
    inherits = table.logical in PRINCIPALS
    base = "principal" if inherits else "crmbaseentity"
    body = (
        *(() if inherits else (element("Key", {}, element("PropertyRef", {"Name": table.key})),)),
        *(_property(table, column, annotations=annotations) for column in table.columns),
        *(_lookup(found) for found in lookups_of(table) if found.one == OWNER.logical or found.one in BY_LOGICAL),
        *(_collection(found) for found in collections(table.logical).values()),
    )
    return element("EntityType", {"Name": table.logical, "BaseType": f"{ALIAS}.{base}"}, *body)


def _property(table: Table, column: Column, *, annotations: bool) -> str:
    facets = {"Name": column.stored, "Type": "Edm.Int64" if column.name == "versionnumber" else EDM_TYPES[column.kind]}
    if column.kind is Kind.TEXT:
        facets["Unicode"] = "false"
    if column.kind in {Kind.DECIMAL, Kind.MONEY}:
        facets["Scale"] = "Variable"
    if column.name == table.key:
        facets["Nullable"] = "false"
    read_only = column.kind is Kind.LOOKUP or not (column.creatable or column.updatable)
    return element("Property", facets, _READ_ONLY if annotations and read_only else "")


def _lookup(found: Relationship) -> str:
    owner = found.one == OWNER.logical
    key = "ownerid" if owner else BY_LOGICAL[found.one].key
    facets = {
        "Name": found.target.navigation,
        "Type": f"{ALIAS}.{'principal' if owner else found.one}",
        "Nullable": "false",
        "Partner": found.name,
    }
    constraint = element("ReferentialConstraint", {"Property": found.column.stored, "ReferencedProperty": key})
    return element("NavigationProperty", facets, constraint)


def _collection(found: Relationship) -> str:
    facets = {
        "Name": found.name,
        "Type": f"Collection({ALIAS}.{found.many.logical})",
        "Partner": found.target.navigation,
    }
    return element("NavigationProperty", facets)


def _sets(options: TwinOptions, *, annotations: bool) -> Iterable[str]:
    for table in EVERY_TABLE:
        paths = {found.target.navigation: found.one for found in lookups_of(table) if found.one in BY_LOGICAL}
        bindings = [_binding(path, BY_LOGICAL[logical]) for path, logical in paths.items()]
        bindings += [_binding(name, found.many) for name, found in collections(table.logical).items()]
        tracked = annotations and table.logical in options.change_tracked_tables
        facets = {"Name": table.entity_set, "EntityType": f"{NAMESPACE}.{table.logical}"}
        yield element("EntitySet", facets, *bindings, _TRACKED if tracked else "")


def _binding(path: str, table: Table) -> str:
    return element("NavigationPropertyBinding", {"Path": path, "Target": table.entity_set})
