"""What an organisation is never without: its settings row, a root business unit, the application user, the solution.

Written when the store is empty: at the first start and after a reset.
"""

from p2c_assets.sandbox.dataverse.assumptions import DEFAULT_PRICING_PRECISION
from p2c_assets.sandbox.dataverse.options import TwinOptions
from p2c_assets.sandbox.store import Row, Store

ORGANIZATION_ID = "0a000000-0000-1000-8000-00d3a0000001"
ROOT_BUSINESS_UNIT_ID = "0a000000-0000-1000-8000-00d3a0000002"
APPLICATION_USER_ID = "0a000000-0000-1000-8000-00d3a0000003"
SOLUTION_ID = "0a000000-0000-1000-8000-00d3a0000004"


def seed(store: Store, options: TwinOptions, now: str) -> None:
    """Insert the rows; nothing happens when the organisation is there already."""
    if len(store.table("organization")):
        return
    stamps = {"createdon": now, "modifiedon": now, "versionnumber": 1}
    for table, key, row in _rows(options):
        store.table(table).insert(key, {**row, **stamps})


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
