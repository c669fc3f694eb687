"""The documentation as the tests read it: pages, fenced blocks, tables, links. Nothing is rendered here."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))

_FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")


class Block(NamedTuple):
    """A fenced block: what stands behind the fence (`toml refused`) and its text."""

    info: str
    body: str


def text(page: str) -> str:
    """A page of `docs`, or of the project's folder."""
    path = ROOT / "docs" / page
    return (path if path.exists() else ROOT / page).read_text(encoding="utf-8")


def everything() -> str:
    """All pages, one after the other."""
    return "\n".join(path.read_text(encoding="utf-8") for path in PAGES)


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page, in their order."""
    return [Block(found["info"].strip(), found["body"]) for found in _FENCE.finditer(text(page))]


def rows(page: str) -> list[list[str]]:
    """The rows of all tables of a page as cells, heads and rules included; `\\|` is a character."""
    lines = [line for line in _FENCE.sub("", text(page)).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def links(path: Path) -> Iterator[str]:
    """Targets of a page's links, outside of code and comments."""
    prose = _CODE.sub("", _COMMENT.sub("", _FENCE.sub("", path.read_text(encoding="utf-8"))))
    return (found["target"] for found in _LINK.finditer(prose))


def anchors(path: Path) -> set[str]:
    """The anchors that a page's headings have, as GitHub makes them."""
    prose = _FENCE.sub("", path.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
