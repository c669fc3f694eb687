"""A trace as plain text for terminals, and as markdown for tickets and for the metadata of an asset."""

from collections.abc import Iterator
from decimal import Decimal

from p2c_assets.reports.balance import cents
from p2c_assets.reports.events import Event, short
from p2c_assets.reports.totals import Part, Totals
from p2c_assets.reports.trace import Station, Trace

FIELDS_SHOWN = 8
"""Fields of a plan that are shown at stations other than the traced record's own."""

_PLURAL = {"contact": "contacts", "product": "products", "document": "documents"}


def lines(found: Trace) -> Iterator[str]:
    """The trace as text."""
    yield f"{found.kind} {found.number} of {found.company}"
    for station in found.stations:
        yield ""
        yield f"{station.kind.upper()} {station.number}" + "".join(f"  [{side}]" for side in station.sides)
        for event in station.events:
            yield f"  {event.at:%Y-%m-%d %H:%M:%S}  {event.what:<9} {event.text}  (run {short(event.run)})"
            yield from (f"{'':<33}{field}" for field in _fields(found, station, event))
    yield from (f"  and {count} more {_PLURAL[kind]}" for kind, count in found.left_out.items() if kind != "document")
    if found.documents:
        yield ""
        yield "DOCUMENTS"
        yield from (f"  {one.kind} {one.number}: {'; '.join(one.outcomes) or 'no outcome'}" for one in found.documents)
        yield from (f"  and {count} more documents" for kind, count in found.left_out.items() if kind == "document")
    if found.totals is not None:
        yield ""
        yield from _total_lines(found.totals)


def _fields(found: Trace, station: Station, event: Event) -> Iterator[str]:
    is_own = (station.kind, station.number) == (found.kind, found.number)
    shown = len(event.fields) if is_own else FIELDS_SHOWN
    yield from event.fields[:shown]
    if len(event.fields) > shown:
        yield f"and {len(event.fields) - shown} more fields"


def _total_lines(found: Totals) -> Iterator[str]:
    yield f"{'TOTAL ' + found.currency:<34}{'Sales':>14}{'SCM':>14}{'difference':>14}  class"
    place = ""
    for part in found.parts:
        if part.place != place:
            place = part.place
            yield f"  {place}"
        yield f"    {_money_line(part.name, part)}"
    whole = Part("", "total", found.sales, found.scm, found.found_class or "not compared", True)
    yield f"  {_money_line('total', whole, 32)}"


def _money_line(name: str, part: Part, width: int = 30) -> str:
    difference = cents(part.difference) if part.adds else "."
    named = "" if part.named == "agreed" and not part.adds else f"  {part.named}"
    return f"{name:<{width}}{_amount(part.sales):>14}{_amount(part.scm):>14}{difference:>14}{named}"


def _amount(value: Decimal | None) -> str:
    return "-" if value is None else cents(value)


def markdown(found: Trace) -> str:
    """The trace as markdown: a heading and a table per station, then the totals."""
    return "\n".join(_markdown(found)) + "\n"


def _markdown(found: Trace) -> Iterator[str]:
    yield f"# {found.kind} {cell(found.number)} of {found.company}"
    for station in found.stations:
        yield ""
        yield f"## {station.kind} {cell(station.number)}"
        if station.sides:
            yield ""
            yield ", ".join(f"`{_code(side)}`" for side in station.sides)
        yield ""
        yield "| when (UTC) | what | | run |"
        yield "|---|---|---|---|"
        for event in station.events:
            said = "<br>".join(cell(text) for text in (event.text, *_fields(found, station, event)))
            yield f"| {event.at:%Y-%m-%d %H:%M:%S} | {event.what} | {said} | {short(event.run)} |"
    yield from (f"\nand {count} more {_PLURAL[kind]}" for kind, count in found.left_out.items())
    if found.documents:
        yield "\n## documents\n"
        yield from (f"- {one.kind} {cell(one.number)}: {cell('; '.join(one.outcomes))}" for one in found.documents)
    if found.totals is not None:
        yield "\n" + totals_markdown(found.totals).rstrip()


def totals_markdown(found: Totals) -> str:
    """Both sides' lines beside each other, as a markdown table; also for the metadata of an asset."""
    return "\n".join(_totals_markdown(found)) + "\n"


def _totals_markdown(found: Totals) -> Iterator[str]:
    yield f"| {found.currency} | | Sales | SCM | difference | class |"
    yield "|---|---|---:|---:|---:|---|"
    for part in found.parts:
        difference = cents(part.difference) if part.adds else ""
        cells = (cell(part.place), part.name, _amount(part.sales), _amount(part.scm), difference, f"`{part.named}`")
        yield "| " + " | ".join(cells) + " |"
    total = (_amount(found.sales), _amount(found.scm), cents(found.difference))
    yield f"| **total** | | {' | '.join(total)} | `{found.found_class or 'not compared'}` |"


_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_{}[]<>|#"} | {"\n": " "})


def cell(text: str) -> str:
    """Text of somebody's record as it stands, not as markup."""
    return text.translate(_SPECIAL)


def _code(text: str) -> str:
    return text.replace("`", "'").replace("|", "\\|").replace("\n", " ")
