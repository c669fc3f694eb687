"""Routes of the admin path that only this twin has: postings of one document, quotations' outcomes, batch jobs.

`post`: {dataAreaId, SalesOrderNumber, document, lines?: [{LineCreationSequenceNumber, quantity}]}; without lines all there
is. `quotation`: {dataAreaId, SalesQuotationNumber, status, SalesOrderNumber?}. `jobs`: {job}; `jobs/run`.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from p2c_assets.sandbox.admin import unknown
from p2c_assets.sandbox.finops.errors import FinopsError
from p2c_assets.sandbox.finops.invoicing import due_quantity
from p2c_assets.sandbox.finops.jobs import Jobs
from p2c_assets.sandbox.finops.orders import check_open
from p2c_assets.sandbox.finops.postings import Postings, Quantities
from p2c_assets.sandbox.finops.quotation_confirmation import QuotationConfirmation
from p2c_assets.sandbox.finops.records import REC_ID, Records
from p2c_assets.sandbox.finops.schema_orders import ORDER_HEADERS
from p2c_assets.sandbox.finops.status import open_quantity, remaining_quantity
from p2c_assets.sandbox.finops.values import number
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import AdminError

_Most = Callable[[Row], Decimal]


class BackOffice:
    """What the ERP's own people do, one step at a time."""

    def __init__(self, records: Records, postings: Postings, confirmation: QuotationConfirmation, jobs: Jobs) -> None:
        self._records = records
        self._postings = postings
        self._confirmation = confirmation
        self._jobs = jobs

    def answer(self, method: str, path: Sequence[str], document: Any) -> Any:
        """One call. Raises AdminError, or Unsupported for an unknown route."""
        try:
            match method, *path:
                case "POST", "post":
                    return self._post(document)
                case "POST", "quotation":
                    return self._quotation(document)
                case "POST", "jobs":
                    return self._jobs.start(str(document["job"]))
                case "POST", "jobs", "run":
                    return {"run": self._jobs.run_waiting()}
                case "GET", "jobs":
                    return {"value": self._jobs.rows()}
                case _:
                    raise unknown(method, path)
        except FinopsError as error:
            raise AdminError(error.text) from error

    def _post(self, document: Mapping[str, Any]) -> Any:
        header = self._records.get(ORDER_HEADERS, document["dataAreaId"], document["SalesOrderNumber"])
        if header is None:
            raise AdminError(f"there is no order {document['SalesOrderNumber']} in {document['dataAreaId']}")
        check_open(header)
        lines, invoice = document.get("lines"), None
        match document["document"]:
            case "Confirmation":
                header = self._postings.confirm(header)
            case "PickingList":
                header = self._postings.pick(header, self._quantities(header, lines, _unpicked))
            case "PackingSlip":
                header = self._postings.deliver(header, self._quantities(header, lines, open_quantity))
            case "Invoice":
                header, invoice = self._postings.invoice(header, self._quantities(header, lines, due_quantity))
            case "Cancellation":
                quantities = None if lines is None else self._quantities(header, lines, remaining_quantity)
                header = self._postings.cancel(header, quantities)
            case other:
                raise AdminError(f"unknown document {other!r}; known: {', '.join(_DOCUMENTS)}")
        shown = {name: header[name] for name in ("SalesOrderStatus", "SalesOrderProcessingStatus")}
        return shown if invoice is None else {**shown, "InvoiceNumber": invoice["InvoiceNumber"]}

    def _quantities(self, header: Row, given: Sequence[Mapping[str, Any]] | None, most: _Most) -> Quantities:
        """What to post of each line. Raises AdminError for a line that is not there, too much, or nothing at all."""
        lines = {line["LineCreationSequenceNumber"]: line for line in self._postings.lines(header)}
        if given is None:
            wanted = {line[REC_ID]: most(line) for line in lines.values()}
        else:
            wanted = dict(_quantity(lines, one, most) for one in given)
        if not any(wanted.values()):
            raise AdminError(f"there is nothing to post of order {header['SalesOrderNumber']}")
        return wanted

    def _quotation(self, document: Mapping[str, Any]) -> Any:
        company, quotation = document["dataAreaId"], document["SalesQuotationNumber"]
        if document["status"] == "Confirmed":
            order = self._confirmation.confirm(company, quotation, str(document.get("SalesOrderNumber") or ""))
            return {"SalesQuotationStatus": "Confirmed", "GeneratedSalesOrderNumber": order}
        self._confirmation.close(company, quotation, str(document["status"]))
        return {"SalesQuotationStatus": document["status"]}


_DOCUMENTS = ("Confirmation", "PickingList", "PackingSlip", "Invoice", "Cancellation")


def _unpicked(line: Row) -> Decimal:
    return open_quantity(line) - number(line["PickedQuantity"])


def _quantity(lines: Mapping[int, Row], given: Mapping[str, Any], most: _Most) -> tuple[int, Decimal]:
    place = given["LineCreationSequenceNumber"]
    if place not in lines:
        raise AdminError(f"there is no line {place}")
    try:
        quantity = Decimal(str(given["quantity"]))
    except InvalidOperation as error:
        raise AdminError(f"the quantity {given['quantity']!r} of line {place} is not a number") from error
    if not 0 <= quantity <= most(lines[place]):
        raise AdminError(f"of line {place} no more than {most(lines[place])} can be posted, not {quantity}")
    return lines[place][REC_ID], quantity
