"""The tables of customers: account and contact.

Source: microsoft/CDM schemaDocuments/core/applicationCommon (lengths, ranges); the msdynce columns are those of the
CRMP2C solution in microsoft/Dynamics-365-FastTrack-Implementation-Assets.
"""

from p2c_assets.sandbox.dataverse.columns import (
    AlternateKey,
    Column,
    Kind,
    States,
    Status,
    Table,
    address,
    boolean,
    choice,
    integer,
    lookup,
    money,
    standard,
    text,
)

ACTIVE_INACTIVE = States({0: "Active", 1: "Inactive"}, (Status(0, 1, True), Status(1, 2, True)))

ACCOUNT_NUMBER_KEY = AlternateKey("msdynce_AccountNumber", ("accountnumber",))
"""Shipped by the solution up to 15.0.0.1, gone in 15.0.0.2: a setting of the twin."""

_REACH = (text("telephone1", 50), text("fax", 50), text("emailaddress1", 100), text("websiteurl", 200))

ACCOUNT = Table(
    logical="account",
    entity_set="accounts",
    key="accountid",
    name_column="name",
    owned=True,
    states=ACTIVE_INACTIVE,
    columns=(
        Column("accountid", Kind.GUID, updatable=False),
        text("name", 160, required=True),
        text("accountnumber", 20, required=True),
        *_REACH,
        text("primarytwitterid", 128),
        text("description", 2000),
        money("creditlimit", "0", "100000000000"),
        integer("numberofemployees", 0, 1_000_000_000),
        choice("customertypecode", range(1, 13)),
        lookup("transactioncurrencyid", "transactioncurrency"),
        *address("address1"),
        *address("address2"),
        *standard(owned=True),
    ),
)

CONTACT = Table(
    logical="contact",
    entity_set="contacts",
    key="contactid",
    name_column="fullname",
    owned=True,
    states=ACTIVE_INACTIVE,
    keys=(AlternateKey("msdynce_contactnumber", ("msdynce_contactnumber",)),),
    columns=(
        Column("contactid", Kind.GUID, updatable=False),
        text("firstname", 50),
        text("middlename", 50),
        text("lastname", 50, required=True),
        Column("fullname", Kind.TEXT, length=160, creatable=False, updatable=False),
        text("jobtitle", 100),
        text("department", 100),
        *_REACH,
        text("description", 2000),
        text("governmentid", 50),
        text("spousesname", 100),
        choice("gendercode", range(1, 3)),
        choice("familystatuscode", range(1, 5)),
        boolean("donotemail", False),
        money("creditlimit", "0", "100000000000"),
        lookup("parentcustomerid", "account", "contact"),
        lookup("transactioncurrencyid", "transactioncurrency"),
        *address("address1"),
        text("msdynce_contactnumber", 20, required=True),
        boolean("msdynce_isactivecustomer", False),
        boolean("msdynce_iscompanyanaccount", False),
        *standard(owned=True),
    ),
)
