"""Locking the prices of an order or invoice: locked, neither price lists nor system pricing touch them.

Source: MicrosoftDocs Microsoft.Dynamics.CRM LockSalesOrderPricing, UnlockSalesOrderPricing, LockInvoicePricing,
UnlockInvoicePricing.
"""

from collections.abc import Callable

from p2c_assets.sandbox.dataverse.addressing import References
from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.movements import document_row
from p2c_assets.sandbox.dataverse.singles import payload_of
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.dataverse.writing import update
from p2c_assets.sandbox.messages import Request, Response


def price_lock(table: Table, parameter: str, *, locked: bool) -> Callable[[Work, Request, References], Response]:
    """The action that sets ispricelocked of the document that `parameter` names; unlocking computes it anew."""

    def act(work: Work, request: Request, references: References) -> Response:  # noqa: ARG001
        row = document_row(work, table, payload_of(request).get(parameter))
        update(work, table, row, {"ispricelocked": locked})
        return Response(204, {"OData-Version": "4.0"})

    return act
