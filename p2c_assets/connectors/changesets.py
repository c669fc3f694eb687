"""Changesets on their way: grouped into `$batch` requests, several in flight, each sent until its verdict is final.

What is decided here is only what to send; how an answer is read is `verdicts`, what to do about a verdict `delivery`. A
changeset is replayed only where the server said that it did nothing: throttled, a deadlock, a batch refused whole.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from uuid import uuid4

from p2c_assets.connectors import batch, retry
from p2c_assets.connectors.clock import Clock
from p2c_assets.connectors.protocol import Changeset, Verdict
from p2c_assets.connectors.transport import Lost, Transport
from p2c_assets.connectors.verdicts import Dialect, Judge, Outcome, is_refused_whole, unanswered, unsendable
from p2c_assets.errors import PermanentError
from p2c_assets.settings import SystemSettings

OnVerdicts = Callable[[Sequence[Verdict]], None]


class ChangesetSender:
    """Sends changesets to one system."""

    def __init__(self, transport: Transport, dialect: Dialect, settings: SystemSettings, clock: Clock) -> None:
        self._transport = transport
        self._dialect = dialect
        self._judge = Judge(dialect)
        self._batch_changesets = settings.batch_changesets
        self._concurrency = settings.concurrency
        self._clock = clock

    async def send(self, changesets: Sequence[Changeset], on_verdicts: OnVerdicts | None = None) -> list[Verdict]:
        """See `SystemClient.send`."""
        report = on_verdicts or _nobody_listens
        verdicts = self._refused_unsent(changesets)
        if verdicts:
            report(list(verdicts.values()))
        groups = deque(self._groups(changesets, [n for n in range(len(changesets)) if n not in verdicts]))

        async def work() -> None:
            try:
                while groups:
                    group = groups.popleft()
                    outcomes = await self._settle([changesets[position] for position in group])
                    verdicts.update(zip(group, (outcome.verdict for outcome in outcomes), strict=True))
                    report([outcome.verdict for outcome in outcomes])
                    self._stop_if_fatal(outcomes)
            finally:
                groups.clear()  # after a failure the others finish what they have sent and start nothing more

        ends = await asyncio.gather(*(work() for _ in range(self._concurrency)), return_exceptions=True)
        for end in ends:
            if end is not None:
                raise end
        return [verdicts[position] for position in range(len(changesets))]

    def _refused_unsent(self, changesets: Sequence[Changeset]) -> dict[int, Verdict]:
        most = self._dialect.most_operations
        judged = ((position, unsendable(changeset, most)) for position, changeset in enumerate(changesets))
        return {position: verdict for position, verdict in judged if verdict is not None}

    def _groups(self, changesets: Sequence[Changeset], positions: Sequence[int]) -> Iterator[list[int]]:
        group: list[int] = []
        operations = 0
        for position in positions:
            size = len(changesets[position].operations)
            full = len(group) == self._batch_changesets or operations + size > self._dialect.most_operations
            if group and full:
                yield group
                group, operations = [], 0
            group.append(position)
            operations += size
        if group:
            yield group

    async def _settle(self, changesets: Sequence[Changeset]) -> list[Outcome]:
        """Send one batch, and what the server did not do of it again, a few times at most."""
        settled: dict[int, Outcome] = {}
        waiting = list(range(len(changesets)))
        for attempt in range(retry.CHANGESET_ATTEMPTS):
            if attempt:
                await self._wait([settled[position] for position in waiting], attempt - 1)
            outcomes = await self._post([changesets[position] for position in waiting])
            settled.update(zip(waiting, outcomes, strict=True))
            waiting = [position for position in waiting if settled[position].again]
            if not waiting:
                break
        return [settled[position] for position in range(len(changesets))]

    async def _wait(self, outcomes: Sequence[Outcome], attempt: int) -> None:
        """Throttled parts close the gate for the longest time that one of them was given; the rest back off."""
        for outcome in outcomes:
            if outcome.fault is not None and outcome.fault.outcome == "throttled":
                self._transport.throttled(outcome.headers, attempt)
        await self._clock.sleep(retry.backoff_s(attempt, self._clock.jitter()))

    async def _post(self, changesets: Sequence[Changeset]) -> list[Outcome]:
        boundary = f"batch_{uuid4().hex}"
        parts = [[self._dialect.part(operation) for operation in each.operations] for each in changesets]
        self._transport.operations.update(Counter(part.method for group in parts for part in group))
        headers = {**self._dialect.batch_headers, "Content-Type": f"multipart/mixed; boundary={boundary}"}
        reply = await self._transport.post(self._dialect.batch_url, headers, batch.render(parts, boundary))
        if isinstance(reply, Lost):
            return unanswered(changesets, reply)
        if batch.is_multipart(reply.headers.get("content-type", "")):
            return self._judge.parts(changesets, reply)
        if is_refused_whole(reply) and len(changesets) > 1:
            # Halved until the changeset that spoils it stands alone: a bad document costs only itself.
            middle = len(changesets) // 2
            return [*await self._post(changesets[:middle]), *await self._post(changesets[middle:])]
        return self._judge.whole(changesets, reply)

    def _stop_if_fatal(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            verdict, fault = outcome.verdict, outcome.fault
            if fault is not None and fault.outcome == "fatal":
                attempt = f"sending {verdict.changeset_id} to {self._dialect.batch_url}"
                raise PermanentError(f"{attempt} was answered {verdict.http_status} {fault}")


def _nobody_listens(_: Sequence[Verdict]) -> None:
    """For callers that are content with the list at the end."""
