"""docs/reasons.md, made from the catalogue of reasons. Write it anew with `python -m p2c_assets_tests.docs.reasons_page`."""

from collections.abc import Iterable

from p2c_assets.mappings.reasons import REASONS, Reason
from p2c_assets_tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "reasons.md"

_HEAD = """# Reasons

Why a row did not arrive, who can act, and how. The code is what the ledger counts; the row's `detail` adds the offending
value. This page is made from `p2c_assets/mappings/reasons.py`.

`DIPV` is the code of the same rule in dual-write's validation, where there is one.
"""

_OUTCOMES = {
    "filtered": "Filtered: not meant to be sent",
    "rejected": "Rejected: cannot be sent as it is",
    "held": "Held: waits, and is sent by itself",
    "refused": "Refused by the destination",
}

_CLASSES = """
## Classes of difference

Reconciliation puts every pair of records, and every record that stands on one side alone, into one class. Its amount is SCM
minus Sales, so that *Sales total + every class = SCM total*.

Explained:

| class | meaning |
|---|---|
| `agreed` | both sides have the same amount |
| `<outcome>:<reason>` | the record stayed on one side, or its change did not go through, for a reason of the tables above |
| `discount_split` | what SCM's discount per unit makes of a fractional quantity: a cent per line at most |
| `deleted_lines_kept_in_scm` | lines that were deleted in Sales after they had been sent, and that SCM keeps |
| `deleted_lines_kept_in_sales` | lines that were deleted in SCM, and that Sales keeps |
| `in_flight` | tax and charges that SCM has added to an order that has not come back yet |
| `tax_and_charges_of_scm` | tax and charges of a quotation, which goes one way |
| `customer_kept_in_scm` | a customer that SCM's own people keep |
| `contact_person_kept_in_scm` | a contact person that SCM's own people keep |
| `product_kept_in_sales` | a product that was made in Sales |
| `quotation_kept_in_scm` | a quotation that was made in SCM |
| `price_of_other_company` | a price that another company put into a price list that both use |
| `invoice_kept_in_sales` | an invoice that was made in Sales |

What stopped a document explains a difference only while the destination still holds what was last delivered to it, net of tax
and charges (never delivered: what the plan saw). A difference that arose there in the meantime is unexplained. An order of Sales
that SCM changes before it comes back (`order_not_confirmed`, `totals_not_calculated`) is explained as long as Sales holds what
SCM took from it. Nothing of this explains a document with charges that Sales alone has.

Lines that were deleted on one side and cents of a split discount are records of their own: the rest of their pair has to agree.

Unexplained; each of these turns the check `totals_agree` red:

| class | meaning |
|---|---|
| `missing_in_scm` | a record of Sales should be in SCM and is not |
| `missing_in_sales` | a record of SCM should be in Sales and is not |
| `lost_in_scm` | a record that was delivered to SCM is no longer there, whatever its row in Sales says now |
| `lost_in_sales` | a record that was delivered is no longer in Sales |
| `charges_of_sales_not_sent` | Sales has tax or freight of its own on a document; neither goes to SCM |
| `value_differs` | both sides have the record, with different amounts |
| `parts_differ` | both sides' totals agree, and a field of a line or of the header does not |
| `currency_differs` | both sides have the record, in different currencies |
| `sales_total_is_not_its_lines` | a total in Sales is not the sum of its own parts |
| `scm_total_is_not_its_lines` | a total in SCM is not the sum of its own parts |
| `key_is_not_unique` | several records of one side have one key |
"""


def page() -> str:
    """The whole page."""
    return (
        "\n".join([_HEAD, *(_section(outcome, title) for outcome, title in _OUTCOMES.items() if _of(outcome))])
        + _CLASSES
    )


def _of(outcome: str) -> list[Reason]:
    return [reason for reason in REASONS.values() if reason.outcome == outcome]


def _section(outcome: str, title: str) -> str:
    head = ["| reason | cause | who | what to do | DIPV |", "|---|---|---|---|---|"]
    return "\n".join([f"## {title}", "", *head, *_rows(_of(outcome)), ""])


def _rows(reasons: Iterable[Reason]) -> Iterable[str]:
    for reason in reasons:
        yield f"| `{reason.code}` | {reason.cause} | {reason.owner} | {reason.fix} | {reason.dipv or ''} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
