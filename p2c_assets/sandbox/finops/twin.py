"""The F&O twin: its parts put together.

What is not here but in the real system answers 501 with its name: actions that are not declared, entities of newer
generations, custom services.
"""

import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.counter import RequestCounter
from p2c_assets.sandbox.deceit import deceive, is_deceit
from p2c_assets.sandbox.faults import Faults, Plan
from p2c_assets.sandbox.finops import assumptions, errors, json_metadata, session_service, throttling
from p2c_assets.sandbox.finops.absent_services import absent
from p2c_assets.sandbox.finops.action_schema import PACKAGES
from p2c_assets.sandbox.finops.actions import Actions
from p2c_assets.sandbox.finops.administration import Administration
from p2c_assets.sandbox.finops.agenda import Agenda
from p2c_assets.sandbox.finops.back_office import BackOffice
from p2c_assets.sandbox.finops.batch import Batch
from p2c_assets.sandbox.finops.contact_persons import ContactPersonRules
from p2c_assets.sandbox.finops.customers import CustomerRules
from p2c_assets.sandbox.finops.day import Day
from p2c_assets.sandbox.finops.document_headers import DocumentHeaders
from p2c_assets.sandbox.finops.document_lines import DocumentLines
from p2c_assets.sandbox.finops.events.administration import EventAdministration
from p2c_assets.sandbox.finops.events.sender import EventSender
from p2c_assets.sandbox.finops.invoicing import Invoicing
from p2c_assets.sandbox.finops.jobs import Jobs
from p2c_assets.sandbox.finops.number_sequences import NumberSequences
from p2c_assets.sandbox.finops.order_totals import OrderTotals
from p2c_assets.sandbox.finops.orders import OrderHeaderRules, OrderLineRules
from p2c_assets.sandbox.finops.packages.actions import PackageActions
from p2c_assets.sandbox.finops.packages.administration import PackageAdministration
from p2c_assets.sandbox.finops.packages.blobs import CONTAINER
from p2c_assets.sandbox.finops.parties import Parties
from p2c_assets.sandbox.finops.population import Population
from p2c_assets.sandbox.finops.postings import Postings
from p2c_assets.sandbox.finops.privileges import Privileges
from p2c_assets.sandbox.finops.protocol import SERVICE, Protocol
from p2c_assets.sandbox.finops.quotation_confirmation import QuotationConfirmation
from p2c_assets.sandbox.finops.quotations import QuotationHeaderRules, QuotationLineRules, QuotationTotals
from p2c_assets.sandbox.finops.reading import Reader
from p2c_assets.sandbox.finops.recalculation import Recalculation
from p2c_assets.sandbox.finops.records import Records
from p2c_assets.sandbox.finops.reference import Reference
from p2c_assets.sandbox.finops.sequence_rows import SequenceRows
from p2c_assets.sandbox.finops.session_service import SessionService
from p2c_assets.sandbox.finops.trouble import refusal
from p2c_assets.sandbox.finops.versions import Versions
from p2c_assets.sandbox.finops.writing import Rules, Writer
from p2c_assets.sandbox.messages import Request, Response, Unsupported
from p2c_assets.sandbox.notices import Notices
from p2c_assets.sandbox.odata.keys import split_path
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.throttle import Admitted, Refused

DEFAULT_COMPANY = "usmf"
_METADATA_ROOTS = frozenset({"Metadata", "metadata"})
_VERSIONS = Versions()


class FinopsTwin:
    """One environment with one service user.

    default_company: the user's, seen without cross-company. text_functions: allow contains, startswith, endswith in
    filters. batch_error_status: what a business error answers inside `$batch` (an older trace shows 500). versions: what
    the version actions answer.
    """

    def __init__(
        self,
        store: Store,
        *,
        default_company: str = DEFAULT_COMPANY,
        text_functions: bool = not assumptions.TEXT_FUNCTIONS_ARE_REFUSED,
        batch_error_status: int = assumptions.BUSINESS_ERROR_STATUS_IN_BATCH,
        versions: Versions = _VERSIONS,
    ) -> None:
        self._default_company = default_company.lower()
        self.store = store
        self.clock = Clock(store)
        self.counter = RequestCounter()
        self.notices = Notices(store)
        self.throttle = throttling.throttle(self.clock)
        self.faults = Faults(absent={"expired_delta_token"})
        self._records = Records(store)
        self._reference = Reference(store)
        self._events = EventSender(store, self.clock, self._records, self._reference, self.notices)
        self._event_administration = EventAdministration(self._events.subscriptions)
        self._numbers = NumberSequences(store, self._reference)
        self._lines = DocumentLines(store, self._records, self._reference)
        headers = DocumentHeaders(self._records, self._reference, self.clock)
        parties = Parties(store)
        customers = CustomerRules(self._records, self._reference, parties)
        self._writer = self._make_writer(headers, parties, customers)
        self._reader = Reader(
            self._records, self._reference.companies, self._default_company, text_functions=text_functions
        )
        self._packages = PackageActions(
            store, self.clock, self._records, self._writer, self._reference, self._default_company
        )
        self._package_administration = PackageAdministration(store, self._packages)
        totals = OrderTotals(self._records, self._reference, self._lines)
        self._jobs = Jobs(store, totals, Population(self._records))
        actions = Actions({**versions.performers(), **self._jobs.performers()}, {PACKAGES: self._packages})
        privileges = Privileges(self._reference)
        self._session = SessionService(self._reference, self._default_company)
        self._protocol = Protocol(
            self._reader, self._writer, actions, privileges, SequenceRows(self._reference), self._default_company
        )
        self._batch = Batch(store, self.counter, self._operate_inside, batch_error_status)
        self._administration = Administration(
            store, self._records, self._reference, parties, headers, customers, self._default_company
        )
        confirmation = QuotationConfirmation(self._records, self._lines, self._writer, self.clock)
        self._agenda = Agenda(store, self.clock, self._writer, confirmation)
        invoicing = Invoicing(store, self._records, self._lines, self.clock)
        postings = Postings(self._records, self._lines, totals, invoicing)
        self._day = Day(self._records, self._reference, totals, postings)
        self._back_office = BackOffice(self._records, postings, confirmation, self._jobs)
        self._recalculation = Recalculation(self._records, totals, self._quotation_totals)

    def _make_writer(self, headers: DocumentHeaders, parties: Parties, customers: CustomerRules) -> Writer:
        records, reference, lines = self._records, self._reference, self._lines
        self._quotation_totals = QuotationTotals(records, reference, lines)
        rules: dict[str, Rules] = {
            "CustomersV2": customers,
            "CDSContactPersons": ContactPersonRules(reference, parties),
            "CDSSalesQuotationHeaders": QuotationHeaderRules(records, headers, lines, self._quotation_totals),
            "CDSSalesQuotationLines": QuotationLineRules(lines, self._quotation_totals),
            "CDSSalesOrderHeaders": OrderHeaderRules(records, reference, headers, lines),
            "CDSSalesOrderLines": OrderLineRules(records, lines),
        }
        return Writer(records, reference, self._numbers, rules, self._default_company)

    def handle(self, request: Request) -> Response:
        """One request of the protocol. Raises Unsupported."""
        if self.needs_no_token(request):
            return self._packages.blobs.handle(request)
        started = time.perf_counter()
        try:
            with self.store.transaction():
                response = self._route(request)
        except errors.FinopsError as error:
            response = error.response()
        headers = {
            "ms-dyn-aid": str(uuid.uuid4()),
            "server-timing": f"dur={(time.perf_counter() - started) * 1000:.1f}",
        }
        return Response(response.status, {**response.headers, **headers}, response.content)

    def needs_no_token(self, request: Request) -> bool:
        """Files of the blob store go by their signed address."""
        return request.path.startswith(f"/{CONTAINER}/")

    def knows_client(self, client: str) -> bool:
        """Registered applications only: others are a 401."""
        return self._reference.is_registered(client)

    def unauthorized(self, request: Request) -> Response:  # noqa: ARG002 - the Twin's signature
        """401 without a body: its text on a real environment is not known."""
        return Response(401, {"WWW-Authenticate": "Bearer"})

    def is_throttled(self, request: Request) -> bool:
        """Data packages are exempt, and so are the files they travel in."""
        return throttling.is_subject(request)

    def throttled(self, refused: Refused, request: Request) -> Response:  # noqa: ARG002 - the Twin's signature
        """The 429 of the limit."""
        return throttling.refusal(refused, self.throttle.settings).response()

    def throttling_headers(self, admitted: Admitted) -> Mapping[str, str]:  # noqa: ARG002 - the Twin's signature
        """None are documented."""
        return {}

    def trouble(self, plan: Plan, request: Request) -> Response:
        """What a planned fault answers, in the system's envelope."""
        return refusal(plan, request).response()

    def load(self, rows: Mapping[str, Sequence[Row]], *, plugins: bool) -> Mapping[str, int]:
        """Store rows without events; with plugins, calculate lines and totals of all documents afterwards."""
        with self._events.silence():
            counts = self._administration.load(rows)
            if plugins:
                self._recalculation.run()
        return counts

    def alter(self, entity_set: str, key: Mapping[str, Any], values: Row) -> None:
        """Change stored values silently."""
        self._administration.alter(entity_set, key, values)

    def rows(self, entity_set: str) -> Sequence[Row]:
        """Rows as stored."""
        return self._administration.rows(entity_set)

    def schedule(self, items: Sequence[Mapping[str, Any]]) -> int:
        """Put items on the agenda."""
        return self._agenda.schedule(items)

    def advance(self, days: int) -> Mapping[str, Any]:
        """Let working days pass: agenda, then orders; counts of what was done."""
        done: Counter[str] = Counter()
        for _ in range(days):
            self.clock.advance()
            self._packages.pass_time()
            self._jobs.run_waiting()
            done.update(self._agenda.work())
            done.update(self._day.work())
        names = ("booked", "refused", "confirmed", "picked", "delivered", "invoiced", "cancelled", "totals_calculated")
        return {"days": days, **{name: done[name] for name in names}}

    def after_reset(self) -> None:
        """Nothing is there from the start; numbers in memory go too."""
        self._numbers.forget()

    def before_snapshot(self) -> None:
        """Numbers that were lost by a rollback stay lost."""
        self._numbers.settle()

    def after_restore(self) -> None:
        """Numbers in memory go too."""
        self._numbers.forget()

    def admin(self, method: str, path: Sequence[str], document: Any) -> Any:
        """Data management, events, postings, quotations' outcomes and batch jobs. Raises AdminError or Unsupported."""
        answer = self._package_administration.answer(method, path, document)
        if answer is None:
            answer = self._event_administration.answer(method, path, document)
        return self._back_office.answer(method, path, document) if answer is None else answer

    def _operate_inside(self, request: Request) -> Response:
        """An operation of a batch, which may have been planned to fail."""
        plan = self.faults.on_operation(request)
        if plan is not None and not is_deceit(plan):
            raise refusal(plan, request)
        refused = self.throttle.admit_operation(request)
        if refused is not None:
            raise throttling.refusal(refused, self.throttle.settings)
        if plan is not None:
            return deceive(plan, self.store, request, self._protocol.operate)
        return self._protocol.operate(request)

    def _route(self, request: Request) -> Response:
        parts = split_path(request.path)
        if parts[:1] and parts[0] in _METADATA_ROOTS:
            return json_metadata.answer(parts[1:], request)
        if tuple(parts) == session_service.PATH:
            return self._session.answer(request)
        feature = absent(parts)
        if feature is not None:
            raise Unsupported(feature)
        if parts == [SERVICE, "$batch"] and request.method == "POST":
            return self._batch.run(request)
        return self._protocol.operate(request)
