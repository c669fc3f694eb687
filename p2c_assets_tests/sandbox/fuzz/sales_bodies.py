"""Bodies of requests to the Sales twin: rows, targets of bulk messages, parameters of actions."""

from typing import Any

from hypothesis import strategies as st

from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, EACH, GROUP, LIST_USD, MISSING, PERSON, USD, guid
from p2c_assets_tests.sandbox.fuzz.pieces import Draw, objects, often, one_of
from p2c_assets_tests.sandbox.fuzz.sales_rows import KNOWN, ORDER, QUOTE, column_pieces, tables


@st.composite
def objects_of(draw: Draw, table: Table) -> dict[str, Any]:
    """A payload of the table."""
    targets = [
        f"/accounts({ACCOUNT})",
        f"/contacts({PERSON})",
        f"/transactioncurrencies({USD})",
        f"accounts({MISSING})",
        "/accounts(accountnumber='A1')",
        "$1",
        "/x(",
        "",
        f"/uoms({EACH})",
        f"/pricelevels({LIST_USD})",
        f"/uomschedules({GROUP})",
    ]
    binds = {f"{name}@odata.bind": [*targets, None, 1] for name in (*table.navigations, "nothing", "PrimaryContactId")}
    extra = {
        **binds,
        "@odata.type": [f"Microsoft.Dynamics.CRM.{table.logical}", "x", 1],
        "@odata.id": [f"accounts({ACCOUNT})", "accounts(accountnumber='new')", "x", 1],
        "nothing": [1],
        "statecode": [0, 1, 2, 3, "Active"],
        "statuscode": [1, 2, 3, 4, -1],
        "account_primary_contact": [{"lastname": "x"}],
        "order_details": [[{"quantity": 1}]],
    }
    return draw(objects(column_pieces(table.entity_set), extra))


@st.composite
def payloads(draw: Draw) -> Any:
    """A body of any kind of request."""
    table = draw(tables())
    row = draw(objects_of(table))
    targets = [
        {
            "@odata.type": f"Microsoft.Dynamics.CRM.{table.logical}",
            table.key: draw(one_of([guid(31, 1), guid(31, 2), *KNOWN.get(table.entity_set, ())])),
            **draw(objects_of(table)),
        }
        for _ in range(draw(st.integers(0, 3)))
    ]
    closing = {
        "quoteid@odata.bind": f"/quotes({QUOTE})",
        "salesorderid@odata.bind": f"/salesorders({ORDER})",
        "subject": "x",
    }
    action = {
        "QuoteClose": draw(one_of([closing, {}, 1, None])),
        "OrderClose": draw(one_of([closing, {}, "x"])),
        "QuoteId": draw(one_of([QUOTE, MISSING, 1, {"quoteid": QUOTE}])),
        "SalesOrderId": draw(one_of([ORDER, MISSING, []])),
        "ColumnSet": draw(one_of([{"AllColumns": True}, {"Columns": ["name"]}, 1])),
        "Status": draw(one_of([-1, 4, 100001, "x", None, 2**70])),
        "QuerySet": draw(
            one_of([[], 1, [{"EntityName": "account", "Criteria": {"Conditions": []}}], [{"EntityName": "nothing"}]])
        ),
        "JobName": draw(one_of(["x", 1])),
        "StartDateTime": draw(one_of(["2026-01-05T08:00:00Z", "x", None])),
    }
    broken = one_of([{"Targets": row}, {"Targets": [1]}, {"Targets": [{"@odata.type": 1}]}])
    return draw(often(st.just(row), st.one_of(st.just({"Targets": targets}), st.just(action), broken), 2))
