"""Anything in any order: people at work in both systems, the platform's runs between them, crashes and lost bookmarks.

However the steps are mixed, within three runs both systems have to come to rest: the third run at the latest writes nothing,
as both systems count it. Then every row has its outcome, no document is there twice, and both systems are equal where they
must be.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from p2c_assets.defs.jobs import FLOWS, PROSPECT_TO_CASH
from p2c_assets.mappings.folding import folded
from p2c_assets.reconcile.compare import UNEXPLAINED
from p2c_assets.warehouse.database import Database
from p2c_assets_tests.chaos import agreement, picture, world
from p2c_assets_tests.chaos.driver import Graph, Ran, Step, Warehouse, run
from p2c_assets_tests.chaos.fate import Fate, Killed
from p2c_assets_tests.chaos.images import Image
from p2c_assets_tests.chaos.people import Clerks, SalesPeople
from p2c_assets_tests.chaos.systems import Twins

MOST_RUNS = 3
CHANCES = st.integers(0, 11)
NAMES = st.sampled_from(("Adatum", "Litware", "Proseware"))
AMOUNTS = st.sampled_from((0, 10, 2500))
QUANTITIES = st.integers(1, 9)
PRICES = st.sampled_from((Decimal("49.90"), Decimal("51.25"), Decimal("2.1255")))
DRAFT = 647390011


class NeverRestsError(AssertionError):
    """Three runs were not enough: what one writes makes the next write."""


class Company:
    """One company's people, its two systems, and the platform between them."""

    def __init__(self, folder: Path, start: Image, flow: str = PROSPECT_TO_CASH) -> None:
        self.warehouse = Warehouse(world.settings(folder))
        self.twins: Twins = start.restore(self.warehouse)
        self.flow = flow
        self.sales = SalesPeople(self.twins)
        self.clerks = Clerks(self.twins)
        self.runs = 0
        self.steps = 0
        self.written = 0
        self.gone: set[str] = set()
        """Keys of records that people have deleted in one of the systems: the other one has them still."""
        self.edited: set[str] = set()
        """Orders whose lines were changed in Sales: while SCM owns one and has not confirmed it, nothing makes both equal."""

    @cached_property
    def _graph(self) -> Graph:
        return Graph(self.warehouse.settings)

    def _steps_of(self, flow: str) -> Sequence[Step]:
        return self._graph.steps(flow)

    def number(self, letter: str) -> str:
        """A number for a new document."""
        self.written += 1
        return f"{letter}-{100 + self.written}"

    def sync(self, flow: str | None = None, *, only_changes: bool = False, fate: Fate | None = None) -> Ran:
        """One run."""
        self.runs += 1
        job, name = flow or self.flow, f"run {self.runs}"
        steps = self._steps_of(job)
        return run(self.warehouse, self.twins, steps, name, only_changes=only_changes, fate=fate, job=job)

    def lose_bookmarks(self, position: str | None) -> None:
        """Forget how far Sales was read, or remember something else."""
        with self.warehouse.open() as database:
            if position is None:
                database.run("DELETE FROM raw_log.bookmarks")
            else:
                database.run(
                    "UPDATE raw_log.bookmarks SET position = replace(position, '%24deltatoken=', ?)", [position]
                )

    def rest(self) -> Ran:
        """Leave them alone until nothing is written any more. Raises NeverRestsError."""
        written: list[int] = []
        for _ in range(MOST_RUNS):
            before = self.twins.writes()
            ran = self.sync()
            written.append(self.twins.writes() - before)
            if not written[-1]:
                return ran
        raise NeverRestsError(f"requests that write, run by run: {written}")

    def faults(self, ran: Ran) -> list[str]:
        """What is wrong after a rest."""
        wrong = [problem for problem in ran.problems if "totals_agree" not in problem]
        with self.warehouse.open() as database:
            return [
                *wrong,
                *picture.doubled(self.twins),
                *self._unexplained(database),
                *self._unequal(database),
                *_left_open(database),
            ]

    def _unexplained(self, database: Database) -> Iterator[str]:
        for flow in FLOWS:
            if database.has_table("reconciled", f"{flow}_pairs"):
                sql = f"SELECT key, class FROM reconciled.{flow}_pairs WHERE list_contains(?, class)"
                for key, name in database.rows(sql, [list(UNEXPLAINED)]):
                    if folded(str(key)) not in self.gone | self._disputed(flow):
                        yield f"{flow} {key}: {name}"

    def _disputed(self, flow: str) -> set[str]:
        """Orders that somebody has changed in Sales after SCM took them, until SCM confirms or cancels them."""
        open_orders = [
            folded(str(row["SalesOrderNumber"]))
            for row in self.clerks.rows("CDSSalesOrderHeaders")
            if row["SalesOrderProcessingStatus"] in ("", None, "Active")
        ]
        return self.edited & set(open_orders) if flow == "orders" else set()

    def _unequal(self, database: Database) -> Iterator[str]:
        """Both systems as they are, whatever the platform thinks."""
        flows = FLOWS if self.flow == PROSPECT_TO_CASH else (self.flow,)
        return agreement.faults(database, self.twins, self.warehouse.settings, flows)


def _left_open(database: Database) -> Iterator[str]:
    for row in database.rows("SELECT unit, document, state FROM delivery.outbox WHERE state IN ('pending', 'sent')"):
        yield f"open in the journal: {row}"


class Steps(RuleBasedStateMachine):
    """The steps that chance mixes. `begin` says where an example starts."""

    def __init__(self) -> None:
        super().__init__()
        self.company = self.begin()

    def begin(self) -> Company:
        """A company to work on."""
        raise NotImplementedError

    @rule(chance=CHANCES, name=NAMES, limit=AMOUNTS)
    def edit_an_account(self, chance: int, name: str, limit: int) -> None:
        self.company.sales.edit("accounts", "accountid", chance, {"name": name, "creditlimit": Decimal(limit)})

    @rule(chance=CHANCES, name=NAMES)
    def edit_a_contact(self, chance: int, name: str) -> None:
        self.company.sales.edit("contacts", "contactid", chance, {"lastname": name})

    @rule(chance=CHANCES, entity_set=st.sampled_from(("accounts", "contacts")), state=st.sampled_from((0, 1)))
    def deactivate_or_activate(self, chance: int, entity_set: str, state: int) -> None:
        self.company.sales.edit(
            entity_set, f"{entity_set[:-1]}id", chance, {"statecode": state, "statuscode": state + 1}
        )

    @rule(chance=CHANCES, entity_set=st.sampled_from(("accounts", "contacts")))
    def delete_an_account_or_contact(self, chance: int, entity_set: str) -> None:
        row = self.company.sales.delete(entity_set, f"{entity_set[:-1]}id", chance)
        if row is not None and entity_set == "accounts":
            self.company.gone.add(folded(str(row["accountnumber"])))
        elif row is not None:
            number = folded(str(row["msdynce_contactnumber"]))
            self.company.gone |= {f"person {number}", f"customer {number}"}

    @rule(chance=CHANCES, entity_set=st.sampled_from(("quotes", "salesorders")), quantity=QUANTITIES)
    def write_and_activate(self, chance: int, entity_set: str, quantity: int) -> None:
        number = self.company.number(entity_set[0].upper())
        if self.company.sales.write(entity_set, number, chance, quantity):
            self.company.sales.activate(entity_set, -1)

    @rule(chance=CHANCES, entity_set=st.sampled_from(("quotes", "salesorders")))
    def activate(self, chance: int, entity_set: str) -> None:
        self.company.sales.activate(entity_set, chance)

    @rule(chance=CHANCES, name=NAMES, entity_set=st.sampled_from(("quotes", "salesorders")))
    def edit_a_document(self, chance: int, name: str, entity_set: str) -> None:
        self.company.sales.edit(
            entity_set, {"quotes": "quoteid", "salesorders": "salesorderid"}[entity_set], chance, {"name": name}
        )

    @rule(chance=CHANCES, entity_set=st.sampled_from(("quotedetails", "salesorderdetails")), quantity=QUANTITIES)
    def edit_a_line(self, chance: int, entity_set: str, quantity: int) -> None:
        sales = self.company.sales
        line = sales.edit(entity_set, f"{entity_set[:-1]}id", chance, {"quantity": Decimal(quantity)})
        if line is not None and entity_set == "salesorderdetails":
            row = next(row for row in sales.rows(entity_set) if row["salesorderdetailid"] == line)
            self.company.edited.add(folded(str(row["msdynce_ordernumber"])))

    @rule(chance=CHANCES, entity_set=st.sampled_from(("quotes", "salesorders")))
    def delete_a_document(self, chance: int, entity_set: str) -> None:
        key, number = {"quotes": ("quoteid", "quotenumber"), "salesorders": ("salesorderid", "ordernumber")}[entity_set]
        row = self.company.sales.delete(entity_set, key, chance)
        if row is not None:
            self.company.gone.add(folded(str(row[number])))

    @rule(chance=CHANCES)
    def delete_a_line_of_a_draft(self, chance: int) -> None:
        drafts = {
            row["salesorderid"]
            for row in self.company.sales.rows("salesorders")
            if row["msdynce_processingstatus"] == DRAFT
        }
        line = self.company.sales.pick("salesorderdetails", chance)
        if line is not None and line["_salesorderid_value"] in drafts:
            self.company.sales.ask("DELETE", f"salesorderdetails({line['salesorderdetailid']})")

    @rule(chance=CHANCES)
    def revise_a_quote(self, chance: int) -> None:
        self.company.sales.revise_quote(chance)

    @rule(chance=CHANCES)
    def cancel_an_order_in_sales(self, chance: int) -> None:
        self.company.sales.cancel_order(chance)

    @rule(
        chance=CHANCES,
        document=st.sampled_from(("Confirmation", "PickingList", "PackingSlip", "Invoice", "Cancellation")),
        totals=st.booleans(),
    )
    def post(self, chance: int, document: str, totals: bool) -> None:
        self.company.clerks.post(document, chance)
        if totals:
            self.company.clerks.calculate_totals()

    @rule()
    def the_erp_s_day(self) -> None:
        self.company.clerks.advance()

    @rule(chance=CHANCES, name=NAMES, quantity=QUANTITIES)
    def edit_an_order_in_scm(self, chance: int, name: str, quantity: int) -> None:
        keys = ("SalesOrderNumber", "LineCreationSequenceNumber")
        self.company.clerks.edit("CDSSalesOrderHeaders", keys[:1], chance, {"SalesOrderName": name})
        self.company.clerks.edit("CDSSalesOrderLines", keys, chance, {"OrderedSalesQuantity": Decimal(quantity)})

    @rule(chance=CHANCES, name=NAMES, limit=AMOUNTS)
    def edit_a_customer_in_scm(self, chance: int, name: str, limit: int) -> None:
        self.company.clerks.edit("CustomersV2", ("CustomerAccount",), chance, {"OrganizationName": name})
        self.company.clerks.edit("CustomersV2", ("CustomerAccount",), chance + 1, {"CreditLimit": Decimal(limit)})

    @rule(chance=CHANCES, name=NAMES)
    def edit_a_contact_person_in_scm(self, chance: int, name: str) -> None:
        keys = ("ContactPersonPartyNumber", "AssociatedPartyNumber")
        self.company.clerks.edit("CDSContactPersons", keys, chance, {"LastName": name})

    @rule(chance=CHANCES, status=st.sampled_from(("Sent", "Lost", "Cancelled", "Confirmed")))
    def close_a_quotation(self, chance: int, status: str) -> None:
        self.company.clerks.close_quotation(chance, status, self.company.number("W"))

    @rule(chance=CHANCES)
    def delete_an_order_in_scm(self, chance: int) -> None:
        row = self.company.clerks.delete("CDSSalesOrderHeaders", ("SalesOrderNumber",), chance)
        if row is not None:
            self.company.gone.add(folded(str(row["SalesOrderNumber"])))

    @rule(chance=CHANCES)
    def delete_an_order_line_in_scm(self, chance: int) -> None:
        keys = ("SalesOrderNumber", "LineCreationSequenceNumber")
        self.company.clerks.delete("CDSSalesOrderLines", keys, chance)

    @rule(chance=CHANCES, price=PRICES, name=NAMES)
    def change_a_product(self, chance: int, price: Decimal, name: str) -> None:
        self.company.clerks.change_product(chance, {"SalesPrice": price, "ProductName": name})

    @rule(chance=CHANCES, quantity=QUANTITIES)
    def book_an_order_in_scm(self, chance: int, quantity: int) -> None:
        self.company.clerks.book_order(self.company.number("W"), chance, quantity)

    @rule(only_changes=st.booleans())
    def sync(self, only_changes: bool) -> None:
        self.company.sync(only_changes=only_changes)

    @rule(flow=st.sampled_from(FLOWS), only_changes=st.booleans())
    def sync_one_flow(self, flow: str, only_changes: bool) -> None:
        self.company.sync(flow, only_changes=only_changes)

    @rule(event=st.integers(1, 350), only_changes=st.booleans())
    def crash(self, event: int, only_changes: bool) -> None:
        with suppress(Killed):
            self.company.sync(only_changes=only_changes, fate=Fate(kill_after=event))

    @rule(position=st.sampled_from((None, "%24deltatoken=919042%2108%2f22%2f2017%20")))
    def lose_bookmarks(self, position: str | None) -> None:
        self.company.lose_bookmarks(position)

    @rule(days=st.sampled_from((1, 8, 40)))
    def let_links_expire(self, days: int) -> None:
        self.company.sales.administer("clock", {"days": days})

    @invariant()
    def is_counted(self) -> None:
        self.company.steps += 1

    def teardown(self) -> None:
        faults = self.company.faults(self.company.rest())
        assert faults == [], faults
