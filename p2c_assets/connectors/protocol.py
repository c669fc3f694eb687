"""What every system's client offers: queries in, rows out; changesets in, verdicts out.

Nothing here speaks HTTP or knows one system's dialect: that is `transport`, `batch` and the two packages beside this
file. What a row means is the business of `extraction`; what to do about a verdict that of `delivery`.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from p2c_assets.errors import PermanentError

Row = dict[str, Any]
"""One row as the system sent it: annotations included, numbers with a decimal point as Decimal."""

Kind = Literal["text", "guid", "integer", "decimal", "datetime"]
"""How a value is written as an OData literal: only text is quoted."""

Status = Literal["delivered", "refused", "transient", "ambiguous"]

FaultKind = Literal[
    "none",
    "throttle",
    "auth",
    "forbidden",
    "not_found",
    "conflict",
    "duplicate",
    "validation",
    "schema",
    "transient",
    "expired",
    "untracked",
    "unknown",
]
"""What went wrong, in words that both systems share. Source: finops.md 14.1, error model."""


class KeyColumn(NamedTuple):
    """A column that takes part in a key, and how its values are written in a filter."""

    name: str
    kind: Kind = "text"


class Query(NamedTuple):
    """A read of one entity set.

    `filter` is an OData expression, added with `and` to what the client adds itself. `keyset` are the columns of a
    unique key in their order. F&O pages by them ($orderby, then greater than the last row); without them it follows
    nextLink. Dataverse always follows nextLink, whose cookie is a keyset of its own, and does not look at `keyset`.
    `companies` is for F&O only: one company, or several in one read (rows then arrive company by company). None means no
    restriction; the keyset must then identify a row across companies, so name dataAreaId in it where there is one.
    `page_size` 0 is the setting of the system. `order_by` is for reads without a keyset.
    """

    entity_set: str
    select: tuple[str, ...]
    filter: str | None = None
    keyset: tuple[KeyColumn, ...] = ()
    order_by: tuple[str, ...] = ()
    page_size: int = 0
    companies: tuple[str, ...] = ()


class Changes(NamedTuple):
    """One page of what changed: rows as they are now, ids of rows that are gone; `link` on the last page only."""

    rows: list[Row]
    deleted: list[str]
    link: str | None


class ExpiredLinkError(PermanentError):
    """The system no longer knows what changed since this link: read everything again."""


class NotTrackedError(PermanentError):
    """The system keeps no changes of this table."""


class Operation(NamedTuple):
    """One write.

    `body` holds str, int, bool, Decimal, None, date, datetime, UUID, lists and mappings of them; no float.
    POST has no key; its entity set may also be the name of an unbound action (`WinQuote`). PATCH never creates: on
    Dataverse it is sent with If-Match (`etag`, else `*`), on F&O it does not create by nature.
    A key of one GUID is written `set(guid)`, everything else by name: `set(dataAreaId='usmf',SalesOrderNumber='1')`.
    """

    method: Literal["POST", "PATCH", "DELETE"]
    entity_set: str
    key: Mapping[str, object] | None
    body: Mapping[str, object]
    etag: str | None = None


class Changeset(NamedTuple):
    """Operations that are done together or not at all: one document. `id` is the caller's, returned in the verdict."""

    id: str
    operations: tuple[Operation, ...]


class Verdict(NamedTuple):
    """What became of one changeset.

    delivered: done. refused: the destination said no; the same again would be refused again. transient: nothing was
    done, for a reason that passes (throttled for too long, deadlock, never connected): send again later.
    ambiguous: it may have been done, the answer was not read; read the key back before sending again.
    `code` is the system's own (`0x80044331`, `AxODataWriteException`) or ours (`too_many_operations`, `no_answer`,
    `no_part`, `not_multipart`); `message` the server's words with the noise removed; `http_status` that of the part.
    """

    changeset_id: str
    status: Status
    http_status: int | None
    code: str
    message: str
    request_id: str
    kind: FaultKind = "none"


class Statistics(NamedTuple):
    """What a client asked of its system so far; `requests` by HTTP method, token requests apart under "token"."""

    requests: Mapping[str, int]
    operations: Mapping[str, int]
    """Writes inside `$batch`, by method; a replayed one counts again."""
    throttled_s: float
    """Seconds during which the system had asked us to wait."""


class SystemClient(Protocol):
    """One system as the rest of the platform sees it. Safe to use from many tasks of one event loop."""

    @property
    def statistics(self) -> Statistics:
        """A snapshot of the counters."""
        ...

    def pages(self, query: Query) -> AsyncIterator[list[Row]]:
        """Every row that the query selects, page by page; pages are never empty.

        Raises PermanentError when the system refuses the query, TransientError when it could not be reached or kept
        failing after bounded retries.
        """
        ...

    def changes(self, query: Query, link: str | None) -> AsyncIterator[Changes]:
        """What changed since `link`, page by page; without one every row that the query selects, and the first link.

        Raises ExpiredLinkError when the link is too old, NotTrackedError where the table's changes are not kept (on
        F&O no table's are), and else as `pages` does.
        """
        ...

    def key_filters(self, columns: Sequence[KeyColumn], keys: Sequence[Sequence[object]]) -> list[str]:
        """Filters that together select just the rows with these keys, each short enough for a URL.

        `keys` holds one value per column and key, e.g. `[("SO-1",), ("SO-2",)]`; no keys give no filter.
        """
        ...

    async def send(
        self, changesets: Sequence[Changeset], on_verdicts: Callable[[Sequence[Verdict]], None] | None = None
    ) -> list[Verdict]:
        """Send changesets, several to a `$batch`, several batches at a time; verdicts in the order of the input.

        `on_verdicts` is called with the final verdicts of each batch as they arrive, before anything can raise.
        Raises PermanentError when nobody's row is at fault but the configuration (credentials, privileges): no further
        batch is started, those under way are finished and reported, and what was turned away for that reason is
        reported as transient.
        """
        ...

    async def get_text(self, path: str) -> str:
        """The body of GET `path`, relative to the API's root (`$metadata`, `accounts/$count`)."""
        ...

    async def aclose(self) -> None:
        """Give the connections back."""
        ...
