"""The twins' assumptions as a table, from the modules that hold them: constants with the text below them, and DECISIONS."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

MODULES = {
    "Sales": "p2c_assets.sandbox.dataverse.assumptions",
    "SCM": "p2c_assets.sandbox.finops.assumptions",
    "SCM, data packages": "p2c_assets.sandbox.finops.packages.assumptions",
    "SCM, events": "p2c_assets.sandbox.finops.events.assumptions",
}


class Assumption(NamedTuple):
    """One name with what it is and what it rests on. value: empty for a decision."""

    name: str
    value: str
    rests_on: str


def assumptions(module: str) -> list[Assumption]:
    """Constants first, then decisions."""
    loaded = import_module(module)
    decided: dict[str, str] = loaded.DECISIONS
    return [*_constants(Path(str(loaded.__file__))), *(Assumption(name, "", text) for name, text in decided.items())]


def _constants(path: Path) -> Iterator[Assumption]:
    """Neighbours without a text of their own share the one below them."""
    waiting: list[tuple[str, str]] = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.Assign(targets=[ast.Name(name)], value=value) | ast.AnnAssign(target=ast.Name(name), value=value):
                if value is not None and name != "DECISIONS":
                    waiting.append((name, ast.unparse(value)))
            case ast.Expr(ast.Constant(str() as text)) if waiting:
                yield from (Assumption(name, value, text) for name, value in waiting)
                waiting.clear()
            case _:
                pass


def table() -> str:
    """One line for each assumption, by system."""
    lines = ["| assumption | value | what it rests on |", "|---|---|---|"]
    for system, module in MODULES.items():
        lines += [
            f"| {system}: `{one.name}` | {_value(one.value)} | {_cell(one.rests_on)} |" for one in assumptions(module)
        ]
    return "\n".join(lines)


def _value(text: str) -> str:
    return f"`{_cell(text)}`" if text and len(text) <= LONGEST_VALUE else "several" if text else ""


LONGEST_VALUE = 60


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
