"""What the twins give and take on one core: pages of 5,000 rows, rows written in batches and bulk messages, snapshots.

    python -m p2c_assets_tests.benchmarks.twins [rows]

The server is a process of its own with one thread, so it uses one core at most; a bare socket asks it, one request at a time.
Both are shown: by the clock, with the caller's share in it, and by the processor time of the server's process alone, which is
what one core can do. What else the machine does makes that slower, too, more than twice where caches are shared: so fixed work
is timed before and behind, and two versions are compared by runs side by side. Reads select what the platform's readers select,
writes are rendered by its connectors, every rule of the tables runs. "first" is the first read after the rows were loaded,
"again" the same read once more.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets_tests.benchmarks import twins_work as work
from p2c_assets_tests.benchmarks.twins_server import Served, Spent, Wire, served

ROWS = 100_000
Request = tuple[str, Mapping[str, str]]


class Figure(NamedTuple):
    """One measurement: what was done, of how many `units` (pages, rows or snapshots), what it took."""

    system: str
    state: str
    what: str
    unit: str
    units: int
    spent: Spent

    @property
    def per_s(self) -> float:
        """By the clock."""
        return self.units / self.spent.wall_s

    @property
    def per_cpu_s(self) -> float:
        """By the server's processor time, whose grain is 10 ms."""
        return self.units / max(self.spent.cpu_s, 0.01)


class Meter:
    """One twin under measurement."""

    def __init__(self, server: Served, system: str, state: str, wire: Wire) -> None:
        self._server = server
        self._system = system
        self._state = state
        self._wire = wire
        self.figures: list[Figure] = []

    def pages(self, what: str, read: Callable[[], Iterable[str | None]]) -> None:
        """Count what `read` yields, once per page."""
        for turn in ("first", "again"):
            seen: list[str | None] = []
            spent = self._server.spent(lambda seen=seen: seen.extend(read()))
            self._note(f"{what}, {turn}", "pages", len(seen), spent)

    def listed_pages(self, what: str, start: Request) -> None:
        """Pages that nobody reads again, as the links lead."""
        seen: list[str | None] = []
        spent = self._server.spent(lambda: seen.extend(self.linked(start)))
        self._note(what, "pages", len(seen), spent)

    def writes(self, what: str, calls: Sequence[work.Call]) -> None:
        """Send the calls one after the other."""
        spent = self._server.spent(lambda: [self._wire.call("POST", *call[:3]) for call in calls])
        self._note(what, "rows", sum(call.rows for call in calls), spent)

    def once(self, what: str, do: Callable[[], object]) -> None:
        self._note(what, "times", 1, self._server.spent(do))

    def linked(self, start: Request) -> Iterator[str | None]:
        """Pages as the links lead."""
        url, headers = start
        while url:
            link = self._wire.page(url, headers)
            yield link
            url = link or ""

    def listed(self, requests: Iterable[Request]) -> Iterator[str | None]:
        """Pages whose addresses are known."""
        return (self._wire.page(url, headers) for url, headers in requests)

    def _note(self, what: str, unit: str, units: int, spent: Spent) -> None:
        self.figures.append(Figure(self._system, self._state, what, unit, units, spent))


def of_sales(server: Served, state: str, rows: int) -> list[Figure]:
    """The Sales twin."""
    with closing(Wire(server.sales_url)) as wire, AdminClient(server.sales_url) as admin:
        meter = Meter(server, "Sales", state, wire)
        admin.load(work.reference()[0])
        admin.load({"accounts": work.accounts(rows), "salesorderdetails": work.sales_lines(rows)})
        meter.pages("accounts", lambda: meter.linked(work.sales_page(work.ACCOUNTS)))
        meter.pages("salesorderdetails", lambda: meter.linked(work.sales_page(work.SALES_LINES)))
        meter.pages("accounts with change tracking", lambda: meter.linked(work.tracked_page(work.ACCOUNTS)))
        meter.listed_pages("accounts by SQL, sorted", work.sql_page())
        _snapshots(meter, admin, work.accounts_changed(max(rows // 100, 1)))
        written = max(rows // 5, 1)
        meter.writes("accounts created, $batch", work.accounts_created(written))
        meter.writes("accounts changed, $batch", work.accounts_changed(written))
        meter.writes("accounts, CreateMultiple", work.accounts_multiple(written, "CreateMultiple", 0x5000))
        meter.writes("accounts, UpsertMultiple", work.accounts_multiple(written, "UpsertMultiple", 0x5000))
        meter.writes("orders with nine lines, $batch", work.sales_orders_created(max(written // 10, 1)))
        return meter.figures


def of_scm(server: Served, state: str, rows: int) -> list[Figure]:
    """The SCM twin."""
    with closing(Wire(server.scm_url)) as wire, AdminClient(server.scm_url) as admin:
        meter = Meter(server, "SCM", state, wire)
        admin.load(work.reference()[1])
        admin.load({"CustomersV2": work.customers(rows), "CDSSalesOrderLines": work.scm_lines(rows)})
        customers, lines = work.customer_keys(rows), work.line_keys(rows)
        meter.pages("CustomersV2 by key", lambda: meter.listed(work.scm_pages(work.CUSTOMERS, customers)))
        meter.pages("CDSSalesOrderLines by key", lambda: meter.listed(work.scm_pages(work.SCM_LINES, lines)))
        meter.pages("CustomersV2 by links", lambda: meter.linked(work.linked_page(work.CUSTOMERS)))
        _snapshots(meter, admin, work.customers_changed(max(rows // 100, 1)))
        written = max(rows // 5, 1)
        meter.writes("CustomersV2 created, $batch", work.customers_created(written))
        meter.writes("CustomersV2 changed, $batch", work.customers_changed(written))
        meter.writes("orders with nine lines, $batch", work.scm_orders_created(max(written // 10, 1)))
        return meter.figures


def _snapshots(meter: Meter, admin: AdminClient, changes: Sequence[work.Call]) -> None:
    """Of all rows that were loaded; then 1% of one table are changed, then everything is gone."""
    meter.once("snapshot", admin.snapshot)
    meter.writes("1% changed", changes)
    meter.once("restore after 1% changed", admin.restore)
    admin.reset()
    meter.once("restore of everything", admin.restore)


def table(figures: Sequence[Figure]) -> str:
    """The figures as a table."""
    lines = ["| system | state | what | units | per s | per CPU s | ms each | CPU ms each |", f"|{'---|' * 8}"]
    for one in figures:
        each = (one.spent.wall_s / one.units * 1000, one.spent.cpu_s / one.units * 1000)
        rates = (f"{one.per_s:,.0f}", f"{one.per_cpu_s:,.0f}") if one.units > 1 else ("", "")
        lines.append(
            f"| {one.system} | {one.state} | {one.what} | {one.units:,} {one.unit} | {rates[0]} | {rates[1]} "
            f"| {each[0]:,.2f} | {each[1]:,.2f} |"
        )
    return "\n".join(lines)


class Yardstick(NamedTuple):
    """Processor time of fixed work here, the best of three: in the processor's cache, and over rows as a twin holds them."""

    loop_ms: float
    rows_ms: float

    @classmethod
    def now(cls) -> "Yardstick":
        names = [f"column{number}" for number in range(20)]
        rows = [{name: f"{name} of {number}" for name in names} for number in range(20_000)]
        shown = itemgetter(*names[::-1])
        return cls(_least_ms(_loop), _least_ms(lambda: ["".join(shown(row)) for row in rows]))


def _loop() -> None:
    seen: dict[int, str] = {}
    for number in range(1_000_000):
        seen[number % 1000] = str(number)


def _least_ms(work: Callable[[], object]) -> float:
    return min(_taken_ms(work) for _ in range(3))


def _taken_ms(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def main(rows: int = ROWS, states: Sequence[str] = ("memory", "file")) -> list[Figure]:
    """Both systems, in memory and in a file."""
    return [figure for state in states for figure in _in_state(state, rows)]


def _in_state(state: str, rows: int) -> list[Figure]:
    with TemporaryDirectory() as folder, served(Path(folder) if state == "file" else None) as server:
        return [*of_sales(server, state, rows), *of_scm(server, state, rows)]


if __name__ == "__main__":
    before = Yardstick.now()
    print(table(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)))
    behind = Yardstick.now()
    print(f"\nFixed work: loop {before.loop_ms:.0f} ms before, {behind.loop_ms:.0f} ms behind; ", end="")
    print(f"rows {before.rows_ms:.0f} ms before, {behind.rows_ms:.0f} ms behind.")
