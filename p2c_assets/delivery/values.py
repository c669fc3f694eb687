"""A value as a person reads it, in a plan and in the ledger."""

from decimal import Decimal


def shown(value: object) -> str | None:
    """The value as text; decimals without the zeros that only their column's scale brought.

    `warehouse.agreed.text_sql` writes the same text.
    """
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return None if value is None else str(value)
