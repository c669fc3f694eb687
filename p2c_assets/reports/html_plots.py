"""Plots as inline SVG: drawn here, coloured by the page's style, with their figures as titles. Nothing moves, nothing loads."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from p2c_assets.reports.html_markup import Markup, joined, tag

WIDTH, HEIGHT = 640, 120
LEFT, TOP, BOTTOM = 56, 10, 22
LABELS = 8
GAP = 0.25
"""Part of a bar's place that stays empty."""


class Bar(NamedTuple):
    """One bar: what stands below it, what it says, and how long it is."""

    label: str
    title: str
    value: int | Decimal


class Share(NamedTuple):
    """A part of a whole; `name` is also its class in the style."""

    name: str
    value: int


def shares(parts: Sequence[Share], whole: int, label: str) -> Markup:
    """A horizontal bar, divided; nothing where there is nothing."""
    if not whole:
        return Markup("")
    pieces: list[Markup] = []
    start = 0
    for part in parts:
        if part.value:
            title = tag("title", f"{part.name}: {part.value}")
            at, length = f"{100 * start / whole:.2f}", f"{100 * part.value / whole:.2f}"
            pieces.append(tag("rect", title, x=at, y=0, width=length, height=10, class_=f"o-{part.name}"))
        start += part.value
    return _svg(joined(pieces), "0 0 100 10", label, "share")


def length(value: Decimal, most: Decimal, label: str) -> Markup:
    """A bar whose length is a value's part of the highest one."""
    part = 100 * abs(value) / most if most else Decimal(0)
    bar = tag("rect", tag("title", label), x=0, y=0, width=f"{part:.2f}", height=10, class_="bar")
    return _svg(bar, "0 0 100 10", label, "share")


def columns(bars: Sequence[Bar], label: str) -> Markup:
    """Vertical bars side by side, with the highest value on the axis."""
    most = max((bar.value for bar in bars), default=0) or 1
    step = Decimal(WIDTH - LEFT) / max(len(bars), 1)
    every = -(-len(bars) // LABELS) or 1
    drawn: list[Markup] = [_grid(most)]
    for place, bar in enumerate(bars):
        x = LEFT + place * step
        tall = Decimal(HEIGHT - TOP - BOTTOM) * Decimal(bar.value) / Decimal(most)
        drawn.append(
            tag(
                "rect",
                tag("title", bar.title),
                x=f"{x + step * Decimal(GAP) / 2:.2f}",
                y=f"{HEIGHT - BOTTOM - tall:.2f}",
                width=f"{step * Decimal(1 - GAP):.2f}",
                height=f"{tall:.2f}",
                class_="bar",
            )
        )
        if place % every == 0:
            drawn.append(tag("text", bar.label, x=f"{x + step / 2:.2f}", y=HEIGHT - 6, text_anchor="middle"))
    return _svg(joined(drawn), f"0 0 {WIDTH} {HEIGHT}", label, "columns")


def _grid(most: int | Decimal) -> Markup:
    """Lines at nothing and at the highest value."""
    lines = [tag("line", x1=LEFT, x2=WIDTH, y1=y, y2=y, class_="grid") for y in (TOP, HEIGHT - BOTTOM)]
    values = [
        tag("text", f"{most:,}", x=LEFT - 6, y=TOP + 4, text_anchor="end"),
        tag("text", "0", x=LEFT - 6, y=HEIGHT - BOTTOM + 4, text_anchor="end"),
    ]
    return joined([*lines, *values])


def _svg(content: Markup, box: str, label: str, kind: str) -> Markup:
    attributes = {"viewBox": box, "class_": kind, "role": "img", "aria_label": label}
    stretch = {"preserveAspectRatio": "none"} if kind == "share" else {}
    return tag("svg", content, **attributes, **stretch)
