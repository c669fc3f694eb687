"""Lines that a document still has in the destination and no longer has in its source.

Only lines that came from us count: what somebody added in the destination is theirs. They are deleted with the next
changeset of their document while that is open there and the settings say so, and kept otherwise, by name. A document itself
is never deleted. Source: mappings.md 5.1, 5.2 (what may change in which state).
"""

from decimal import Decimal
from typing import NamedTuple

from p2c_assets.delivery.documents import Row
from p2c_assets.delivery.units import Leftovers
from p2c_assets.mappings.schema import Entity
from p2c_assets.settings import DeletedLines

KEPT = "deleted_lines_kept"
AMOUNTS = {"scm": "LineAmount", "sales": "extendedamount"}


class Remains(NamedTuple):
    """The lines of one document that its source no longer has: those to be deleted, and those that stay, with the cause."""

    removed: tuple[Row, ...] = ()
    kept: tuple[Row, ...] = ()
    why: str = ""

    def told(self, entity: Entity) -> str | None:
        """The lines that stay, with their money, for the person who reads the outcome."""
        if not self.kept:
            return None
        named = ", ".join(f"{row[entity.natural_key[-1]]} ({_amount(entity, row)})" for row in self.kept)
        return f"lines {named} are gone from the source and stay in the destination: {self.why}"


def _amount(entity: Entity, row: Row) -> str:
    amount: Decimal | None = row[AMOUNTS[entity.system]]
    return "no amount" if amount is None else f"{amount:.2f}"


def remains(header: Row, gone: tuple[Row, ...], rule: Leftovers, settings: DeletedLines) -> Remains:
    """What becomes of lines of ours that are `gone` from the source of an existing document; `header`: as it is there."""
    if not gone:
        return Remains()
    if getattr(settings, rule.setting) == "keep":
        return Remains(kept=gone, why=f"delivery.deleted_lines.{rule.setting} is keep")
    if header[rule.column] not in rule.open_values:
        return Remains(kept=gone, why=f"{rule.column} is {header[rule.column]} there")
    return Remains(removed=gone)
