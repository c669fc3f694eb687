"""Tables, columns, keys and relationships as the definitions show them: one JSON object each.

Only properties that follow from the twin's schema are here; `definition_query` answers 501 for others. Source:
MicrosoftDocs/powerapps-docs webapi/query-metadata-web-api.md, define-alternate-keys-entity.md (EntityKeyIndexStatus);
the entity types EntityMetadata, AttributeMetadata, EntityKeyMetadata and OneToManyRelationshipMetadata.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from p2c_assets.sandbox.dataverse.assumptions import BUSINESS_REQUIRED
from p2c_assets.sandbox.dataverse.columns import AlternateKey, Column, Kind, Table
from p2c_assets.sandbox.dataverse.labels import BOOLEAN, LANGUAGE, labels, table_names
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.relationships import Relationship
from p2c_assets.sandbox.dataverse.schema import BY_LOGICAL
from p2c_assets.sandbox.dataverse.schema_names import schema_name

Document = dict[str, Any]
NAMESPACE = "Microsoft.Dynamics.CRM"
TYPE_CODES: Mapping[str, int] = {
    "account": 1,
    "contact": 2,
    "systemuser": 8,
    "team": 9,
    "businessunit": 10,
    "organization": 1019,
    "pricelevel": 1022,
    "product": 1024,
    "productpricelevel": 1026,
    "uom": 1055,
    "uomschedule": 1056,
    "quote": 1084,
    "quotedetail": 1085,
    "salesorder": 1088,
    "salesorderdetail": 1089,
    "invoice": 1090,
    "invoicedetail": 1091,
    "solution": 7100,
    "transactioncurrency": 9105,
    "sdkmessage": 4606,
    "sdkmessagefilter": 4607,
    "sdkmessageprocessingstep": 4608,
    "serviceendpoint": 4618,
    "asyncoperation": 4700,
    "bulkdeleteoperation": 4424,
    "bulkdeletefailure": 4425,
}
_PRECISION_SOURCES = {"pricing": 1, "currency": 2}
_MEMO_LENGTH = 2000


def identity(*parts: str) -> str:
    """A MetadataId: the same in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, ".".join(parts)))


def label(text: str) -> Document:
    localized = {"Label": text, "LanguageCode": LANGUAGE, "IsManaged": True, "HasChanged": None}
    localized["MetadataId"] = identity("label", text)
    return {"LocalizedLabels": [localized], "UserLocalizedLabel": localized}


def _managed(value: object, name: str) -> Document:
    return {"Value": value, "CanBeChanged": True, "ManagedPropertyLogicalName": name}


def table_document(records: Records, table: Table) -> Document:
    """EntityMetadata without its collections."""
    one, many = table_names(table)
    return {
        "MetadataId": identity(table.logical),
        "LogicalName": table.logical,
        "SchemaName": schema_name(table.logical),
        "EntitySetName": table.entity_set,
        "LogicalCollectionName": table.entity_set,
        "PrimaryIdAttribute": table.key,
        "PrimaryNameAttribute": table.name_column,
        "ObjectTypeCode": TYPE_CODES[table.logical],
        "OwnershipType": "UserOwned" if table.owned else "OrganizationOwned",
        "DisplayName": label(one),
        "DisplayCollectionName": label(many),
        "ChangeTrackingEnabled": table.logical in records.options.change_tracked_tables,
        "IsOptimisticConcurrencyEnabled": True,
        "IsCustomizable": _managed(True, "iscustomizable"),
        "CanCreateAttributes": _managed(True, "cancreateattributes"),
        "IsCustomEntity": False,
        "IsPrivate": False,
        "IsIntersect": False,
        "IsActivity": False,
        "IsManaged": True,
        "TableType": "Standard",
        "HasChanged": None,
    }


def column_type(column: Column) -> str:
    """The AttributeType: finer than the kind for long texts, row versions and polymorphic lookups."""
    match column.kind:
        case Kind.TEXT if column.name == "description" and column.length == _MEMO_LENGTH:
            return "Memo"
        case Kind.INTEGER if column.name == "versionnumber":
            return "BigInt"
        case Kind.LOOKUP if column.name == "ownerid":
            return "Owner"
        case Kind.LOOKUP if column.name in {"customerid", "parentcustomerid"}:
            return "Customer"
        case Kind.DATE:
            return "DateTime"
        case kind:
            return str(kind)


def column_class(column: Column) -> str:
    """The derived entity type of the column's definition, without its namespace."""
    kind = column_type(column)
    renamed = {"Owner": "Lookup", "Customer": "Lookup", "Uniqueidentifier": "UniqueIdentifier"}
    return f"{renamed.get(kind, kind)}AttributeMetadata"


def column_document(table: Table, column: Column) -> Document:
    """What every AttributeMetadata has."""
    kind = column_type(column)
    return {
        "MetadataId": identity("attribute", table.logical, column.name),
        "LogicalName": column.name,
        "SchemaName": schema_name(column.name),
        "EntityLogicalName": table.logical,
        "AttributeType": kind,
        "AttributeTypeName": {"Value": f"{kind}Type"},
        "DisplayName": label(_words(schema_name(column.name))),
        "RequiredLevel": _managed(_required(table, column), "canmodifyrequirementlevelsettings"),
        "IsPrimaryId": column.name == table.key,
        "IsPrimaryName": column.name == table.name_column,
        "IsValidForCreate": column.creatable,
        "IsValidForUpdate": column.updatable,
        "IsValidForRead": True,
        "IsCustomAttribute": "_" in column.name and column.name.startswith("msdynce_"),
        "IsManaged": True,
        "IsLogical": False,
        "IsSecured": False,
        "AttributeOf": None,
        "HasChanged": None,
    }


def column_details(column: Column) -> Document:
    """What only the column's own type has."""
    match column.kind:
        case Kind.TEXT:
            text = "TextArea" if column_type(column) == "Memo" else "Text"
            return {"MaxLength": column.length, "Format": text, "FormatName": {"Value": text}, "IsLocalizable": False}
        case Kind.INTEGER:
            return {"MinValue": _whole(column.minimum), "MaxValue": _whole(column.maximum), "Format": "None"}
        case Kind.DECIMAL:
            return {"MinValue": column.minimum, "MaxValue": column.maximum, "Precision": column.scale}
        case Kind.MONEY:
            limits = {"MinValue": column.minimum, "MaxValue": column.maximum, "Precision": column.scale}
            return {**limits, "PrecisionSource": _PRECISION_SOURCES[column.rounding], "IsBaseCurrency": False}
        case Kind.DATE | Kind.DATETIME:
            day = column.kind is Kind.DATE
            behavior = {"Value": "DateOnly" if day else "UserLocal"}
            return {"Format": "DateOnly" if day else "DateAndTime", "DateTimeBehavior": behavior}
        case Kind.BOOLEAN:
            return {"DefaultValue": bool(column.default)}
        case Kind.CHOICE | Kind.STATE | Kind.STATUS:
            return {"DefaultFormValue": -1 if column.default is None else column.default}
        case Kind.LOOKUP:
            return {"Targets": [target.logical for target in column.targets], "Format": "None"}
        case _:
            return {}


def option_set(table: Table, column: Column) -> Document | None:
    """The OptionSet of a choice, state, status or yes/no column; None for others."""
    if column.kind not in {Kind.CHOICE, Kind.STATE, Kind.STATUS, Kind.BOOLEAN}:
        return None
    name = f"{table.logical}_{column.name}"
    document: Document = {
        "MetadataId": identity("optionset", name),
        "HasChanged": None,
        "IsCustomOptionSet": False,
        "IsGlobal": False,
        "IsManaged": True,
        "Name": name,
        "OptionSetType": str(column.kind),
        "DisplayName": label(_words(schema_name(column.name))),
    }
    if column.kind is Kind.BOOLEAN:
        return document | {"TrueOption": _option(1, BOOLEAN[1]), "FalseOption": _option(0, BOOLEAN[0])}
    return document | {"Options": [_of_states(table, column, value) for value in sorted(labels(table, column))]}


def _of_states(table: Table, column: Column, value: int) -> Document:
    """An option; a state knows its default status, a status its state."""
    option = _option(value, labels(table, column)[value])
    if table.states is None or column.kind is Kind.CHOICE:
        return option
    if column.kind is Kind.STATE:
        name = table.states.names[value]
        return option | {"DefaultStatus": table.states.default_status(value), "InvariantName": name}
    return option | {"State": next(status.state for status in table.states.statuses if status.status == value)}


def _option(value: int, text: str) -> Document:
    empty: Document = {"LocalizedLabels": [], "UserLocalizedLabel": None}
    fixed = {"Color": None, "IsManaged": True, "MetadataId": None, "HasChanged": None}
    return {"Value": value, "Label": label(text), "Description": empty, **fixed}


def key_document(table: Table, key: AlternateKey, index_status: str) -> Document:
    """EntityKeyMetadata. Source: define-alternate-keys (the index is made later, and may fail)."""
    return {
        "MetadataId": identity(table.logical, key.name),
        "LogicalName": key.name.lower(),
        "SchemaName": key.name,
        "DisplayName": label(key.name),
        "EntityLogicalName": table.logical,
        "KeyAttributes": list(key.columns),
        "EntityKeyIndexStatus": index_status,
        "IsManaged": True,
        "HasChanged": None,
    }


def relationship_document(found: Relationship) -> Document:
    """OneToManyRelationshipMetadata, the same from both of its ends."""
    key = "ownerid" if found.one == "owner" else f"{found.one}id"
    return {
        "MetadataId": identity("relationship", found.name),
        "SchemaName": found.name,
        "RelationshipType": "OneToManyRelationship",
        "ReferencedEntity": found.one,
        "ReferencedAttribute": BY_LOGICAL[found.one].key if found.one in BY_LOGICAL else key,
        "ReferencedEntityNavigationPropertyName": found.name,
        "ReferencingEntity": found.many.logical,
        "ReferencingAttribute": found.column.name,
        "ReferencingEntityNavigationPropertyName": found.target.navigation,
        "IsCustomRelationship": False,
        "IsValidForAdvancedFind": True,
        "IsManaged": True,
        "HasChanged": None,
    }


def _required(table: Table, column: Column) -> str:
    if column.name == table.key:
        return "SystemRequired"
    if not column.required:
        return "None"
    return "ApplicationRequired" if f"{table.logical}.{column.name}" in BUSINESS_REQUIRED else "SystemRequired"


def _whole(limit: Any) -> int | None:
    return None if limit is None else int(limit)


def _words(name: str) -> str:
    """A display name from a SchemaName: BillTo_City -> Bill To City."""
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in name.replace("_", " "))
    return " ".join(spaced.split()) or name
