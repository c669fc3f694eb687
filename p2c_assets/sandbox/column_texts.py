"""Many rows as JSON, made column by column: a column is encoded as one list and cut into its values.

The text of every value is the one that `exact_json` gives. What stands between the values is the caller's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import cache
from itertools import repeat
from operator import itemgetter
from typing import NamedTuple, TypeVar, cast

import orjson

from p2c_assets.sandbox.encoded import Encode
from p2c_assets.sandbox.exact_json import dumps
from p2c_assets.sandbox.lookups import Row

Values = tuple[object, ...]
Piece = bytes | list[bytes]
"""What follows in a row: the same in all rows, or one text per row."""

Common = Callable[[Iterable[str]], Mapping[str, object]]
"""Of these columns those of which it is known that all rows have the same value in them, with it."""

T = TypeVar("T")

_NULL, _QUOTE, _BETWEEN = b"null", b'"', b'","'


class Filled(NamedTuple):
    """A part of a row, made of its values in these columns."""

    names: tuple[str, ...]
    pieces: Callable[..., Sequence[Piece]]


def encoder(names: Iterable[str], common: Common) -> Encode:
    """From rows to objects with these members and nothing else."""
    members = [part for name in dict.fromkeys(names) for part in (b",", dumps(name), b":", column(name))]
    return filled([b"{", *members[1:], b"},"], common)


def column(name: str) -> Filled:
    """The value of a column."""
    return Filled((name,), texts)


def filled(parts: Sequence[bytes | Filled], common: Common) -> Encode:
    """From rows to what these parts make of each, one behind the other.

    What all rows have in common is made once, with the first rows: before there are any, nothing needs to have a JSON form.
    """

    @cache
    def made() -> Sequence[bytes | Filled]:
        return [*_merged(_made(part, common) for part in parts)]

    @cache
    def names() -> Sequence[str]:
        return [*dict.fromkeys(name for part in made() if isinstance(part, Filled) for name in part.names)]

    def pieces(values: Mapping[str, Values]) -> Iterator[Piece]:
        for part in made():
            if isinstance(part, Filled):
                yield from part.pieces(*[values[name] for name in part.names])
            else:
                yield part

    return lambda rows: b"".join(objects(pieces(columns(names(), rows)), len(rows)))


def _made(part: bytes | Filled, common: Common) -> bytes | Filled:
    if isinstance(part, bytes):
        return part
    values = common(part.names)
    if len(values) < len(part.names):
        return part
    return next(objects(part.pieces(*[(values[name],) for name in part.names]), 1))


def columns(names: Sequence[str], rows: Sequence[Row]) -> dict[str, Values]:
    """The values of the columns, each in the order of the rows, of which there is one at least."""
    if len(names) > 1:
        values = cast(Callable[[Row], Values], itemgetter(*names))
        with suppress(KeyError):  # rows from a file of before a column was there
            return dict(zip(names, zip(*map(values, rows), strict=True), strict=True))
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


def objects(pieces: Iterable[Piece], count: int) -> Iterator[bytes]:
    """The texts of so many rows, made of what follows each other in each of them."""
    each = [repeat(piece, count) if isinstance(piece, bytes) else piece for piece in _merged(pieces)]
    return map(b"".join, zip(*each, strict=True))


def _merged(parts: Iterable[bytes | T]) -> Iterator[bytes | T]:
    """The same parts, those that are texts joined as far as they follow each other."""
    common: list[bytes] = []
    for part in parts:
        if isinstance(part, bytes):
            common.append(part)
            continue
        if common:
            yield b"".join(common)
        common = []
        yield part
    yield b"".join(common)
