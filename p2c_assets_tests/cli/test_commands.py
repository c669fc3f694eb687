"""The command line against running twins: exit codes, and what is printed when it stops."""

import json
import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner, Result

from p2c_assets.cli.app import app
from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.scenario import loading as scenario
from p2c_assets.sandbox.serve import RunningSandbox, running_sandbox

HOLDER = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
PROJECT = Path(__file__).parents[2]


class Place(NamedTuple):
    """A folder with a configuration, and the environment that goes with it."""

    folder: Path
    sandbox: RunningSandbox
    environment: Mapping[str, str]

    def p2c(self, *arguments: str) -> Result:
        """Run a command here."""
        return CliRunner().invoke(app, list(arguments), env=dict(self.environment), catch_exceptions=False)


@pytest.fixture
def place(tmp_path: Path) -> Generator[Place]:
    """The scenario's twins with the project's own configuration; only the addresses differ."""
    configuration = (PROJECT / "p2c.toml").read_text(encoding="utf-8")
    (tmp_path / "p2c.toml").write_text(configuration, encoding="utf-8")
    (tmp_path / "dagster.yaml").write_text((PROJECT / "dagster.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with running_sandbox() as sandbox:
        scenario.load(sandbox.sales_url, sandbox.scm_url)
        environment = {**sandbox.environment, "P2C_CONFIG": str(tmp_path / "p2c.toml"), "DAGSTER_HOME": str(tmp_path)}
        yield Place(tmp_path, sandbox, environment)


def test_a_flow_of_one_company_is_synchronised_and_the_figures_are_written_as_data(place: Place) -> None:
    figures = place.folder / "figures.json"
    done = place.p2c("run", "--flow", "accounts", "--company", "gbsi", "--json", str(figures))
    assert done.exit_code == 0
    assert "unexplained: 0.00 in 0 records" in done.output
    tasks = json.loads(figures.read_text(encoding="utf-8"))["tasks"]
    task = next(found for found in tasks if found["task"] == "accounts_to_customers" and found["company"] == "gbsi")
    assert (task["rows_in"], sum(task["outcomes"].values())) == (12, 12)
    assert (task["outcomes"]["created"], task["outcomes"]["rejected"]) == (10, 1)


def test_an_unknown_flow_or_company_is_named_with_the_known_ones(place: Place) -> None:
    flow, company = place.p2c("run", "--flow", "acounts"), place.p2c("run", "--company", "usfm")
    assert (flow.exit_code, company.exit_code) == (2, 2)
    assert "the flows are products, accounts, contacts, quotes, orders, invoices" in " ".join(flow.output.split())
    assert "no company 'usfm' in the settings; they have usmf, demf, gbsi" in " ".join(company.output.split())


def test_a_busy_warehouse_is_waited_for_and_ends_with_75(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place.folder / ".p2c" / "p2c.duckdb"
    path.parent.mkdir()
    arguments = [sys.executable, "-c", HOLDER, str(path)]
    monkeypatch.setenv("P2C_PATHS__WAREHOUSE_WAIT_S", "0.3")
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        done = place.p2c("run")
        holder.communicate("")
    assert done.exit_code == os.EX_TEMPFAIL
    assert "is held by another process (waited 0.3 s)" in " ".join(done.output.split())


def test_the_demo_refuses_to_empty_anything_that_is_no_twin(place: Place) -> None:
    environment = {**place.environment, "P2C_SALES__URL": "https://contoso.crm4.dynamics.com"}
    done = CliRunner().invoke(app, ["demo"], env=environment)
    assert done.exit_code == 2
    assert "https://contoso.crm4.dynamics.com is no twin's address" in " ".join(done.output.split())


def test_the_demo_does_not_touch_twins_that_are_running(place: Place) -> None:
    done = place.p2c("demo")
    assert done.exit_code == 2
    assert "end it first" in " ".join(done.output.split())


def test_a_day_passes_in_running_twins(place: Place) -> None:
    urls = ("--sales-url", place.sandbox.sales_url, "--scm-url", place.sandbox.scm_url)
    done = place.p2c("sandbox", "advance", *urls)
    assert done.exit_code == 0
    assert "'day': 1" in done.output


def test_twins_that_are_not_running_are_named(place: Place) -> None:
    done = place.p2c("sandbox", "advance", "--sales-url", "http://127.0.0.1:1")
    assert done.exit_code == 2
    assert "`p2c sandbox serve` starts the twins" in " ".join(done.output.split())


def test_rows_of_ones_own_are_loaded_from_csv_files(place: Place) -> None:
    rows = place.folder / "rows"
    rows.mkdir()
    (rows / "accounts.csv").write_text("accountnumber,name\nOWN-1,Our own account\n", encoding="utf-8")
    urls = ("--sales-url", place.sandbox.sales_url, "--scm-url", place.sandbox.scm_url)
    done = place.p2c("sandbox", "load", str(rows), *urls)
    assert (done.exit_code, "accounts.csv" in done.output) == (0, True)
    with AdminClient(place.sandbox.sales_url) as twin:
        assert [row["name"] for row in twin.rows("accounts") if row["accountnumber"] == "OWN-1"] == ["Our own account"]
