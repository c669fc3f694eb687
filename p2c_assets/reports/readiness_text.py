"""What `p2c doctor` says, as plain text and as data: what stands against the first document, and what somebody should look at."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from p2c_assets.readiness.finding import Finding, as_data, errors_of
from p2c_assets.readiness.kinds import KINDS
from p2c_assets.reports.balance import cents

INDENT = "    "


def lines(found: Sequence[Finding], companies: Sequence[str], matrix: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Findings by level and kind, worst first; the combinations of currency, price list and unit; the verdict."""
    for level, title in (("error", "NOT READY"), ("warning", "TO LOOK AT"), ("accepted", "ACCEPTED")):
        of_level = [one for one in found if one.level == level]
        if of_level:
            yield title
            yield from _by_kind(of_level)
            yield ""
    yield from _cells(matrix)
    passed = {one.code for one in found if one.level == "ok"} - {one.code for one in found if one.level != "ok"}
    yield f"as it should be: {', '.join(sorted(passed)) or 'nothing'}"
    for company in companies:
        yield _verdict(found, company)


def _by_kind(found: Sequence[Finding]) -> Iterator[str]:
    for code in dict.fromkeys(one.code for one in found):
        yield f"  {KINDS[code].asset}: {code}"
        for one in found:
            if one.code == code:
                yield from _one(one)
        yield f"{INDENT}{KINDS[code].owner}: {KINDS[code].fix}"


def _one(one: Finding) -> Iterator[str]:
    place = " ".join(part for part in (one.company, one.subject) if part)
    yield f"{INDENT}- {f'{place}: ' if place else ''}{one.found}{_stake(one)}"
    if one.needed and one.needed != one.fix:
        yield f"{INDENT}  needed: {one.needed}"


def _stake(one: Finding) -> str:
    if not one.documents:
        return ""
    noun = "document" if one.documents == 1 else "documents"
    money = "" if one.amount is None else f", {cents(one.amount)} {one.currency}"
    return f"; stops {one.documents} {noun}{money}"


def _cells(matrix: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not matrix:
        return
    yield "CURRENCY, PRICE LIST AND UNIT IN SALES"
    for row in matrix:
        list_, unit = row["price_list"] or "no price list", row["sales_unit"] or "no unit"
        yield f"  {row['company']} {str(row['currency']).upper()}: {list_:<24} {row['unit']:<10} {unit}"
    yield ""


def is_ready(found: Sequence[Finding], company: str) -> bool:
    """Whether nothing stands against the first document of a company."""
    return not [one for one in errors_of(found) if one.company in (None, company)]


def _verdict(found: Sequence[Finding], company: str) -> str:
    against = [one for one in errors_of(found) if one.company in (None, company)]
    noun = "finding stands" if len(against) == 1 else "findings stand"
    return f"{company}: {f'not ready, {len(against)} {noun} against it' if against else 'ready'}"


def data(found: Sequence[Finding], companies: Sequence[str], matrix: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The same as data."""
    return {
        "ready": all(is_ready(found, company) for company in companies),
        "companies": {company: is_ready(found, company) for company in companies},
        "findings": [dict(as_data(one)) for one in found],
        "currency_price_list_unit": [dict(row) for row in matrix],
    }
