"""The global address book: parties shared by customers and contact persons, in all companies.

Source: contacts template page and migration page: contact number = party number; a contact person who becomes a
customer keeps the party.
"""

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.columns import EntitySet
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row

_TABLE = "_parties"


class Parties:
    """Parties by number, without case."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, number: str) -> Row | None:
        """The party of this number."""
        return self._store.table(_TABLE).get((number.lower(),))

    def join(self, entity_set: EntitySet, number: str, kind: str, name: str, column: str) -> str:
        """The number of the party that a record belongs to: an existing one of the same kind, or a new one.

        Raises FinopsError when the number belongs to a party of the other kind.
        """
        number = number or self._next()
        party = self.find(number)
        if party is None:
            self.register(number, kind, name)
        elif party["PartyType"] != kind:
            text = f"The party {number} is of the type {party['PartyType']} and cannot become a {kind}."
            raise errors.field_failed(entity_set, [column], text)
        return number

    def register(self, number: str, kind: str, name: str) -> None:
        """Note a party without any check."""
        self._store.table(_TABLE).put((number.lower(),), {"PartyNumber": number, "PartyType": kind, "Name": name})

    def _next(self) -> str:
        return f"{self._store.sequence('party'):09d}"
