"""One-to-many relationships of the twin's tables: each lookup seen from both of its ends.

The end of the many has a single-valued navigation property (`schema`, columns), the end of the one a collection-valued
one, which has the relationship's own name. Source: MicrosoftDocs/powerapps-docs webapi/web-api-navigation-properties.md;
names: the sections Many-To-One Relationships of reference/entities and of MicrosoftDocs/dynamics-365-customer-engagement
ce/developer/entities.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from p2c_assets.sandbox.dataverse.assumptions import UNNAMED_RELATIONSHIP
from p2c_assets.sandbox.dataverse.columns import Column, Table, Target
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.schema import EVERY_TABLE
from p2c_assets.sandbox.table import Row

OWNER = Target("owner", "ownerid")
PRINCIPALS = frozenset({"systemuser", "team"})
"""Tables that share the primary key `ownerid`: their entity types inherit from principal (webapi/web-api-entitytypes.md)."""


class Relationship(NamedTuple):
    """`name` is also the collection-valued navigation property of the table `one`, which the twin may not have."""

    name: str
    one: str
    many: Table
    column: Column
    target: Target


_PLURALS: Mapping[str, str] = {
    "account": "accounts",
    "contact": "contacts",
    "quote": "quotes",
    "salesorder": "orders",
    "invoice": "invoices",
}
_OWNING_USER: Mapping[str, str] = {
    "account": "user_accounts",
    "contact": "contact_owning_user",
    "quote": "system_user_quotes",
    "salesorder": "system_user_orders",
    "invoice": "system_user_invoices",
}
_DETAILS: Mapping[str, str] = {
    "quotedetail": "quote_details",
    "salesorderdetail": "order_details",
    "invoicedetail": "invoice_details",
}
_NAMES: Mapping[tuple[str, str, str], str] = {
    ("contact", "parentcustomerid", "account"): "contact_customer_accounts",
    ("contact", "parentcustomerid", "contact"): "contact_customer_contacts",
    ("quote", "customerid", "account"): "quote_customer_accounts",
    ("quote", "customerid", "contact"): "quote_customer_contacts",
    ("quote", "pricelevelid", "pricelevel"): "price_level_quotes",
    ("quote", "opportunityid", "opportunity"): "opportunity_quotes",
    ("quotedetail", "quoteid", "quote"): "quote_details",
    ("salesorder", "customerid", "account"): "order_customer_accounts",
    ("salesorder", "customerid", "contact"): "order_customer_contacts",
    ("salesorder", "pricelevelid", "pricelevel"): "price_level_orders",
    ("salesorder", "opportunityid", "opportunity"): "opportunity_sales_orders",
    ("salesorder", "quoteid", "quote"): "quote_orders",
    ("salesorderdetail", "salesorderid", "salesorder"): "order_details",
    ("invoice", "customerid", "account"): "invoice_customer_accounts",
    ("invoice", "customerid", "contact"): "invoice_customer_contacts",
    ("invoice", "pricelevelid", "pricelevel"): "price_level_invoices",
    ("invoice", "opportunityid", "opportunity"): "opportunity_invoices",
    ("invoice", "salesorderid", "salesorder"): "order_invoices",
    ("invoicedetail", "invoiceid", "invoice"): "invoice_details",
    ("product", "pricelevelid", "pricelevel"): "price_level_products",
    ("product", "defaultuomid", "uom"): "unit_of_measurement_products",
    ("product", "defaultuomscheduleid", "uomschedule"): "unit_of_measurement_schedule_products",
    ("productpricelevel", "pricelevelid", "pricelevel"): "price_level_product_price_levels",
    ("productpricelevel", "productid", "product"): "product_price_levels",
    ("productpricelevel", "uomid", "uom"): "unit_of_measurement_product_price_levels",
    ("productpricelevel", "uomscheduleid", "uomschedule"): "unit_of_measure_schedule_product_price_level",
    ("uom", "uomscheduleid", "uomschedule"): "unit_of_measure_schedule_conversions",
    ("uom", "baseuom", "uom"): "unit_of_measurement_base_unit",
    ("businessunit", "parentbusinessunitid", "businessunit"): "business_unit_parent_business_unit",
    ("systemuser", "businessunitid", "businessunit"): "business_unit_system_users",
    ("team", "businessunitid", "businessunit"): "business_unit_teams",
    ("organization", "basecurrencyid", "transactioncurrency"): "basecurrency_organization",
}


def _name(many: Table, column: Column, one: str) -> str:
    """As the entity reference has it; a name that no page gives is made by one rule (assumptions)."""
    known = _NAMES.get((many.logical, column.name, one)) or _repeated(many.logical, column.name)
    return known or UNNAMED_RELATIONSHIP.format(one=one, many=many.logical, column=column.name)


def _repeated(many: str, column: str) -> str | None:
    """What most tables have: the users who wrote, the owner's parts, the currency, product and unit of a line."""
    plural, details = _PLURALS.get(many), _DETAILS.get(many)
    match column:
        case "createdby" | "modifiedby":
            return f"lk_{many}base_{column}"
        case "owninguser" if plural or details:
            return _OWNING_USER.get(many, f"user_{many}")
        case "owningteam" if plural or details:
            return f"team_{plural or many}"
        case "owningbusinessunit" if plural:
            return f"business_unit_{plural}"
        case "ownerid" if plural:
            return f"owner_{plural}"
        case "transactioncurrencyid":
            return f"transactioncurrency_{many}"
        case "productid" if details:
            return f"product_{details}"
        case "uomid" if details:
            return f"unit_of_measurement_{details}"
        case _:
            return None


@cache
def relationships() -> tuple[Relationship, ...]:
    """Every one, in the order of the tables of the many. Owners are one relationship, to what users and teams share."""
    return tuple(
        Relationship(_name(table, column, target.logical), target.logical, table, column, target)
        for table in EVERY_TABLE
        for column in table.lookups
        for target in ((OWNER,) if column.name == "ownerid" else column.targets)
    )


@cache
def collections(logical: str) -> Mapping[str, Relationship]:
    """The collection-valued navigation properties of a table."""
    return {found.name: found for found in relationships() if found.one == logical}


def lookups_of(table: Table) -> list[Relationship]:
    """The relationships in which the table is the many."""
    return [found for found in relationships() if found.many is table]


def members(records: Records, found: Relationship, key: str) -> list[Row]:
    """The rows of the many that point to the row with this key; a polymorphic lookup may point to another table."""
    rows = records.referring(found.many, found.column, key)
    kind = found.column.stored_type
    return rows if kind is None else [row for row in rows if row.get(kind) == found.one]
