"""Ids of new Sales rows never change: a replay must meet the row that it created."""

from p2c_assets.mappings.identity import sales_id


def test_the_same_row_always_gets_the_same_id() -> None:
    assert sales_id("usmf", "salesorders", "SO-1") == "9a32a12d-861e-5e8d-b376-282e3c90206f"


def test_companies_and_tables_do_not_share_ids() -> None:
    ids = {sales_id(company, table, "1") for company in ("usmf", "demf") for table in ("salesorders", "invoices")}
    assert len(ids) == 4
