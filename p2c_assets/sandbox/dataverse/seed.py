"""What an organisation is never without: its settings row, a root business unit, the application user, the solution.

Written when the store is empty: at the first start and after a reset.
"""

from uuid import NAMESPACE_OID, uuid5

from p2c_assets.sandbox.dataverse.assumptions import DEFAULT_PRICING_PRECISION
from p2c_assets.sandbox.dataverse.options import TwinOptions
from p2c_assets.sandbox.dataverse.schema import EVERY_TABLE
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row

ORGANIZATION_ID = "0a000000-0000-1000-8000-00d3a0000001"
ROOT_BUSINESS_UNIT_ID = "0a000000-0000-1000-8000-00d3a0000002"
APPLICATION_USER_ID = "0a000000-0000-1000-8000-00d3a0000003"
SOLUTION_ID = "0a000000-0000-1000-8000-00d3a0000004"
BULK_MESSAGES = ("CreateMultiple", "UpdateMultiple", "UpsertMultiple")


def seed(store: Store, options: TwinOptions, now: str) -> None:
    """Insert the rows; nothing happens when the organisation is there already."""
    if len(store.table("organization")):
        return
    stamps = {"createdon": now, "modifiedon": now, "versionnumber": 1}
    for table, key, row in _rows(options):
        store.table(table).insert(key, {**row, **stamps})


def seed_messages(store: Store, options: TwinOptions, now: str) -> None:
    """Which writes each table takes, as rows of sdkmessage and sdkmessagefilter; brought up to date at every start."""
    wanted = {row["sdkmessagefilterid"]: row for row in _filters(options)}
    for name in sorted({row["name"].rpartition(".")[2] for row in wanted.values()}):
        message = {"sdkmessageid": message_id(name), "name": name}
        _keep(store, "sdkmessage", message["sdkmessageid"], message, now)
    for key, row in wanted.items():
        _keep(store, "sdkmessagefilter", key, row, now)
    for key, _ in store.table("sdkmessagefilter").items():
        if key not in wanted:
            store.table("sdkmessagefilter").delete(key)


def _keep(store: Store, table: str, key: str, row: Row, now: str) -> None:
    if key not in store.table(table):
        store.table(table).insert(key, {**row, "createdon": now, "modifiedon": now, "versionnumber": 1})


def _filters(options: TwinOptions) -> list[Row]:
    """One row for each table and message that it takes."""
    found: list[Row] = []
    for table in EVERY_TABLE:
        bulk = BULK_MESSAGES if table.logical in options.bulk_tables else ()
        for message in (*sorted(table.messages), *bulk):
            row: Row = {"sdkmessagefilterid": filter_id(table.logical, message), "name": f"{table.logical}.{message}"}
            row |= {"_sdkmessageid_value": message_id(message), "primaryobjecttypecode": table.logical}
            found.append({**row, "secondaryobjecttypecode": "none"})
    return found


def message_id(message: str) -> str:
    """The same id for a message in every organisation, as on the platform."""
    return str(uuid5(NAMESPACE_OID, f"sdkmessage.{message}"))


def filter_id(logical: str, message: str) -> str:
    """The id of a message on a table."""
    return str(uuid5(NAMESPACE_OID, f"sdkmessagefilter.{logical}.{message}"))


def _rows(options: TwinOptions) -> list[tuple[str, str, Row]]:
    organization = {
        "organizationid": ORGANIZATION_ID,
        "name": "sandbox",
        "_basecurrencyid_value": None,
        "discountcalculationmethod": 0,
        "oobpricecalculationenabled": True,
        "issopintegrationenabled": False,
        "createproductswithoutparentinactivestate": False,
        "enablepricingoncreate": True,
        "pricingdecimalprecision": DEFAULT_PRICING_PRECISION,
        "expirechangetrackingindays": 7,
    }
    unit = {"businessunitid": ROOT_BUSINESS_UNIT_ID, "name": "sandbox", "isdisabled": False}
    user = {
        "systemuserid": APPLICATION_USER_ID,
        "fullname": "# p2c",
        "_businessunitid_value": ROOT_BUSINESS_UNIT_ID,
        "isintegrationuser": False,
        "isdisabled": False,
    }
    solution = {"solutionid": SOLUTION_ID, "uniquename": options.solution_name, "version": options.solution_version}
    return [
        ("organization", ORGANIZATION_ID, organization),
        ("businessunit", ROOT_BUSINESS_UNIT_ID, unit),
        ("systemuser", APPLICATION_USER_ID, user),
        ("solution", SOLUTION_ID, {**solution, "friendlyname": "Prospect to cash"}),
    ]
