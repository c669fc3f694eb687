"""What docs/sandbox.md shows of other clients runs as it stands there."""

import re
from pathlib import Path

import pytest

from p2c_assets_tests.sandbox.running import CLIENT_ID, CLIENT_SECRET, TENANT, Caller

PAGE = Path(__file__).parents[3] / "docs" / "sandbox.md"


def test_the_example_for_microsofts_client_runs(
    sales: Caller, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {
        "URL": sales.url,
        "TOKEN_URL": f"{sales.url}/{TENANT}/oauth2/v2.0/token",
        "CLIENT_ID": CLIENT_ID,
        "CLIENT_SECRET": CLIENT_SECRET,
    }.items():
        monkeypatch.setenv(f"P2C_SALES__{name}", value)
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(example, str(PAGE), "exec"), {})
    assert capsys.readouterr().out == "QueryResult(2 records)\n"
