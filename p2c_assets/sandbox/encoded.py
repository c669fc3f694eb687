"""Rows as they go out, kept: a page of rows that have not changed since they were last shown costs joining their bytes.

Only what depends on nothing but the row and the shape may be kept here; who asks says the shape.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from operator import is_, itemgetter
from typing import Any, NamedTuple

from p2c_assets.sandbox.exact_json import dumps
from p2c_assets.sandbox.lookups import Row

ETAG = "@odata.etag"
"""The first member of every row."""

MOST_BYTES = 256 * 1024 * 1024
"""Of encoded rows in one twin. Beyond it the shape that was not asked for longest is dropped, at last the only one."""


AT_ONCE = 250
"""Rows encoded together: what they hold stays in the processor's cache from the first look to the last."""


class Shape(NamedTuple):
    """How rows are shown. name: different for what looks different. identity: the column that tells a row from others.
    encode: the rows as JSON objects; not asked for none.
    """

    name: Hashable
    identity: str
    encode: Callable[[Sequence[Row]], list[bytes]]


class _Kept:
    """Of one shape, by identity: rows, and what was made of them. A row that was replaced is another one."""

    def __init__(self) -> None:
        self.size = 0
        self._rows: dict[Any, Row] = {}
        self._objects: dict[Any, bytes] = {}

    def objects(self, shape: Shape, rows: Sequence[Row]) -> list[bytes]:
        identities = [*map(itemgetter(shape.identity), rows)]
        known = [*map(self._rows.get, identities)]
        if not any(known):
            return self._keep(shape, identities, rows)
        if not all(map(is_, known, rows)):
            places = [place for place, row in enumerate(rows) if known[place] is not row]
            self._keep(shape, [identities[place] for place in places], [rows[place] for place in places])
        return [*map(self._objects.__getitem__, identities)]

    def _keep(self, shape: Shape, identities: Sequence[Hashable], rows: Sequence[Row]) -> list[bytes]:
        starts = range(0, len(rows), AT_ONCE)
        objects = [one for start in starts for one in shape.encode(rows[start : start + AT_ONCE])]
        earlier = filter(None, map(self._objects.get, identities))
        self.size += sum(map(len, objects)) - sum(map(len, earlier))
        self._rows.update(zip(identities, rows, strict=True))
        self._objects.update(zip(identities, objects, strict=True))
        return objects


class EncodedRows:
    """What was made of rows, by shape."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: dict[Hashable, _Kept] = {}

    def page(self, shape: Shape, rows: Sequence[Row], before: Mapping[str, Any], behind: Mapping[str, Any]) -> bytes:
        """A whole answer: the rows as `value` between what stands before and behind them."""
        head = dumps(before)[:-1] + b',"value":['
        tail = b"]," + dumps(behind)[1:] if behind else b"]}"
        if not rows:
            return head + tail
        kept = self._kept[shape.name] = self._kept.pop(shape.name, None) or _Kept()
        objects = kept.objects(shape, rows)
        self._trim()
        objects[0] = head + objects[0]
        objects[-1] += tail
        return b",".join(objects)

    def _trim(self) -> None:
        while sum(kept.size for kept in self._kept.values()) > self._most_bytes:
            del self._kept[next(iter(self._kept))]
