"""Rows of a page as JSON, many at once: what `rendering` shows of one row, where nothing shows but the row itself.

Source: as in `rendering`, whose objects these are; a property test compares both.
"""

from collections.abc import Mapping, Sequence

from p2c_assets.sandbox.column_texts import Common, Filled, Piece, Values, column, filled
from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table
from p2c_assets.sandbox.dataverse.formatting import FORMATTED
from p2c_assets.sandbox.dataverse.preferences import Preferences
from p2c_assets.sandbox.dataverse.relationships import PRINCIPALS
from p2c_assets.sandbox.dataverse.rendering import Shown, notes_of
from p2c_assets.sandbox.encoded import ETAG, Encode
from p2c_assets.sandbox.exact_json import dumps

VERSION = "versionnumber"
_BEFORE_VERSION, _BEHIND_VERSION = b'{"%b":"W/\\"' % ETAG.encode(), b'\\""'
_Notes = Mapping[str, bytes]
"""What stands behind a row whose lookup leads to the table of this name."""


def encoder(table: Table, what: Shown, prefer: Preferences, common: Common) -> Encode | None:
    """How many stored rows are encoded at once: where nothing shows but the row itself. None with expansions
    and formatted values, and for users and teams, who show their key twice.
    """
    if what.expands or prefer.annotated(FORMATTED) or table.logical in PRINCIPALS:
        return None
    lookups = [table.by_stored[name] for name in what.names if table.by_stored[name].kind is Kind.LOOKUP]
    notes = [(lookup, found) for lookup in lookups if any((found := _notes(lookup, prefer)).values())]
    members = [part for name in what.names for part in (b",", dumps(name), b":", column(name))]
    parts = (_BEFORE_VERSION, column(VERSION), _BEHIND_VERSION, *members, *[_behind(*note) for note in notes], b"},")
    return filled(parts, common)


def _notes(column: Column, prefer: Preferences) -> _Notes:
    found = {target.logical: notes_of(column, target, prefer) for target in column.targets}
    return {logical: b"," + dumps(notes)[1:-1] if notes else b"" for logical, notes in found.items()}


def _behind(lookup: Column, by_table: _Notes) -> Filled:
    def of_one_table(keys: Values) -> Sequence[Piece]:
        note = by_table[lookup.targets[0].logical]
        return (note if all(keys) else [b"" if key is None else note for key in keys],)

    def of_several(keys: Values, kinds: Values) -> Sequence[Piece]:
        if all(keys) and kinds.count(kinds[0]) == len(kinds):
            return (by_table.get(str(kinds[0]), b""),)
        pairs = zip(keys, kinds, strict=True)
        return ([b"" if key is None else by_table.get(str(kind), b"") for key, kind in pairs],)

    if lookup.stored_type is None:
        return Filled((lookup.stored,), of_one_table)
    return Filled((lookup.stored, lookup.stored_type), of_several)
