"""The demo as a command: what it prints and how it ends when a cent is wrong."""

import re
import socket
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from p2c_assets.cli import demo
from p2c_assets.cli.app import app
from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.settings import Settings

PROJECT = Path(__file__).parents[2]
OTHER_COMPANIES = re.compile(r"^\[companies\.(?!gbsi)\w+(\..*)?\]\n([^\[\n].*\n|\n)*", re.MULTILINE)


def test_one_cent_altered_inside_a_twin_makes_the_demo_end_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pass_a_day = demo.let_a_day_pass

    def and_a_cent(settings: Settings) -> None:
        pass_a_day(settings)
        _alter_a_cent(settings.sales.url)

    monkeypatch.setattr(demo, "let_a_day_pass", and_a_cent)
    done = _demo_of_one_company(tmp_path)
    assert done.exit_code == 1, done.output
    assert "UNEXPLAINED sales_total_is_not_its_lines" in done.output
    assert re.search(r"unexplained: .* in 1 records", done.output)


def _alter_a_cent(sales_url: str) -> None:
    with AdminClient(sales_url) as twin:
        quote = next(row for row in twin.rows("quotes") if row["quotenumber"] == "QUO-GB-01")
    values = {"totalamount": str(Decimal(str(quote["totalamount"])) + Decimal("0.01"))}
    body = {"set": "quotes", "key": {"quoteid": quote["quoteid"]}, "values": values}
    httpx.post(f"{sales_url}/_sandbox/alter", json=body, trust_env=False).raise_for_status()


def _demo_of_one_company(folder: Path) -> Result:
    """The project's own configuration on free ports, with its smallest company alone."""
    configuration = (PROJECT / "p2c.toml").read_text(encoding="utf-8")
    (folder / "p2c.toml").write_text(OTHER_COMPANIES.sub("", configuration), encoding="utf-8")
    (folder / "dagster.yaml").write_text((PROJECT / "dagster.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    environment = {"P2C_CONFIG": str(folder / "p2c.toml"), "DAGSTER_HOME": str(folder)}
    for system in ("SALES", "SCM"):
        url = f"http://127.0.0.1:{_free_port()}"
        environment |= {f"P2C_{system}__URL": url, f"P2C_{system}__TOKEN_URL": f"{url}/sandbox/oauth2/v2.0/token"}
    return CliRunner().invoke(app, ["demo"], env=environment, catch_exceptions=False)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
