"""The benchmark of the twins in small: every page is read and every row is written; no time is looked at."""

from p2c_assets_tests.benchmarks.twins import Yardstick, main, table


def test_every_page_is_read_and_every_row_is_written() -> None:
    figures = main(50, ["memory"])
    units = {(one.system, one.what): one.units for one in figures}
    assert units == {
        **{("Sales", f"{what}, {turn}"): 1 for what in SALES_PAGES for turn in ("first", "again")},
        **{("SCM", f"{what}, {turn}"): 1 for what in SCM_PAGES for turn in ("first", "again")},
        ("Sales", "accounts by SQL, sorted"): 1,
        **{(system, what): 1 for system in ("Sales", "SCM") for what in ONCE},
        **{(system, "orders with nine lines, $batch"): 10 for system in ("Sales", "SCM")},
        **{("Sales", f"accounts{what}"): 10 for what in SALES_WRITES},
        **{("SCM", f"CustomersV2{what}"): 10 for what in (" created, $batch", " changed, $batch")},
    }
    assert len(table(figures).splitlines()) == len(figures) + 2
    assert min(Yardstick.now()) > 0


SALES_PAGES = ("accounts", "salesorderdetails", "accounts with change tracking")
SCM_PAGES = ("CustomersV2 by key", "CDSSalesOrderLines by key", "CustomersV2 by links")
ONCE = ("snapshot", "1% changed", "restore after 1% changed", "restore of everything")
SALES_WRITES = (" created, $batch", " changed, $batch", ", CreateMultiple", ", UpsertMultiple")
