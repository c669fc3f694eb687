"""What the twins assume is alive and shown: constants are read by code, and each has a row with a test in the list."""

import ast
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from p2c_assets import sandbox
from p2c_assets_tests.sandbox.conformance.assumed import MODULES, assumptions
from p2c_assets_tests.sandbox.conformance.rows import rows

CODE = Path(sandbox.__path__[0])


def constants(module: Any) -> set[str]:
    imported = {"Mapping", "Literal", "Decimal"}
    return {name for name in vars(module) if name.isupper() and name not in {"DECISIONS", *imported}}


def read_by_code() -> set[str]:
    """Names that some module of the sandbox imports, or reads as an attribute."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in CODE.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    loads = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return attributes | loads


@pytest.mark.parametrize("name", MODULES.values())
def test_every_constant_is_read_by_code(name: str) -> None:
    assert constants(import_module(name)) - read_by_code() == set()


@pytest.mark.parametrize("name", MODULES.values())
def test_every_assumption_is_in_the_list_with_its_test(name: str) -> None:
    shown = {row.constant for row in rows()}
    assert [one.name for one in assumptions(name) if f"{name}:{one.name}" not in shown] == []


@pytest.mark.parametrize("name", MODULES.values())
def test_every_constant_has_a_text_in_the_table(name: str) -> None:
    assert constants(import_module(name)) == {one.name for one in assumptions(name) if one.value}
    assert all(one.rests_on for one in assumptions(name))
