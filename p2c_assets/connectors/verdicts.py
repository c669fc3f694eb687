"""How the answer to a `$batch` is read: an outcome for each changeset in it. Sends nothing, waits for nothing.

The rule behind it: `delivered` and `refused` only where the server's answer for just this changeset was read whole.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import httpx

from p2c_assets.connectors import batch
from p2c_assets.connectors.faults import Fault, page_text
from p2c_assets.connectors.protocol import Changeset, Operation, Verdict
from p2c_assets.connectors.transport import Lost


class Dialect(Protocol):
    """What one system adds to the batch format that both share."""

    @property
    def batch_url(self) -> str: ...

    @property
    def batch_headers(self) -> Mapping[str, str]: ...

    @property
    def most_operations(self) -> int: ...

    def part(self, operation: Operation) -> batch.Part: ...

    def fault(self, status: int, body: bytes) -> Fault: ...

    def request_id(self, headers: Mapping[str, str]) -> str: ...


class Outcome(NamedTuple):
    """A verdict and what it rests on. `again`: the server did nothing and may do it when asked once more."""

    verdict: Verdict
    fault: Fault | None = None
    again: bool = False
    headers: Mapping[str, str] = {}


def unanswered(changesets: Sequence[Changeset], lost: Lost) -> list[Outcome]:
    """No answer at all: ambiguous once sent, transient before."""
    status = "ambiguous" if lost.sent else "transient"
    return [Outcome(Verdict(each.id, status, None, "no_answer", lost.reason, "", "transient")) for each in changesets]


def unsendable(changeset: Changeset, most: int) -> Verdict | None:
    """The refusal of a changeset that no batch can hold; None for one that can be sent."""
    count = len(changeset.operations)
    if 0 < count <= most:
        return None
    code, words = "too_many_operations", f"{count} operations are more than the {most} that one changeset may hold"
    if count == 0:
        code, words = "no_operations", "the changeset holds no operation"
    return Verdict(changeset.id, "refused", None, code, words, "", "validation")


class Judge:
    """Reads the answers of one system."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def parts(self, changesets: Sequence[Changeset], reply: httpx.Response) -> list[Outcome]:
        """A multipart answer: one item per changeset, in order.

        From the first item on that does not fit the changeset at its position, none is believed.
        """
        items = batch.parse(reply.headers["content-type"], reply.content)
        believed = _believable(changesets, items, cut_short=reply.status_code >= 400)
        judged = [self._part(each, item, reply) for each, item in zip(changesets, items[:believed], strict=False)]
        missing = changesets[len(judged) :]
        words = "the answer to the batch holds none for this changeset"
        return judged + [self._ambiguous(each, reply, "no_part", words) for each in missing]

    def whole(self, changesets: Sequence[Changeset], reply: httpx.Response) -> list[Outcome]:
        """An answer to the request as a whole: an error, or something that is no batch's answer at all."""
        status = reply.status_code
        if status < 300 or status == 408 or (status >= 500 and status != 501):
            words = f"{status} {page_text(reply.content)}"
            return [self._ambiguous(each, reply, "not_multipart", words) for each in changesets]
        fault = self._dialect.fault(status, reply.content)
        if fault.outcome == "refused" and not is_refused_whole(reply):
            fix = fault.fix or "check the URL of the system and the rights of the application user"
            fault = fault._replace(outcome="fatal", fix=fix)
        return [self._outcome(each, status, fault, reply) for each in changesets]

    def _part(self, changeset: Changeset, item: batch.Item, reply: httpx.Response) -> Outcome:
        if not item.complete:
            return self._ambiguous(changeset, reply, "no_part", "the answer to this changeset broke off")
        failed = next((part for part in item.parts if part.status >= 400), None)
        if failed is not None:
            fault = self._dialect.fault(failed.status, failed.body)
            outcome = self._outcome(changeset, failed.status, fault, reply)
            return outcome._replace(again=fault.outcome in {"transient", "throttled"}, headers=failed.headers)
        if len(item.parts) != len(changeset.operations):
            words = f"{len(item.parts)} answers came for {len(changeset.operations)} operations"
            return self._ambiguous(changeset, reply, "no_part", words)
        request_id = self._dialect.request_id(reply.headers)
        return Outcome(Verdict(changeset.id, "delivered", item.parts[0].status, "", "", request_id))

    def _outcome(self, changeset: Changeset, status: int, fault: Fault, reply: httpx.Response) -> Outcome:
        request_id = self._dialect.request_id(reply.headers)
        said = "refused" if fault.outcome == "refused" else "transient"
        return Outcome(Verdict(changeset.id, said, status, fault.code, fault.message, request_id, fault.kind), fault)

    def _ambiguous(self, changeset: Changeset, reply: httpx.Response, code: str, words: str) -> Outcome:
        request_id = self._dialect.request_id(reply.headers)
        return Outcome(Verdict(changeset.id, "ambiguous", reply.status_code, code, words, request_id, "transient"))


def is_refused_whole(reply: httpx.Response) -> bool:
    """Whether the batch was turned away for what it holds, so that one changeset may have spoiled it for the others."""
    return reply.status_code in {400, 413}


def _believable(changesets: Sequence[Changeset], items: Sequence[batch.Item], cut_short: bool) -> int:
    """How many items, from the first on, can be told to belong to the changeset at their position."""
    if len(items) > len(changesets) or (cut_short and len(items) < len(changesets)):
        return 0
    first_id = 1
    for position, (changeset, item) in enumerate(zip(changesets, items, strict=False)):
        own = {str(first_id + offset) for offset in range(len(changeset.operations))}
        # Only of successes: an F&O error part may carry another operation's Content-ID. Source: finops.md 2.9.
        if any(part.status < 400 and part.content_id and part.content_id not in own for part in item.parts):
            return position
        first_id += len(changeset.operations)
    return len(items)
