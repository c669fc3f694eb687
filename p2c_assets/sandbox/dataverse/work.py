"""What one transaction of the Sales twin carries from step to step: the rows, and the documents it has touched."""

from collections.abc import Callable, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from p2c_assets.sandbox.dataverse import transitions
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.schema import Document
from p2c_assets.sandbox.table import Row


class Touch(NamedTuple):
    """What of a document was written; the solution's flags hang on the lines, its Freight Tax line on the header.

    was_open: it took edits when it was written, whatever it has become by the end of the transaction.
    """

    header: bool
    lines: bool
    was_open: bool = False


@dataclass
class Work:
    """`checked` is False while rows are loaded from outside or the system itself writes: then rules compute, but
    refuse nothing. `touched` keeps (logical name of the header, its key) in the order of their first touch.
    """

    records: Records
    checked: bool = True
    touched: dict[tuple[str, str], Touch] = field(default_factory=lambda: dict[tuple[str, str], Touch]())

    def touch(self, document: Document, header: str, *, lines: bool) -> None:
        """The document is to be settled at the end of the transaction."""
        key = (document.header.logical, header)
        earlier = self.touched.get(key, Touch(header=False, lines=False))
        row = self.records.get(document.header, header)
        was_open = row is not None and transitions.is_open(document.header, row, back_office=False)
        self.touched[key] = Touch(earlier.header or not lines, earlier.lines or lines, earlier.was_open or was_open)

    def unchecked(self) -> "Work":
        """The same transaction, written to by the system itself."""
        return Work(self.records, False, self.touched)


Before = Callable[[Work, Row | None, Row, Set[str]], Row]
"""A step before a write: (work, row before or None, row as it would be, stored names given) -> values to set."""

After = Callable[[Work, Row | None, Row, Set[str]], None]
"""A step after a write: (work, row before or None, row as written, stored names given)."""
