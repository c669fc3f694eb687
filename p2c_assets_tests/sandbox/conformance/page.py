"""The tables of docs/sandbox.md, from the lists: `python -m p2c_assets_tests.sandbox.conformance.page` writes them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from p2c_assets_tests.sandbox.conformance import assumed
from p2c_assets_tests.sandbox.conformance.rows import Row, rows

PAGE = Path(__file__).parents[3] / "docs" / "sandbox.md"
BEGIN = "<!-- conformance: begin -->"
END = "<!-- conformance: end -->"
ASSUMED_BEGIN = "<!-- assumptions: begin -->"
ASSUMED_END = "<!-- assumptions: end -->"


def table() -> str:
    """A count by status, then one line per documented behaviour, by section."""
    every = rows()
    counts = Counter(row.status for row in every)
    head = (
        f"{len(every)} documented behaviours: " + ", ".join(f"{counts[name]} {name}" for name in sorted(counts)) + "."
    )
    sections = [
        f"\n### {section}\n\n{_section(section, every)}" for section in dict.fromkeys(row.section for row in every)
    ]
    return "\n".join([head, *sections])


def _section(section: str, every: Sequence[Row]) -> str:
    lines = [_line(row) for row in every if row.section == section]
    return "\n".join(["| behaviour | source | status |", "|---|---|---|", *lines])


def _line(row: Row) -> str:
    status = {
        "covered": f"covered: {_names(row)}",
        "unsupported": f"501 `{row.feature}`",
        "assumption": f"assumption `{row.constant.rpartition(':')[2]}`: {_names(row)}",
    }[row.status]
    return f"| {_cell(row.says)} | {_cell(row.source)} | {status} |"


def _names(row: Row) -> str:
    return ", ".join(f"`{test.partition('::')[2]}`" for test in row.tests)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def render(page: str) -> str:
    """The page with its tables brought up to date."""
    return _between(_between(page, BEGIN, table(), END), ASSUMED_BEGIN, assumed.table(), ASSUMED_END)


def _between(page: str, begin: str, text: str, end: str) -> str:
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
