"""Both twins at work: every few seconds somebody does something, and what should arrive on the other side is timed.

Seeded: who does what, and with what, comes from one row of random numbers, so that the same seed on the same twins does the
same in the same order, as far as what it needs has arrived by then. Nothing here knows what carries changes from one
twin to the other.
"""

import os
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple

from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.live.arrivals import Arrival, Arrivals, Expected, Figures
from p2c_assets.sandbox.live.erp_clerks import ErpClerks
from p2c_assets.sandbox.live.sales_app import RefusedError, SalesApp
from p2c_assets.sandbox.live.sales_people import SalesPeople
from p2c_assets.sandbox.store import Row

LOOK_S = 0.5
"""How often the other side is looked at: the accuracy of every figure."""


class Plan(NamedTuple):
    """How lively it is: an act every so many seconds, for so many minutes; then so long is waited for what is missing."""

    every_s: float = 5.0
    minutes: float = 5.0
    seed: int = 1
    patience_s: float = 180.0


class Outcome(NamedTuple):
    """What came of it. `load`: the machine's load average when it began and when it ended."""

    acts: int
    figures: Sequence[Figures]
    missing: Sequence[Expected]
    load: tuple[float, float]

    def as_data(self, plan: Plan) -> dict[str, Any]:
        """For a file."""
        missing = [{"kind": one.kind, "what": one.what} for one in self.missing]
        return {
            **plan._asdict(),
            "acts": self.acts,
            "seconds_from_change_to_arrival": [one._asdict() for one in self.figures],
            "not_arrived": missing,
            "accuracy_s": LOOK_S,
            "load_average": self.load,
        }


def play(
    sales_url: str, scm_url: str, plan: Plan, told: Callable[[str], None], clock: Callable[[], float] = time.monotonic
) -> Outcome:
    """Play to the end of the plan; `told` hears of every act and arrival. Raises AdminError, httpx.ConnectError."""
    with AdminClient(sales_url) as sales, AdminClient(scm_url) as scm, SalesApp(sales_url) as app:

        def rows(system: str, entity_set: str) -> Sequence[Row]:
            return (sales if system == "sales" else scm).rows(entity_set)

        arrivals, random, prefix = Arrivals(clock), Random(plan.seed), f"L{plan.seed}-"
        people = SalesPeople(app, rows, random, prefix, arrivals)
        clerks = ErpClerks(scm, rows, random, prefix, arrivals)
        began, load, acts, turn = clock(), os.getloadavg()[0], 0, 0
        while clock() < began + plan.minutes * 60:
            turn += 1
            words = _act(people, clerks, random)
            acts += words is not None
            told(words or "nothing to do: nothing has arrived yet that could be worked on")
            _watch(arrivals, rows, told, until=began + turn * plan.every_s, clock=clock)
        patience = clock() + plan.patience_s
        while arrivals.missing and clock() < patience:
            _watch(arrivals, rows, told, until=clock() + LOOK_S, clock=clock)
        return Outcome(acts, arrivals.figures(), arrivals.missing, (round(load, 1), round(os.getloadavg()[0], 1)))


def _act(people: SalesPeople, clerks: ErpClerks, random: Random) -> str | None:
    """What somebody does now; the next best thing where there is nothing to do it with."""
    acts = [people.edit_account] * 3 + [people.edit_contact] * 2 + [people.write_quote] * 2
    acts += [people.activate_order] * 3 + [clerks.work] * 5
    for act in random.sample(acts, len(acts)):
        try:
            words = act()
        except RefusedError as error:
            return f"refused: {error}"
        if words is not None:
            return words
    return None


def _watch(
    arrivals: Arrivals,
    rows: Callable[[str, str], Sequence[Row]],
    told: Callable[[str], None],
    *,
    until: float,
    clock: Callable[[], float],
) -> None:
    while True:
        for arrival in arrivals.look(rows):
            told(_said(arrival))
        left = until - clock()
        if left <= 0:
            return
        time.sleep(min(LOOK_S, left))


def _said(arrival: Arrival) -> str:
    where = "SCM" if arrival.expected.system == "scm" else "Sales"
    return f"    in {where} after {arrival.seconds:.1f} s: {arrival.expected.what}"
