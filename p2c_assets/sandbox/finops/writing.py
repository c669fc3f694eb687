"""POST, PATCH, PUT and DELETE: the way of every record through defaults, rules and storage.

Order of calls as documented (fin-ops odata): clear, initValue, posted fields, validateField, defaultRow, validateWrite, write.
So a wrong reference is met before a blank mandatory column, and both before a key that is taken.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from p2c_assets.sandbox.encoded import ETAG
from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.columns import Column, EntitySet, Kind
from p2c_assets.sandbox.finops.number_sequences import NumberSequences
from p2c_assets.sandbox.finops.records import Records, visible
from p2c_assets.sandbox.finops.reference import Reference
from p2c_assets.sandbox.finops.values import coerce_body, read_body
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.table import Row


class Rules(Protocol):
    """What an entity does around its writes. row: complete; posted: what the caller sent."""

    def create(self, row: Row, posted: Row) -> Row: ...

    def update(self, row: Row, posted: Row) -> Row: ...

    def delete(self, row: Row) -> None: ...

    def settled(self, before: Row | None, after: Row | None) -> None: ...


class Writer:
    """Writes for a service user, or for the ERP's own people (`clerk`).

    Those may set computed columns, and type dates and numbers as text.
    """

    def __init__(
        self,
        records: Records,
        reference: Reference,
        numbers: NumberSequences,
        rules: Mapping[str, Rules],
        default_company: str,
    ) -> None:
        self._records = records
        self._reference = reference
        self._numbers = numbers
        self._rules = rules
        self._default_company = default_company

    def create(self, entity_set: EntitySet, body: Any, *, clerk: bool = False) -> Row:
        """Insert a record; the row as stored. Raises FinopsError or Unsupported."""
        rules = self._rules_of(entity_set)
        posted = read_body(entity_set, coerce_body(entity_set, body) if clerk else body)
        if not clerk:
            _check_writable(entity_set, posted, frozenset({"always", "on_create"}))
        company = str(posted.get("dataAreaId") or self._default_company).lower()
        self._reference.check_company(entity_set, company)
        row = self._numbers.assign(entity_set, {**entity_set.blank, **posted, "dataAreaId": company}, clerk=clerk)
        row = rules.create(row, posted)
        self._check_new(entity_set, row)
        stored = self._records.insert(entity_set, row)
        rules.settled(None, stored)
        return self._records.get(entity_set, *entity_set.key_of(stored)) or stored

    def update(self, entity_set: EntitySet, key: tuple[str | int, ...], body: Any, if_match: str | None = None) -> None:
        """Change the posted columns of a record. Raises FinopsError or Unsupported."""
        rules = self._rules_of(entity_set)
        before = self._existing(entity_set, key, if_match)
        posted = _changed_columns(entity_set, before, read_body(entity_set, body))
        _check_writable(entity_set, posted, frozenset({"always"}))
        if all(before[name] == value for name, value in posted.items()):
            return
        after = rules.update({**before, **posted}, posted)
        changes = {name: value for name, value in after.items() if before.get(name) != value}
        stored = self._records.update(entity_set, before, changes)
        if stored is not before:
            rules.settled(before, stored)

    def delete(self, entity_set: EntitySet, key: tuple[str | int, ...], if_match: str | None = None) -> None:
        """Remove a record. Raises FinopsError."""
        rules = self._rules_of(entity_set)
        before = self._existing(entity_set, key, if_match)
        rules.delete(before)
        self._records.delete(entity_set, before)
        rules.settled(before, None)

    def _existing(self, entity_set: EntitySet, key: tuple[str | int, ...], if_match: str | None) -> Row:
        row = self._records.get(entity_set, *key)
        if row is None or not visible(row):
            raise errors.missing_for_update()
        if if_match not in (None, "*", row[ETAG]):
            raise errors.stale_etag()
        return row

    def _check_new(self, entity_set: EntitySet, row: Row) -> None:
        if self._records.get(entity_set, *entity_set.key_of(row)) is not None:
            raise errors.already_exists(entity_set, {name: row[name] for name in entity_set.keys[1:]})

    def _rules_of(self, entity_set: EntitySet) -> Rules:
        rules = self._rules.get(entity_set.name)
        if rules is None or entity_set.read_only:
            raise errors.write_failed(entity_set, f"The entity {entity_set.entity} is read-only.", validation=False)
        return rules


def _changed_columns(entity_set: EntitySet, before: Row, posted: Row) -> Row:
    """Columns sent with the value that they have are not changes: a key or computed column may be repeated."""
    return {name: value for name, value in posted.items() if not _same(entity_set.by_name[name], before[name], value)}


def _same(column: Column, before: object, value: object) -> bool:
    if column.writing == "always":
        return False
    if column.kind is Kind.TEXT and column.name == "dataAreaId":
        return str(before).lower() == str(value).lower()
    return before == value


def _check_writable(entity_set: EntitySet, posted: Row, allowed: frozenset[str]) -> None:
    for name, value in posted.items():
        column = entity_set.by_name[name]
        if column.writing == "unsupported" and value != column.default:
            raise Unsupported(f"writing {entity_set.name}.{name}")
        if column.writing != "unsupported" and column.writing not in allowed:
            raise errors.not_editable(entity_set, name)
