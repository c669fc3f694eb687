"""Batch jobs of the ERP: run from the admin path, put back to waiting by an action, run again with the next day.

Sources: prospect-to-cash (SalesPopulateProspectToCash, Populate distinct product table), sales-order template page (Calculate
sales totals), sysadmin/batch-odata-api (SetBatchJobToWaiting: jobs in a terminal state only).
"""

from collections.abc import Mapping
from typing import Any

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.action_schema import SET_TO_WAITING, Action
from p2c_assets.sandbox.finops.actions import Perform
from p2c_assets.sandbox.finops.assumptions import FIRST_REC_ID, TERMINAL_JOB_STATES
from p2c_assets.sandbox.finops.order_totals import OrderTotals
from p2c_assets.sandbox.finops.population import Population
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import AdminError

_TABLE = "_batch_jobs"


class Jobs:
    """Runs jobs by name and remembers each as a batch job with its state."""

    def __init__(self, store: Store, totals: OrderTotals, population: Population) -> None:
        self._store = store
        self._work = {
            "calculate_sales_totals": totals.run,
            "populate_distinct_products": population.distinct_products,
            "populate_prospect_to_cash": population.prospect_to_cash,
        }

    def start(self, name: str) -> Row:
        """Make a batch job and run it; its row: batchJobId, job, status, done. Raises AdminError for an unknown name."""
        if name not in self._work:
            raise AdminError(f"unknown job {name!r}; known: {', '.join(self._work)}")
        number = self._store.sequence("batch job", FIRST_REC_ID)
        self._store.table(_TABLE).insert(
            str(number), {"batchJobId": number, "job": name, "status": "Waiting", "done": 0}
        )
        return self._run(str(number))

    def run_waiting(self) -> int:
        """Run what waits; how many."""
        waiting = [str(row["batchJobId"]) for row in self.rows() if row["status"] == "Waiting"]
        for key in waiting:
            self._run(key)
        return len(waiting)

    def rows(self) -> list[Row]:
        """All batch jobs."""
        return self._store.table(_TABLE).rows()

    def performers(self) -> Mapping[Action, Perform]:
        """What the action on batch jobs does."""
        return {SET_TO_WAITING: self._set_to_waiting}

    def _run(self, key: str) -> Row:
        row = self._store.table(_TABLE)[key]
        ended = {**row, "status": "Finished", "done": self._work[row["job"]]()}
        self._store.table(_TABLE).replace(key, ended)
        return ended

    def _set_to_waiting(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """A refusal is a 200 that says so (assumptions.JOB_REFUSALS_ARE_200)."""
        number = parameters["batchJobId"]
        if isinstance(number, bool) or not isinstance(number, int):
            raise errors.unreadable(f"Cannot convert the literal '{number}' to the expected type 'Edm.Int64'.")
        row = self._store.table(_TABLE).get(str(number))
        if row is None:
            return _response(404, number, f"Batch job {number} was not found.")
        if row["status"] not in TERMINAL_JOB_STATES:
            return _response(400, number, f"Batch job {number} has the status {row['status']}.")
        self._store.table(_TABLE).replace(str(number), {**row, "status": "Waiting"})
        return _response(200, number, "")


def _response(status: int, number: int, details: str) -> Mapping[str, Any]:
    return {
        "ResponseStatusCode": status,
        "IsSuccess": not details,
        "BatchJobId": number,
        "ExceptionDetails": details,
        "ResponseMessage": "" if details else f"The status of batch job {number} is Waiting.",
    }
