"""From `accounts(accountnumber='A1')` to the row: entity sets, primary and alternate keys, references inside a changeset.

Source: MicrosoftDocs/powerapps-docs data-platform/use-alternate-key-reference-record.md,
webapi/execute-batch-operations-using-web-api.md ($n).
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.assumptions import KEY_CHARACTERS
from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table
from p2c_assets.sandbox.dataverse.predicates import constant_of
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.schema import BY_SET
from p2c_assets.sandbox.dataverse.validation import is_guid, read_value
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.odata.expression import EnumLiteral, Literal
from p2c_assets.sandbox.odata.keys import UNNAMED, Segment, parse_segment
from p2c_assets.sandbox.table import Row

_BY_GUID = re.compile(r"^/?([a-z]+)\(([0-9a-fA-F-]{36})\)$")
_ROOT = re.compile(r"^(https?://[^/]+)?/api/data/v9\.\d/")
_VIRTUAL = "mserp_"
"""Tables that show the other system's entities. Source: fin-ops power-platform/virtual-entities-overview."""
_ABSENT_SETS = frozenset(
    {"opportunities", "quotecloses", "sdkmessageprocessingstepimages", "orderclose", "leads", "tasks"}
)

Key = Mapping[str, Literal | EnumLiteral]


class Address(NamedTuple):
    """A row that may be there, and the values by which it was addressed (stored names)."""

    table: Table
    row: Row | None
    values: Row


def table_of(name: str) -> Table:
    """The table of an entity set. Raises DataverseError for a name that is none, Unsupported for one left out."""
    if name in _ABSENT_SETS:
        raise Unsupported(f"entity set {name}")
    if name.startswith(_VIRTUAL):
        raise Unsupported(f"virtual entities ({name})")
    if name not in BY_SET:
        raise errors.no_segment(name)
    return BY_SET[name]


def locate(records: Records, table: Table, key: Key) -> Address:
    """The row of a key. Raises DataverseError when the table has no such key."""
    constants = {name: literal for name, literal in key.items() if isinstance(literal, Literal)}
    alone = constants.get(UNNAMED, constants.get(table.key))
    if len(key) == 1 and alone is not None and isinstance(alone.value, str) and is_guid(alone.value):
        guid = alone.value.lower()
        return Address(table, records.get(table, guid), {table.key: guid})
    return _by_alternate_key(records, table, constants)


def _by_alternate_key(records: Records, table: Table, values: Mapping[str, Literal]) -> Address:
    for alternate in records.keys(table):
        columns = [table.by_name[name] for name in alternate.columns]
        stored = [column.stored for column in columns]
        if set(values) == set(stored):
            wanted = [_value(column, values[column.stored]) for column in columns]
            return Address(table, records.find(table, stored, wanted), dict(zip(stored, wanted, strict=True)))
    raise errors.key_not_defined(table.logical)


def _value(column: Column, literal: Literal) -> object:
    """A key's value as rows hold it. Raises DataverseError when the literal is not of the column's type."""
    constant_of("eq", column, literal)
    return literal.value


def check_characters(key: Key) -> None:
    """Some characters in a text value of an alternate key make a URL fail, however they are encoded.

    Source: MicrosoftDocs/powerapps-docs define-alternate-keys-entity.md.
    """
    for name, literal in key.items():
        if isinstance(literal, Literal) and literal.kind == "string" and set(str(literal.value)) & set(KEY_CHARACTERS):
            raise errors.bad_key_value(name)


def missing(address: Address) -> errors.DataverseError:
    """404: by primary key and by alternate key it is worded differently."""
    if address.table.key in address.values:
        return errors.does_not_exist(address.table.display, address.values[address.table.key])
    return errors.key_values_not_found(address.table.logical)


class References:
    """What "@odata.bind" and "@odata.id" may name: rows by URL, and `$n` for earlier operations of a changeset."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._content: dict[str, str] = {}

    def remember(self, content_id: str, path: str) -> None:
        """Operation `content_id` wrote the row at this path, `/accounts(guid)`."""
        self._content[content_id] = path

    def expand(self, url: str) -> str:
        """`$1` as the path of the row that operation 1 wrote; other URLs as they are."""
        bare = url.removeprefix("/")
        if not bare.startswith("$") or bare.startswith("$batch"):
            return url
        reference, slash, rest = bare.partition("/")
        if reference[1:] not in self._content:
            text = f"Content-ID Reference: '{reference}' does not exist in the batch context."
            raise errors.bad_url(text)
        return self._content[reference[1:]] + slash + rest

    def address(self, reference: str) -> Address:
        """The row a reference addresses, there or not."""
        path = self.expand(reference)
        quick = _BY_GUID.match(path)
        if quick is not None:
            table, guid = table_of(quick[1]), quick[2].lower()
            return Address(table, self._records.get(table, guid), {table.key: guid})
        segment = parse_segment(_ROOT.sub("", path).removeprefix("/"))
        table = table_of(segment.name)
        return locate(self._records, table, _key_of(segment, reference))

    def resolve(self, reference: str) -> tuple[Table, str]:
        """The table and GUID of a row that has to be there."""
        address = self.address(reference)
        if address.row is None:
            raise missing(address)
        return address.table, address.row[address.table.key]


def _key_of(segment: Segment, reference: str) -> Key:
    if not segment.key:
        raise errors.bad_url(f"The reference '{reference}' names no row.")
    return segment.key


def key_values(table: Table, address: Address, body: Mapping[str, Any]) -> Row:
    """Values for a row created by its key: those of the URL, unless the body brings its own."""
    given = {name for name in address.values if name in body or table.by_stored[name].kind is Kind.LOOKUP}
    values = {name: value for name, value in address.values.items() if name not in given}
    return {name: read_value(table, table.by_stored[name], value) for name, value in values.items()}
