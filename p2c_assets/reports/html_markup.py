"""Pieces of HTML, put together so that text of somebody's record can only ever be text: whatever is not Markup is escaped."""

import html
from collections.abc import Iterable


class Markup(str):
    """Text that is HTML already. Only the functions of this module make it, besides constants."""


def text(value: object) -> Markup:
    """A value as text."""
    return value if isinstance(value, Markup) else Markup(html.escape(str(value), quote=True))


def tag(name: str, *children: object, **attributes: object) -> Markup:
    """An element. `class_` is `class`, other underscores are hyphens; attributes that are None are left out."""
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{shown}>{joined(children)}</{name}>")


def joined(children: Iterable[object]) -> Markup:
    """Pieces one after the other."""
    return Markup("".join(text(child) for child in children))


def table(head: Iterable[object], rows: Iterable[Iterable[object]], numeric: Iterable[int] = ()) -> Markup:
    """A table that scrolls by itself where it is too wide; columns in `numeric` are set to the right."""
    right = set(numeric)

    def cells(kind: str, row: Iterable[object]) -> Markup:
        return joined(tag(kind, cell, class_="n" if place in right else None) for place, cell in enumerate(row))

    body = joined(tag("tr", cells("td", row)) for row in rows)
    return tag("div", tag("table", tag("thead", tag("tr", cells("th", head))), tag("tbody", body)), class_="scroll")
