"""The checked-in list of documented behaviours: one TOML file per spec section under `rows/`, one `[[row]]` each.

A row says what the real system does (`says`), where that is documented (`source`), and how the twins stand to it:

- `covered`: `tests` assert it; each of them names `source` in its docstring;
- `unsupported`: the twin answers 501 with the name `feature`; `tests` assert that;
- `assumption`: the documents do not settle it; `constant` is what the twin assumes (module:NAME, a constant or a key of
  DECISIONS), `tests` assert it. A row of another status names a constant where one holds its figure or its reason.
"""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

HERE = Path(__file__).parent
TESTS = HERE.parent


class Row(BaseModel):
    """One documented behaviour and its status."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    section: str
    says: str
    source: str
    status: Literal["covered", "unsupported", "assumption"]
    tests: tuple[str, ...]
    feature: str = ""
    constant: str = ""

    @model_validator(mode="after")
    def _complete(self) -> "Row":
        if (self.status == "unsupported") != bool(self.feature):
            raise ValueError(f"{self.id}: an unsupported row, and no other, names its feature")
        if self.status == "assumption" and not self.constant:
            raise ValueError(f"{self.id}: an assumption names its constant")
        if not self.tests:
            raise ValueError(f"{self.id}: no test")
        return self


@cache
def rows() -> tuple[Row, ...]:
    """Every row of every file, in file order."""
    return tuple(_rows())


def _rows() -> Iterator[Row]:
    for path in sorted((HERE / "rows").glob("*.toml")):
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["row"]:
            yield Row.model_validate(row)


def docstring(test: str) -> str | None:
    """The docstring of a test given as `dataverse/test_writing.py::test_name`; None where there is no such test."""
    path, _, name = test.partition("::")
    return _docstrings(path).get(name)


@cache
def _docstrings(path: str) -> dict[str, str]:
    file = TESTS / path
    if not file.is_file():
        return {}
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {node.name: ast.get_docstring(node) or "" for node in functions}
