"""The tables of the platform itself: business units, teams, users, the organization, solutions.

Source: MicrosoftDocs/powerapps-docs developer/data-platform/reference/entities; MicrosoftDocs
dynamics-365-customer-engagement ce/developer/entities/organization.md (the sales settings).
"""

from p2c_assets.sandbox.dataverse.columns import (
    Column,
    Kind,
    Table,
    boolean,
    choice,
    integer,
    lookup,
    standard,
    text,
)

BUSINESS_UNIT = Table(
    logical="businessunit",
    entity_set="businessunits",
    key="businessunitid",
    name_column="name",
    columns=(
        Column("businessunitid", Kind.GUID, updatable=False),
        text("name", 160, required=True),
        lookup("parentbusinessunitid", "businessunit"),
        lookup("transactioncurrencyid", "transactioncurrency"),
        boolean("isdisabled", False),
        *standard(states=False),
    ),
)

TEAM = Table(
    logical="team",
    entity_set="teams",
    key="teamid",
    name_column="name",
    columns=(
        Column("teamid", Kind.GUID, updatable=False),
        text("name", 160, required=True),
        lookup("businessunitid", "businessunit", required=True),
        boolean("isdefault", False),
        choice("teamtype", range(4), 0),
        *standard(states=False),
    ),
)

SYSTEM_USER = Table(
    logical="systemuser",
    entity_set="systemusers",
    key="systemuserid",
    name_column="fullname",
    columns=(
        Column("systemuserid", Kind.GUID, updatable=False),
        text("fullname", 200),
        Column("applicationid", Kind.GUID),
        lookup("businessunitid", "businessunit", required=True),
        boolean("isintegrationuser", False),
        boolean("isdisabled", False),
        *standard(states=False),
    ),
)

ORGANIZATION = Table(
    logical="organization",
    entity_set="organizations",
    key="organizationid",
    name_column="name",
    messages=frozenset({"Update"}),
    columns=(
        Column("organizationid", Kind.GUID, updatable=False),
        text("name", 160),
        lookup("basecurrencyid", "transactioncurrency"),
        choice("discountcalculationmethod", range(2), 0),
        boolean("oobpricecalculationenabled", True),
        boolean("issopintegrationenabled", False),
        boolean("createproductswithoutparentinactivestate", False),
        boolean("enablepricingoncreate", True),
        integer("pricingdecimalprecision", 0, 4),
        integer("expirechangetrackingindays", 0, 365),
        *standard(states=False),
    ),
)

SOLUTION = Table(
    logical="solution",
    entity_set="solutions",
    key="solutionid",
    name_column="friendlyname",
    columns=(
        Column("solutionid", Kind.GUID, updatable=False),
        text("uniquename", 65, required=True),
        text("friendlyname", 256),
        text("version", 256),
        *standard(states=False),
    ),
)
