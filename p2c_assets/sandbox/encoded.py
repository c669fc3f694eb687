"""A page of rows as it goes out: in parts that are encoded one after the other and never joined."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from p2c_assets.sandbox.exact_json import dumps
from p2c_assets.sandbox.lookups import Row

ETAG = "@odata.etag"
"""The first member of every row."""

AT_ONCE = 250
"""Rows encoded together: what they hold stays in the processor's cache from the first look to the last."""

Encode = Callable[[Sequence[Row]], bytes]
"""From rows, of which there is one at least, to their JSON objects with a comma behind each."""


def one_by_one(show: Callable[[Row], Mapping[str, Any]]) -> Encode:
    """For rows that are not shown by their own columns alone."""
    return lambda rows: dumps([show(row) for row in rows])[1:-1] + b","


def page_parts(
    encode: Encode, rows: Sequence[Row], before: Mapping[str, Any], behind: Mapping[str, Any]
) -> Sequence[bytes]:
    """A whole answer in parts: the rows as `value` between what stands before and behind them."""
    head = dumps(before)[:-1] + b',"value":['
    tail = b"]," + dumps(behind)[1:] if behind else b"]}"
    if not rows:
        return [head, tail]
    parts = [encode(rows[start : start + AT_ONCE]) for start in range(0, len(rows), AT_ONCE)]
    return [head, *parts[:-1], parts[-1].removesuffix(b","), tail]
