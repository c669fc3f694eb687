"""What a destination is known to make of a value that it stores: the named rules, as data, each with its source.

A value that reads back otherwise than it was sent was altered by the first rule that says how; where none does, somebody has
to look. Mapped values are in the destination's own form already (`transforms.normalise`), so that most rules seldom speak.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NamedTuple

from p2c_assets.mappings.folding import folded
from p2c_assets.mappings.schema import MONEY_SCALE, PRICE_SCALE, Column, ColumnType, System
from p2c_assets.transforms.kept_discount import kept_discount


class Stored(NamedTuple):
    """One field of one row as it was sent and as it reads back; texts as the plan shows them.

    `is_key`: it holds what a record is called. `places`: decimals of the row's currency, as Sales has it. `quantity`: of a
    line whose discount it is.
    """

    system: System
    column: Column
    sent: str
    found: str
    is_key: bool = False
    places: int = MONEY_SCALE
    quantity: Decimal | None = None


class Alteration(NamedTuple):
    """One rule. `explains` says whether it makes what was found of what was sent."""

    name: str
    systems: tuple[System, ...]
    what: str
    source: str
    explains: Callable[[Stored], bool]


def _is_trimmed(stored: Stored) -> bool:
    return stored.column.type is ColumnType.TEXT and stored.found == stored.sent.rstrip()


def _is_recased(stored: Stored) -> bool:
    return stored.is_key and folded(stored.found) == folded(stored.sent)


def _is_rounded_to_currency(stored: Stored) -> bool:
    return stored.column.scale == MONEY_SCALE and _rounds_to(stored, stored.places)


def _is_rounded_price(stored: Stored) -> bool:
    return stored.column.scale == PRICE_SCALE and any(
        _rounds_to(stored, places) for places in range(MONEY_SCALE, PRICE_SCALE)
    )


def _is_same_moment(stored: Stored) -> bool:
    with suppress(ValueError):
        sent, found = datetime.fromisoformat(stored.sent), datetime.fromisoformat(stored.found)
        return stored.column.type is ColumnType.DATETIME and sent.replace(microsecond=0) == found
    return False


def _is_split(stored: Stored) -> bool:
    if stored.quantity is None:
        return False
    return Decimal(stored.found or 0) == kept_discount(Decimal(stored.sent or 0), stored.quantity)


def _rounds_to(stored: Stored, places: int) -> bool:
    with suppress(InvalidOperation):
        sent, found = Decimal(stored.sent), Decimal(stored.found)
        return found == sent.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return False


BOTH: tuple[System, ...] = ("sales", "scm")

ALTERATIONS: tuple[Alteration, ...] = (
    Alteration(
        "trailing_blanks",
        BOTH,
        "text is stored without blanks at its end",
        "not documented; the database of both systems compares text without blanks at its end",
        _is_trimmed,
    ),
    Alteration(
        "case_of_key",
        BOTH,
        "a key is shown as the record that it names spells it",
        "MicrosoftDocs query/filter-rows (Dataverse compares without case); data-entities/odata for SCM",
        _is_recased,
    ),
    Alteration(
        "currency_precision",
        ("sales",),
        "an amount is rounded to the precision of its currency, half away from zero",
        "MicrosoftDocs ce/developer/entities: money columns with PrecisionSource 2",
        _is_rounded_to_currency,
    ),
    Alteration(
        "pricing_precision",
        ("sales",),
        "a unit price is rounded to the organisation's pricing decimal precision",
        "MicrosoftDocs ce/developer/entities: money columns with PrecisionSource 1",
        _is_rounded_price,
    ),
    Alteration(
        "moment",
        BOTH,
        "a point in time is stored to the second, and shown in another time zone",
        "MicrosoftDocs data-entities/odata (DateTimeOffset in UTC); Dataverse keeps whole seconds",
        _is_same_moment,
    ),
    Alteration(
        "discount_split",
        ("scm",),
        "a line's discount is kept per unit and as a charge; on half a cent it shows a cent more",
        "MicrosoftDocs sales-order-template-mapping-direct-two-ways",
        _is_split,
    ),
)


def alteration(stored: Stored) -> str | None:
    """The name of the rule that explains what was found; None where none does."""
    for rule in ALTERATIONS:
        if stored.system in rule.systems and rule.explains(stored):
            return rule.name
    return None
