"""Guards: limits on what one plan may do without a person. Pure functions over the documents that it would write.

A plan is that of one unit and company. Records that the destination does not have yet are not counted by the share: a first
load creates everything. A guard that trips holds the documents that it counted, and no other.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from p2c_assets.delivery.plan import Planned
from p2c_assets.settings import FlowApproval


class Weighed(NamedTuple):
    """A planned document with its risk class (None: nothing would be sent), its money and that money's currency."""

    planned: Planned
    fingerprint: str
    risk: str | None
    money_delta: Decimal | None
    currency: str | None

    @property
    def source_id(self) -> str:
        """The header's row: one plan has every source row once."""
        return str(self.planned.document.header.row["source_id"])


class Tripped(NamedTuple):
    """A guard whose limit was passed: what was measured, and the documents (by source id) that it holds."""

    setting: str
    measured: str
    documents: frozenset[str]


def tripped(flow: str, documents: Sequence[Weighed], rules: FlowApproval, share_from: int) -> tuple[Tripped, ...]:
    """The guards that this plan trips."""
    return (
        *_share(flow, documents, rules, share_from),
        *_removals(flow, documents, rules),
        *_money(flow, documents, rules.max_money_delta),
    )


def _share(flow: str, documents: Sequence[Weighed], rules: FlowApproval, share_from: int) -> Iterator[Tripped]:
    changed = [one for one in documents if one.risk is not None and one.planned.action == "update"]
    both = len(changed) + sum(one.planned.action == "unchanged" for one in documents)
    if len(changed) >= share_from and len(changed) > rules.max_share_changed * both:
        measured = (
            f"{len(changed)} of {both} records that both systems have would change ({len(changed) / both:.0%}); "
            f"approval.{flow}.max_share_changed is {rules.max_share_changed:.0%}"
        )
        yield Tripped("max_share_changed", measured, _ids(changed))


def _removals(flow: str, documents: Sequence[Weighed], rules: FlowApproval) -> Iterator[Tripped]:
    removed = [one for one in documents if one.risk == "removal"]
    if len(removed) > rules.max_removals:
        measured = (
            f"{len(removed)} documents would lose lines or be canceled; "
            f"approval.{flow}.max_removals is {rules.max_removals}"
        )
        yield Tripped("max_removals", measured, _ids(removed))


def _money(flow: str, documents: Sequence[Weighed], limits: Mapping[str, Decimal]) -> Iterator[Tripped]:
    """What is added and what is taken away do not set each other off."""
    moved: dict[str, list[Weighed]] = defaultdict(list)
    for one in documents:
        if one.risk is not None and one.money_delta and one.currency is not None:
            moved[one.currency.upper()].append(one)
    for currency, found in moved.items():
        total = sum((abs(one.money_delta or Decimal(0)) for one in found), Decimal(0))
        if currency in limits and total > limits[currency]:
            measured = (
                f"{total:.2f} {currency} would move in {len(found)} documents; "
                f"approval.{flow}.max_money_delta is {limits[currency]:f} {currency}"
            )
            yield Tripped("max_money_delta", measured, _ids(found))


def _ids(documents: Sequence[Weighed]) -> frozenset[str]:
    return frozenset(one.source_id for one in documents)
