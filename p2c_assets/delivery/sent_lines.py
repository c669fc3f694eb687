"""Which lines of the destination came from us: by the journal of what was sent, and by Sales' own flag.

What is not known to be ours is left alone: a warehouse that starts anew deletes nothing of what was sent before.
"""

from collections.abc import Iterable, Mapping, Sequence

from p2c_assets.delivery.documents import Row
from p2c_assets.delivery.units import Unit
from p2c_assets.mappings.folding import folded
from p2c_assets.mappings.schema import Entity
from p2c_assets.warehouse import ledger, outbox
from p2c_assets.warehouse.database import Database

ORDER_LINES_TO_SCM = "salesorderdetails_to_order_lines"


def ours(
    database: Database, unit: Unit, entity: Entity, company: str, rows: Mapping[str, Sequence[Row]]
) -> dict[str, tuple[Row, ...]]:
    """Of the `rows` of each document (by its key) those that came from us; documents without any are left out."""
    suspects = {document: found for document, found in rows.items() if found}
    if not suspects:
        return {}
    known = (
        _created_in_scm(database, unit, entity, company, suspects)
        if entity.system == "scm"
        else _of_scm(database, company, suspects.values())
    )
    sorted_out = {
        document: tuple(row for row in found if folded(row["row_id"]) in known) for document, found in suspects.items()
    }
    return {document: found for document, found in sorted_out.items() if found}


def _created_in_scm(
    database: Database, unit: Unit, entity: Entity, company: str, documents: Iterable[str]
) -> frozenset[str]:
    bodies = outbox.created(database, unit.name, company, entity.entity_set, list(documents))
    return frozenset(folded("|".join(str(body[name]) for name in entity.natural_key)) for body in bodies)


def _of_scm(database: Database, company: str, documents: Iterable[Sequence[Row]]) -> frozenset[str]:
    """Lines of Sales that SCM made or has: flagged as such, or delivered there. Freight Tax belongs to the solution."""
    sent = ledger.ever_delivered(database, ORDER_LINES_TO_SCM, company)
    return frozenset(
        folded(row["row_id"])
        for rows in documents
        for row in rows
        if not row["msdynce_ismisctax"] and (row["msdynce_ismaintainedexternally"] or row["row_id"] in sent)
    )
