"""Rules of CDSContactPersons: a person of its own party, at the party of a customer. Source: contacts template page."""

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.addresses import settle_country
from p2c_assets.sandbox.finops.parties import Parties
from p2c_assets.sandbox.finops.reference import Reference, check_mandatory
from p2c_assets.sandbox.finops.schema_parties import CONTACT_PERSONS
from p2c_assets.sandbox.table import Row


class ContactPersonRules:
    """What X++ does around a contact person's write."""

    def __init__(self, reference: Reference, parties: Parties) -> None:
        self._reference = reference
        self._parties = parties

    def create(self, row: Row, posted: Row) -> Row:
        """Checks of a new contact person; the associated party has to exist, the person's own is made or joined."""
        row = self._checked({**row, "ContactPersonPartyType": row["ContactPersonPartyType"] or "Person"}, posted)
        associated = row["AssociatedPartyNumber"]
        if self._parties.find(associated) is None:
            raise errors.not_in_related_table(
                CONTACT_PERSONS, "AssociatedPartyNumber", associated, "Global address book"
            )
        number = row["ContactPersonPartyNumber"]
        self._parties.join(CONTACT_PERSONS, number, "Person", _name(row), "ContactPersonPartyNumber")
        return row

    def update(self, row: Row, posted: Row) -> Row:
        """Checks of a changed contact person."""
        return self._checked(row, posted)

    def delete(self, row: Row) -> None:
        """Nothing depends on a contact person here."""

    def settled(self, before: Row | None, after: Row | None) -> None:
        """Nothing follows."""

    def _checked(self, row: Row, posted: Row) -> Row:
        if row["ContactPersonPartyType"] != "Person":
            text = f"The value '{row['ContactPersonPartyType']}' is not a party type of a contact person; use Person."
            raise errors.field_failed(CONTACT_PERSONS, ["ContactPersonPartyType"], text)
        row = settle_country(CONTACT_PERSONS, self._reference, row, "PrimaryAddress", posted)
        check_mandatory(CONTACT_PERSONS, row)
        if not _name(row):
            raise errors.must_be_filled(CONTACT_PERSONS, ["FirstName"])
        return row


def _name(row: Row) -> str:
    return " ".join(part for name in ("First", "Middle", "Last") if (part := row[f"{name}Name"].strip()))
