"""Many rows as JSON, made column by column: a column is encoded as one list and cut into its values.

The text of every value is the one that `exact_json` gives. What stands between the values is the caller's.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import repeat
from operator import itemgetter
from typing import cast

import orjson

from p2c_assets.sandbox.exact_json import dumps
from p2c_assets.sandbox.lookups import Row

Values = tuple[object, ...]
Piece = bytes | list[bytes]
"""What follows in a row: the same in all rows, or one text per row."""

_NULL, _QUOTE, _BETWEEN = b"null", b'"', b'","'


def encoder(names: Sequence[str]) -> Callable[[Sequence[Row]], bytes]:
    """From rows to objects with these members, of which there are two at least, and nothing else; a comma behind each."""
    members = tuple(dict.fromkeys(names))
    labels = [(b"," if place else b"{") + dumps(name) + b":" for place, name in enumerate(members)]

    def pieces(rows: Sequence[Row]) -> Iterator[Piece]:
        values = columns(members, rows)
        for label, name in zip(labels, members, strict=True):
            yield label
            yield from texts(values[name])
        yield b"},"

    return lambda rows: joined(pieces(rows), len(rows))


def columns(names: Sequence[str], rows: Sequence[Row]) -> dict[str, Values]:
    """The values of at least two columns, each in the order of the rows, of which there is one at least."""
    layout = [*rows[0]]
    if all(map(layout.__eq__, map(list, rows))):
        # in the order in which they lie in memory, which is faster than to look each up
        there = dict(zip(layout, zip(*[row.values() for row in rows], strict=True), strict=True))
        return {name: there.get(name) or (None,) * len(rows) for name in names}
    values = cast(Callable[[Row], Values], itemgetter(*names))
    try:
        return dict(zip(names, zip(*map(values, rows), strict=True), strict=True))
    except KeyError:  # rows from a file of before a column was there
        return {name: tuple([row.get(name) for row in rows]) for name in names}


def texts(values: Values) -> Sequence[Piece]:
    """The values as JSON: one piece, or three for texts, whose quotes all rows have in common."""
    if _are_alike(values):
        return (dumps(values[0]),)
    try:
        encoded = orjson.dumps(values)
    except TypeError:  # it knows no Decimal
        return (_decimals(values),)
    if encoded.startswith(b'["') and (b"\\" not in encoded or b'\\"' not in encoded):
        # without quotes inside, what is between begins and ends texts only: all are there if it is found so often. A backslash is
        # looked for first because it is found faster, and hardly ever there
        parts = encoded[2:-2].split(_BETWEEN)
        if len(parts) == len(values):
            return _QUOTE, parts, _QUOTE
    elif _QUOTE not in encoded:
        parts = encoded[1:-1].split(b",")
        if len(parts) == len(values):
            return (parts[0] if parts[0] == parts[-1] and parts.count(parts[0]) == len(parts) else parts,)
    return (_others(values),)


def _are_alike(values: Values) -> bool:
    """Whether all are empty, the same text, or one and the same number as a table keeps what its rows have in common: other
    values may be equal and look different.
    """
    first, middle, last = values[0], values[len(values) // 2], values[-1]
    if first is None or isinstance(first, str):
        return last == first and middle == first and values.count(first) == len(values)
    return isinstance(first, Decimal) and first is middle and first is last and len({*map(id, values)}) == 1


def _decimals(values: Values) -> list[bytes]:
    """Digits as they are; an exponent is written out, what is no number is refused."""
    if {*map(type, values)} == {Decimal}:
        plain = "\n".join(["%s"] * len(values)) % values  # faster than to join what str gives of each
        if not any(mark in plain for mark in "ENn"):
            return plain.encode().split(b"\n")
    return _others(values)


def _others(values: Values) -> list[bytes]:
    """What is no such column: a value at a time, without those that are empty."""
    if None not in values:
        return [dumps(value) for value in values]
    there = tuple(value for value in values if value is not None)
    found = objects(texts(there), len(there))
    return [_NULL if value is None else next(found) for value in values]


def joined(pieces: Iterable[Piece], count: int) -> bytes:
    """The text of so many rows, made of what follows each other in each of them."""
    return b"".join(objects(pieces, count))


def objects(pieces: Iterable[Piece], count: int) -> Iterator[bytes]:
    """The texts of so many rows."""
    return map(b"".join, zip(*_merged(pieces, count), strict=True))


def _merged(pieces: Iterable[Piece], count: int) -> Iterator[Iterable[bytes]]:
    """What all rows have in common, joined as far as it goes."""
    common: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            common.append(piece)
            continue
        if common:
            yield repeat(b"".join(common), count)
        common = []
        yield piece
    yield repeat(b"".join(common), count)
