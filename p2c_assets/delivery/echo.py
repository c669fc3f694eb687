"""Echo suppression, in one place: a value that the other system sent us, or made of what we sent it, is not sent back.

By content, not by who wrote last: what the destination holds already is not sent, and neither is what it has been given
twice and keeps in a form of its own (`Pair.settled`). Everything that plans an update of a field asks here, so that without
this function every run would send everything again.
"""

from p2c_assets.delivery.values import shown
from p2c_assets.mappings.folding import folded
from p2c_assets.warehouse.agreed import Pair


def is_echo(after: object, before: object, *, as_key: bool = False, agreed: Pair | None = None) -> bool:
    """Whether `after` need not be sent to a destination that holds `before`.

    Blank text and nothing are one value in both systems' reads; two spellings of a key (`as_key`) name one record. `agreed`:
    what source and destination held when they were last compared, where these were not the same.
    """
    if as_key and isinstance(after, str) and isinstance(before, str):
        return folded(after) == folded(before)
    if (after if after != "" else None) == (before if before != "" else None):
        return True
    return (
        agreed is not None and agreed.settled and (agreed.source, agreed.destination) == (shown(after), shown(before))
    )
