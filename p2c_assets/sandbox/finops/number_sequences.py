"""Numbers of customers, quotations and orders: given by the caller, or by a sequence of the company.

The internal table `_number_sequences` says which, by company and reference (Customer, SalesQuotation, SalesOrder):
mode manual (the default: a number has to be given), automatic (none may be given) or changeable (either); format with one
run of `#`; next; continuous Yes or No. Sources: number-sequence-overview (scope, continuous or not), live fixture of a
given number under automatic numbering.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.columns import EntitySet
from p2c_assets.sandbox.finops.reference import Reference
from p2c_assets.sandbox.store import SEQUENCES, Store
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import AdminError

MODES = ("manual", "automatic", "changeable")


class Numbered(NamedTuple):
    """What a sequence numbers: its reference, and the column that holds the number."""

    reference: str
    column: str


_NUMBERED: Mapping[str, Numbered] = {
    "CustomersV2": Numbered("Customer", "CustomerAccount"),
    "CDSSalesQuotationHeaders": Numbered("SalesQuotation", "SalesQuotationNumber"),
    "CDSSalesOrderHeaders": Numbered("SalesOrder", "SalesOrderNumber"),
}


class NumberSequences:
    """Fills in numbers. A sequence that is not continuous loses those of writes that are rolled back."""

    def __init__(self, store: Store, reference: Reference) -> None:
        self._store = store
        self._reference = reference
        self._allocated: dict[str, int] = {}

    def assign(self, entity_set: EntitySet, row: Row, *, clerk: bool) -> Row:
        """The row with its number. A clerk's own number is taken in any mode. Raises FinopsError."""
        numbered = _NUMBERED.get(entity_set.name)
        if numbered is None:
            return row
        sequence = self._reference.find("_number_sequences", row["dataAreaId"], numbered.reference)
        mode = _mode(sequence)
        given = str(row[numbered.column])
        if sequence is None or mode == "manual" or (given and (clerk or mode == "changeable")):
            return row
        if given:
            raise errors.field_failed(entity_set, [numbered.column], *_refusals(entity_set, numbered, sequence, given))
        return {**row, numbered.column: self._next(sequence)}

    def settle(self) -> None:
        """Write what was allocated in memory to the store's sequences."""
        for name, number in self._allocated.items():
            kept = self._store.table(SEQUENCES).get(name)
            if kept is None or kept["next"] <= number:
                self._store.table(SEQUENCES).put(name, {"next": number + 1})

    def forget(self) -> None:
        """What was allocated in memory, after the store was emptied."""
        self._allocated.clear()

    def _next(self, sequence: Row) -> str:
        name = f"number {str(sequence['dataAreaId']).lower()} {str(sequence['reference']).lower()}"
        number = self._store.sequence(name, int(sequence.get("next") or 1))
        if sequence.get("continuous") != "Yes":
            while number <= self._allocated.get(name, 0):
                number = self._store.sequence(name)
            self._allocated[name] = number
        return re.sub("#+", lambda run: f"{number:0{len(run[0])}d}", str(sequence["format"]), count=1)


def check_sequence(row: Row) -> None:
    """Raises AdminError for a loaded sequence that could not number anything."""
    if _mode(row) not in MODES:
        raise AdminError(f"mode of a number sequence is '{_mode(row)}'; allowed: {', '.join(MODES)}")
    if _mode(row) != "manual" and "#" not in str(row.get("format", "")):
        raise AdminError(f"format of a number sequence is '{row.get('format', '')}'; it needs a run of #")


def _mode(sequence: Row | None) -> str:
    return str((sequence or {}).get("mode") or "manual")


def _refusals(entity_set: EntitySet, numbered: Numbered, sequence: Row, given: str) -> list[str]:
    label, form = entity_set.by_name[numbered.column].label, str(sequence["format"])
    pattern = "".join("[0-9]" if character == "#" else re.escape(character) for character in form)
    texts = [f"Field '{label}' does not allow editing."]
    return texts if re.fullmatch(pattern, given) else [*texts, f"Number {given} does not match format {form}."]
