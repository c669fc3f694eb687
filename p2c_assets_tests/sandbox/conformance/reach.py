"""Which functions of the twins a run of tests calls: a pytest plugin, `-p p2c_assets_tests.sandbox.conformance.reach`.

The file that REACHED names gets them, one a line, as `dataverse/reading.py:read_set`. Only what runs in pytest's own process
is seen, in whatever thread.
"""

import os
import sys
import threading
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from p2c_assets import sandbox

CODE = Path(sandbox.__path__[0])
REACHED = "REACHED_BY_TESTS"
_seen: dict[int, CodeType] = {}
"""By identity: code objects compare by their content, which is slow."""


def _note(frame: FrameType, event: str, arg: Any) -> None:
    code = frame.f_code
    _seen[id(code)] = code


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """From here on, before any module of the twins is imported; in threads too. Lines are not traced, calls alone."""
    threading.settrace(_note)
    sys.settrace(_note)


def pytest_unconfigure() -> None:
    """Write what was seen."""
    sys.settrace(None)
    threading.settrace(None)  # type: ignore[arg-type]  # None ends it, typeshed does not say so
    called = {_name(code) for code in [*_seen.values()]} - {""}
    Path(os.environ[REACHED]).write_text("\n".join(sorted(called)), encoding="utf-8")


def _name(code: CodeType) -> str:
    """Empty for what is not the twins', and for modules, lambdas and comprehensions, which are parts of others."""
    path = Path(code.co_filename)
    if not path.is_relative_to(CODE) or code.co_name.startswith("<"):
        return ""
    return f"{path.relative_to(CODE).as_posix()}:{code.co_qualname}"
