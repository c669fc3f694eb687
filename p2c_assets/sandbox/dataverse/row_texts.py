"""Rows of a page as JSON, many at once: what `rendering` shows of one row, where nothing shows but the row itself.

Source: as in `rendering`, whose objects these are; a property test compares both.
"""

from collections.abc import Iterator, Mapping, Sequence

from p2c_assets.sandbox.column_texts import Piece, Values, columns, joined, texts
from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table
from p2c_assets.sandbox.dataverse.formatting import FORMATTED
from p2c_assets.sandbox.dataverse.preferences import Preferences
from p2c_assets.sandbox.dataverse.relationships import PRINCIPALS
from p2c_assets.sandbox.dataverse.rendering import Shown, notes_of
from p2c_assets.sandbox.encoded import ETAG, Encode
from p2c_assets.sandbox.exact_json import dumps
from p2c_assets.sandbox.lookups import Row

VERSION = "versionnumber"
_BEFORE_VERSION, _BEHIND_VERSION = b'{"%b":"W/\\"' % ETAG.encode(), b'\\""'
_Notes = Mapping[str, bytes]
"""What stands behind a row whose lookup leads to the table of this name."""


def encoder(table: Table, what: Shown, prefer: Preferences) -> Encode | None:
    """How many stored rows are encoded at once: where nothing shows but the row itself. None with expansions and formatted
    values, and for users and teams, who show their key twice.
    """
    if what.expands or prefer.annotated(FORMATTED) or table.logical in PRINCIPALS:
        return None
    lookups = [table.by_stored[name] for name in what.names if table.by_stored[name].kind is Kind.LOOKUP]
    notes = [(column, found) for column in lookups if any((found := _notes(column, prefer)).values())]
    types = [column.stored_type for column in lookups if column.stored_type is not None]
    labels = {name: b"," + dumps(name) + b":" for name in what.names}

    def encode(rows: Sequence[Row]) -> bytes:
        values = columns((VERSION, *what.names, *types), rows)
        return joined(_pieces(labels, values, notes), len(rows))

    return encode


def _notes(column: Column, prefer: Preferences) -> _Notes:
    found = {target.logical: notes_of(column, target, prefer) for target in column.targets}
    return {logical: b"," + dumps(notes)[1:-1] if notes else b"" for logical, notes in found.items()}


def _pieces(
    labels: Mapping[str, bytes], values: Mapping[str, Values], notes: Sequence[tuple[Column, _Notes]]
) -> Iterator[Piece]:
    yield _BEFORE_VERSION
    yield from texts(values[VERSION])
    yield _BEHIND_VERSION
    for name, label in labels.items():
        yield label
        yield from texts(values[name])
    for column, by_table in notes:
        yield _behind(column, values, by_table)
    yield b"},"


def _behind(column: Column, values: Mapping[str, Values], by_table: _Notes) -> Piece:
    keys = values[column.stored]
    if column.stored_type is None:
        note = by_table[column.targets[0].logical]
        return note if all(keys) else [b"" if key is None else note for key in keys]
    kinds = values[column.stored_type]
    if all(keys) and kinds.count(kinds[0]) == len(kinds):
        return by_table.get(str(kinds[0]), b"")
    pairs = zip(keys, kinds, strict=True)
    return [b"" if key is None else by_table.get(str(kind), b"") for key, kind in pairs]
