"""The operations of `$metadata`: actions and functions that the twin has, with their parameters and types.

Source: MicrosoftDocs/powerapps-docs webapi/use-web-api-functions.md, webapi/use-web-api-actions.md,
bulk-operations.md; MicrosoftDocs/dynamics-365-customer-engagement ce/sales/developer (sales messages).
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from p2c_assets.sandbox.dataverse.actions import ACTIONS
from p2c_assets.sandbox.dataverse.csdl_xml import element
from p2c_assets.sandbox.dataverse.options import TwinOptions

_GUID, _INT, _STRING, _MOMENT = "Edm.Guid", "Edm.Int32", "Edm.String", "Edm.DateTimeOffset"
_COLUMN_SET = "mscrm.ColumnSet"


class Signature(NamedTuple):
    """Parameters by name with their types, and what comes back, None for nothing."""

    parameters: Mapping[str, str]
    returns: str | None = None


SALES_ACTIONS: Mapping[str, Signature] = {
    "WinQuote": Signature({"QuoteClose": "mscrm.quoteclose", "Status": _INT}),
    "CloseQuote": Signature({"QuoteClose": "mscrm.quoteclose", "Status": _INT}),
    "ReviseQuote": Signature({"QuoteId": _GUID, "ColumnSet": _COLUMN_SET}, "mscrm.quote"),
    "ConvertQuoteToSalesOrder": Signature(
        {
            "QuoteId": _GUID,
            "ColumnSet": _COLUMN_SET,
            "QuoteCloseDate": _MOMENT,
            "QuoteCloseStatus": _INT,
            "QuoteCloseSubject": _STRING,
            "QuoteCloseDescription": _STRING,
        },
        "mscrm.salesorder",
    ),
    "FulfillSalesOrder": Signature({"OrderClose": "mscrm.orderclose", "Status": _INT}),
    "CancelSalesOrder": Signature({"OrderClose": "mscrm.orderclose", "Status": _INT}),
    "ConvertSalesOrderToInvoice": Signature({"SalesOrderId": _GUID, "ColumnSet": _COLUMN_SET}, "mscrm.invoice"),
    "LockSalesOrderPricing": Signature({"SalesOrderId": _GUID}),
    "UnlockSalesOrderPricing": Signature({"SalesOrderId": _GUID}),
    "LockInvoicePricing": Signature({"InvoiceId": _GUID}),
    "UnlockInvoicePricing": Signature({"InvoiceId": _GUID}),
}
_CLOSE_ACTIVITIES = {"quoteclose": "quote", "orderclose": "salesorder"}
_COMPLEX: Mapping[str, Mapping[str, str]] = {
    "ColumnSet": {"AllColumns": "Edm.Boolean", "Columns": "Collection(Edm.String)"},
    "WhoAmIResponse": {"BusinessUnitId": _GUID, "UserId": _GUID, "OrganizationId": _GUID},
    "RetrieveVersionResponse": {"Version": _STRING},
    "CreateMultipleResponse": {"Ids": "Collection(Edm.Guid)"},
    "EntityRecordCountCollection": {
        "Count": _INT,
        "IsReadOnly": "Edm.Boolean",
        "Keys": "Collection(Edm.String)",
        "Values": "Collection(Edm.Int64)",
    },
    "RetrieveTotalRecordCountResponse": {"EntityRecordCountCollection": "mscrm.EntityRecordCountCollection"},
}
_FUNCTIONS: Mapping[str, Signature] = {
    "WhoAmI": Signature({}, "mscrm.WhoAmIResponse"),
    "RetrieveVersion": Signature({}, "mscrm.RetrieveVersionResponse"),
    "RetrieveTotalRecordCount": Signature(
        {"EntityNames": "Collection(Edm.String)"}, "mscrm.RetrieveTotalRecordCountResponse"
    ),
}


def operations(options: TwinOptions) -> Iterable[str]:
    """Complex types, close activities, functions, sales actions, and the bulk messages of each table that has them."""
    yield from (_complex(name, properties) for name, properties in _COMPLEX.items())
    yield from (_close_activity(name, closes) for name, closes in _CLOSE_ACTIVITIES.items())
    yield from (_operation("Function", name, signature) for name, signature in _FUNCTIONS.items())
    yield from (_operation("Action", name, signature) for name, signature in SALES_ACTIONS.items() if name in ACTIONS)
    for logical in sorted(options.bulk_tables):
        yield _bulk("CreateMultiple", logical, "mscrm.CreateMultipleResponse")
        yield _bulk("UpdateMultiple", logical, None)
        yield _bulk("UpsertMultiple", logical, None)


def imports() -> Iterable[str]:
    """Of the unbound ones, what the entity container has."""
    for kind, names in (
        ("Function", tuple(_FUNCTIONS)),
        ("Action", tuple(name for name in SALES_ACTIONS if name in ACTIONS)),
    ):
        for name in names:
            yield element(f"{kind}Import", {"Name": name, kind: f"Microsoft.Dynamics.CRM.{name}"})


def _complex(name: str, properties: Mapping[str, str]) -> str:
    body = (element("Property", {"Name": key, "Type": kind, "Nullable": "false"}) for key, kind in properties.items())
    return element("ComplexType", {"Name": name}, *body)


def _close_activity(name: str, closes: str) -> str:
    """The activity that a closing action takes; the twin keeps none, so that it has no entity set."""
    body = (
        element("Key", {}, element("PropertyRef", {"Name": "activityid"})),
        element("Property", {"Name": "activityid", "Type": _GUID, "Nullable": "false"}),
        element("Property", {"Name": "subject", "Type": _STRING}),
        element("Property", {"Name": f"_{closes}id_value", "Type": _GUID}),
        element("NavigationProperty", {"Name": f"{closes}id", "Type": f"mscrm.{closes}", "Nullable": "false"}),
    )
    return element("EntityType", {"Name": name, "BaseType": "mscrm.crmbaseentity"}, *body)


def _operation(kind: str, name: str, signature: Signature) -> str:
    return element(kind, {"Name": name}, *_parameters(signature.parameters), _returns(signature.returns))


def _bulk(name: str, logical: str, returns: str | None) -> str:
    bound = element("Parameter", {"Name": "entityset", "Type": f"Collection(mscrm.{logical})", "Nullable": "false"})
    targets = _parameters({"Targets": f"Collection(mscrm.{logical})"})
    return element("Action", {"Name": name, "IsBound": "true"}, bound, *targets, _returns(returns))


def _parameters(parameters: Mapping[str, str]) -> Iterable[str]:
    return (element("Parameter", {"Name": name, "Type": kind}) for name, kind in parameters.items())


def _returns(kind: str | None) -> str:
    return "" if kind is None else element("ReturnType", {"Type": kind, "Nullable": "false"})
