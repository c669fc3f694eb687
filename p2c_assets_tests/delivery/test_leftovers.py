"""Lines that the destination's document has and its source no longer has: deleted, kept by name, or left alone."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from p2c_assets.delivery import desk as desks
from p2c_assets.delivery.desk import Desk
from p2c_assets.delivery.plan import Planned
from p2c_assets.delivery.units import UNITS
from p2c_assets.extraction.frames import concatenate
from p2c_assets.extraction.reader import Reading
from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets.settings import DeletedLines, Delivery
from p2c_assets.warehouse import approvals, current, ledger, outbox, raw_log
from p2c_assets.warehouse.database import Database, opened
from p2c_assets_tests.delivery.rows import COMPANY, NOW, TASKS, journal, mapped, there

QUOTATIONS, ORDERS, RETURNED = "scm/sales_quotations", "scm/sales_orders", "sales/sales_orders"
DEFAULTS = DeletedLines()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path / "p2c.duckdb", wait_s=0) as found:
        for module in (ledger, outbox, approvals):
            module.prepare(found)
        for entity in ENTITIES.values():
            raw_log.prepare(found, entity.table, concatenate(entity, []))
        yield found


def plan(database: Database, unit: str, deleted_lines: DeletedLines = DEFAULTS) -> Planned:
    reading = Reading(database, {"usmf": COMPANY}, "run1", NOW)
    desk = Desk(reading, UNITS[unit], "usmf", TASKS, Delivery(deleted_lines=deleted_lines))
    (planned,) = desks.plan(desk, desks.assembly(desk).documents).values()
    return planned


def numbered(kind: str, number: str, line: int) -> dict[str, Any]:
    return {kind: number, "LineCreationSequenceNumber": line}


def given_quotation(database: Database, status: str = "Created", spelled: str = "QUO-1") -> None:
    """A quote of one line; its quotation has that line, one that we sent and that is gone, and one of SCM's own."""
    header = {"SalesQuotationNumber": spelled, "SalesQuotationName": "A", "SalesQuotationStatus": status}
    there(database, "scm.sales_quotation_headers", header)
    amounts = {1: "10", 2: "20.5", 3: "30"}
    lines = [
        {**numbered("SalesQuotationNumber", spelled, line), "ProductNumber": "BIKE-1", "LineAmount": amount}
        for line, amount in amounts.items()
    ]
    there(database, "scm.sales_quotation_lines", *lines)
    sent = [numbered("SalesQuotationNumber", "QUO-1", line) for line in (1, 2)]
    journal(database, QUOTATIONS, "QUO-1", "CDSSalesQuotationLines", sent)
    number = {"SalesQuotationNumber": "QUO-1", "document": "QUO-1"}
    mapped(
        database,
        TASKS["quotes_to_quotation_headers"],
        {**number, "source_id": "q", "target_key": "QUO-1", "SalesQuotationName": "A"},
    )
    line = {"source_id": "l1", "parent_id": "q", "target_key": "QUO-1|1", "ProductNumber": "BIKE-1"}
    mapped(database, TASKS["quotedetails_to_quotation_lines"], {**number, **line, "LineCreationSequenceNumber": 1})


def test_a_line_that_is_gone_from_an_open_quote_is_deleted_and_shown_with_what_it_was(database: Database) -> None:
    given_quotation(database)
    planned = plan(database, QUOTATIONS)
    (operation,) = planned.operations
    assert planned.action == "update"
    assert (operation.method, operation.entity_set, operation.body) == ("DELETE", "CDSSalesQuotationLines", {})
    assert operation.key == {"dataAreaId": "usmf", **numbered("SalesQuotationNumber", "QUO-1", 2)}
    assert ("ProductNumber", "BIKE-1", None) in [change[2:] for change in planned.changes]


def test_another_spelling_of_the_quotation_there_is_the_same_quotation(database: Database) -> None:
    given_quotation(database, spelled="quo-1")
    (operation,) = plan(database, QUOTATIONS).operations
    assert operation.key == {"dataAreaId": "usmf", **numbered("SalesQuotationNumber", "quo-1", 2)}


def test_a_line_of_a_confirmed_quotation_stays_by_name_and_amount(database: Database) -> None:
    given_quotation(database, status="Confirmed")
    planned = plan(database, QUOTATIONS)
    assert (planned.action, planned.reason, planned.operations) == ("filtered", "deleted_lines_kept", ())
    assert planned.detail == (
        "lines 2 (20.50) are gone from the source and stay in the destination: SalesQuotationStatus is Confirmed there"
    )


def test_the_settings_can_keep_every_line(database: Database) -> None:
    given_quotation(database)
    planned = plan(database, QUOTATIONS, DeletedLines(quotes="keep"))
    assert (planned.action, planned.reason) == ("filtered", "deleted_lines_kept")
    assert planned.detail is not None
    assert planned.detail.endswith("delivery.deleted_lines.quotes is keep")


def test_a_document_that_is_updated_says_of_the_lines_that_stay_too(database: Database) -> None:
    given_quotation(database)
    database.run("UPDATE raw.scm_sales_quotation_headers SET SalesQuotationName = 'B'")
    current.changed(database, "scm_sales_quotation_headers")
    planned = plan(database, QUOTATIONS, DeletedLines(quotes="keep"))
    assert (planned.action, planned.reason, len(planned.operations)) == ("update", "deleted_lines_kept", 1)


def test_without_a_journal_nothing_is_known_to_be_ours_and_nothing_is_deleted(database: Database) -> None:
    given_quotation(database)
    database.run("DELETE FROM delivery.outbox")
    assert plan(database, QUOTATIONS).action == "unchanged"


def test_a_deletion_that_changed_since_the_plan_has_another_fingerprint(database: Database) -> None:
    given_quotation(database)
    before = plan(database, QUOTATIONS).fingerprint
    database.run(
        "UPDATE raw.scm_sales_quotation_lines SET ProductNumber = 'BIKE-2' WHERE LineCreationSequenceNumber = 2"
    )
    current.changed(database, "scm_sales_quotation_lines")
    assert plan(database, QUOTATIONS).fingerprint != before


def given_order_in_scm(database: Database, status: str) -> None:
    """An order that SCM has from us with a line that is gone from Sales, and another name than Sales gives it now."""
    there(
        database,
        "scm.sales_order_headers",
        {"SalesOrderNumber": "SO-1", "CustomersOrderReference": "A", "SalesOrderProcessingStatus": status},
    )
    lines = [{**numbered("SalesOrderNumber", "SO-1", line), "LineAmount": "10"} for line in (1, 2)]
    there(database, "scm.sales_order_lines", *lines)
    sent = [numbered("SalesOrderNumber", "SO-1", line) for line in (1, 2)]
    journal(database, ORDERS, "SO-1", "CDSSalesOrderLines", sent)
    number = {"SalesOrderNumber": "SO-1", "document": "SO-1"}
    header = {**number, "source_id": "o", "target_key": "SO-1"}
    mapped(database, TASKS["salesorders_to_order_headers"], {**header, "CustomersOrderReference": "A"})
    line = {"source_id": "l1", "parent_id": "o", "target_key": "SO-1|1", "LineCreationSequenceNumber": 1}
    mapped(database, TASKS["salesorderdetails_to_order_lines"], {**number, **line})


def test_scm_owns_an_order_so_that_a_line_that_is_gone_from_sales_stays_by_name(database: Database) -> None:
    given_order_in_scm(database, "Active")
    planned = plan(database, ORDERS)
    assert (planned.action, planned.reason, planned.operations) == ("filtered", "deleted_lines_kept", ())


def test_where_the_settings_say_so_the_line_alone_is_deleted_while_the_order_is_not_confirmed(
    database: Database,
) -> None:
    given_order_in_scm(database, "Active")
    database.run("UPDATE raw.scm_sales_order_headers SET CustomersOrderReference = 'changed in SCM'")
    current.changed(database, "scm_sales_order_headers")
    planned = plan(database, ORDERS, DeletedLines(orders="delete"))
    assert [(operation.method, operation.entity_set) for operation in planned.operations] == [
        ("DELETE", "CDSSalesOrderLines")
    ]
    database.run("UPDATE raw.scm_sales_order_headers SET SalesOrderProcessingStatus = 'Confirmed'")
    current.changed(database, "scm_sales_order_headers")
    planned = plan(database, ORDERS, DeletedLines(orders="delete"))
    assert (planned.action, planned.reason) == ("filtered", "owned_by_scm")


def given_returned_order(database: Database, statecode: int = 0, **second: Any) -> None:
    """An order of SCM with one line; Sales has a second one."""
    there(
        database, "sales.salesorders", {"salesorderid": "o", "ordernumber": "SO-1", "name": "A", "statecode": statecode}
    )
    lines = [{"salesorderdetailid": f"l{line}", "salesorderid": "o", "sequencenumber": line} for line in (1, 2)]
    there(database, "sales.salesorderdetails", lines[0], {**lines[1], "extendedamount": Decimal(20), **second})
    header = {"source_id": "SO-1", "document": "SO-1", "target_key": "SO-1", "salesorderid": "o", "name": "A"}
    mapped(database, TASKS["order_headers_to_salesorders"], header)
    line = {"source_id": "SO-1|1", "parent_id": "SO-1", "document": "SO-1", "target_key": "SO-1|1", "sequencenumber": 1}
    own = {"salesorderdetailid": "l1", "salesorderid": "o"}
    mapped(database, TASKS["order_lines_to_salesorderdetails"], {**line, **own})


def test_a_line_that_scm_deleted_is_deleted_in_sales(database: Database) -> None:
    given_returned_order(database, msdynce_ismaintainedexternally=True)
    (operation,) = plan(database, RETURNED).operations
    assert (operation.method, operation.key) == ("DELETE", {"salesorderdetailid": "l2"})


def test_a_line_that_went_to_scm_and_was_deleted_there_is_deleted_in_sales(database: Database) -> None:
    given_returned_order(database)
    assert plan(database, RETURNED).action == "unchanged"
    sent = [{"source_id": "l2", "document": "SO-1", "outcome": "created"}]
    rows = pl.DataFrame(sent, schema=ledger.LEDGER_SCHEMA)
    ledger.record(database, "salesorderdetails_to_order_lines", "usmf", "run0", NOW, rows)
    (operation,) = plan(database, RETURNED).operations
    assert (operation.method, operation.key) == ("DELETE", {"salesorderdetailid": "l2"})


def test_the_freight_tax_line_belongs_to_the_solution(database: Database) -> None:
    given_returned_order(database, msdynce_ismaintainedexternally=True, msdynce_ismisctax=True)
    assert plan(database, RETURNED).action == "unchanged"


def test_an_invoiced_order_of_sales_keeps_its_lines(database: Database) -> None:
    given_returned_order(database, statecode=4, msdynce_ismaintainedexternally=True)
    planned = plan(database, RETURNED)
    assert (planned.action, planned.reason) == ("filtered", "deleted_lines_kept")
    assert planned.detail is not None
    assert "lines 2 (20.00)" in planned.detail
