"""`p2c effect` over a small real warehouse: which fields of which records another configuration file would change."""

import json
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from p2c_assets.sandbox.scenario import loading as scenario
from p2c_assets.sandbox.serve import running_sandbox
from p2c_assets_tests.cli.test_commands import PROJECT, Place

OTHER_COMPANIES = re.compile(r"\[companies\.(demf|gbsi)\]\n(?:[^\[\n].*\n)*")
CUSTOMERS = "mappings.accounts_to_customers"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    """The scenario's usmf alone, with its accounts synchronised: everything of Sales is read, some customers are there."""
    folder = tmp_path_factory.mktemp("effect")
    configuration = OTHER_COMPANIES.sub("", (PROJECT / "p2c.toml").read_text(encoding="utf-8"))
    (folder / "p2c.toml").write_text(configuration, encoding="utf-8")
    (folder / "dagster.yaml").write_text((PROJECT / "dagster.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with running_sandbox() as sandbox:
        scenario.load(sandbox.sales_url, sandbox.scm_url)
        environment = {**sandbox.environment, "P2C_CONFIG": str(folder / "p2c.toml"), "DAGSTER_HOME": str(folder)}
        found = Place(folder, sandbox, environment)
        assert found.p2c("run", "--flow", "accounts").exit_code == 0
        yield found


def changed(place: Place, more: str = "", *, without: str = "") -> Path:
    """The configuration with another text at its end, or without a line."""
    path = place.folder / "changed.toml"
    text = (place.folder / "p2c.toml").read_text(encoding="utf-8")
    assert without in text
    path.write_text(text.replace(without, "") + more, encoding="utf-8")
    return path


def effect(place: Place, more: str = "", *, without: str = "") -> dict[str, Any]:
    done = place.p2c("effect", str(changed(place, more, without=without)), "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def contents(place: Place) -> dict[str, object]:
    """Every table of the warehouse with its rows, as a sum of hashes."""
    with duckdb.connect(str(place.folder / ".p2c" / "p2c.duckdb"), read_only=True) as warehouse:
        names = [
            f"{schema}.{name}"
            for schema, name in warehouse.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        ]
        return {name: warehouse.execute(f"SELECT count(*), sum(hash(t)) FROM {name} t").fetchone() for name in names}


def requests(place: Place) -> int:
    urls = (place.sandbox.sales_url, place.sandbox.scm_url)
    counted = [httpx.get(f"{url}/_sandbox/requests", trust_env=False).json() for url in urls]
    return sum(int(value) for report in counted for value in report.values() if isinstance(value, int))


def test_the_same_file_changes_nothing_and_nothing_is_written_or_asked(place: Place) -> None:
    before, asked = contents(place), requests(place)
    done = place.p2c("effect", str(changed(place)))
    assert done.exit_code == 0
    assert re.fullmatch(r"nothing would change in \d+ rows", done.output.strip())
    assert (contents(place), requests(place)) == (before, asked)


def test_a_constant_of_new_rows_changes_every_record_and_is_sent_for_none_that_is_there(place: Place) -> None:
    found = effect(place, f'\n[{CUSTOMERS}.CustomerGroupId]\nconstant = "20"\n')
    (change,) = found["fields"]
    assert (change["task"], change["company"], change["field"]) == ("accounts_to_customers", "usmf", "CustomerGroupId")
    with duckdb.connect(str(place.folder / ".p2c" / "p2c.duckdb"), read_only=True) as warehouse:
        sql = "SELECT outcome = 'mapped', count(*) FROM mapped.scm_customers_from_accounts GROUP BY 1"
        mapped = dict(warehouse.execute(sql).fetchall())[True]
        there = warehouse.execute(
            "SELECT count(*) FROM ledger.outcomes WHERE task = 'accounts_to_customers' AND company = 'usmf' "
            "AND valid_to_run IS NULL AND outcome IN ('created', 'updated', 'unchanged')"
        ).fetchone()
    assert there is not None
    assert change["rows"] == mapped
    assert (change["when"], change["sent"]) == ("sent when created", mapped - there[0])
    assert (change["examples"][0]["before"], change["examples"][0]["after"]) == ("10", "20")
    assert found["outcomes"] == []


def test_a_field_that_becomes_synced_is_sent_for_every_record_though_no_value_changes(place: Place) -> None:
    (change,) = effect(place, f'\n[{CUSTOMERS}.CustomerGroupId]\nmode = "synced"\n')["fields"]
    assert (change["mode_before"], change["mode_after"], change["when"]) == ("on_create", "synced", "sent")
    assert change["sent"] == change["rows"] > 0
    assert {(one["before"], one["after"]) for one in change["examples"]} == {("10", "10")}


def test_a_synced_value_changes_only_where_its_source_makes_another_one(place: Place) -> None:
    (change,) = effect(place, f'\n[{CUSTOMERS}.SalesMemo]\nsources = ["description", "websiteurl"]\n')["fields"]
    with duckdb.connect(str(place.folder / ".p2c" / "p2c.duckdb"), read_only=True) as warehouse:
        sql = (
            "SELECT count(*) FROM mapped.scm_customers_from_accounts m JOIN raw.sales_accounts r ON r.row_id = m.source_id "
            "WHERE m.outcome = 'mapped' AND trim(coalesce(r.description, '')) = '' AND trim(coalesce(r.websiteurl, '')) <> ''"
        )
        expected = warehouse.execute(sql).fetchone()
    assert (change["rows"], change["when"]) == (expected and expected[0], "sent")
    assert change["rows"] > 0
    assert all(not one["before"] and one["after"] for one in change["examples"])


def test_rows_that_would_be_rejected_are_told_with_the_reason_and_what_it_is_about(place: Place) -> None:
    found = effect(place, without='box = "Box"\n')
    outcomes = {(one["task"], one["before"], one["after"], one["cause"]): one for one in found["outcomes"]}
    assert found["fields"] == []
    line = outcomes["salesorderdetails_to_order_lines", "held: parent_missing", "rejected: unmapped_unit", "units Box"]
    assert line["rows"] == 2
    assert len(line["documents"]) == 2


def test_an_added_field_is_one_that_was_not_mapped(place: Place) -> None:
    more = f'\n[{CUSTOMERS}.extra_fields]\nDeliveryAddressCounty = {{ source = "address2_county" }}\n'
    found = effect(place, more)
    assert {(one["mode_before"], one["mode_after"]) for one in found["fields"]} == {("(not mapped)", "synced")}


def test_other_companies_and_business_units_are_named_as_not_compared(place: Place) -> None:
    path = changed(place, '\n[companies.frsi]\nbusiness_unit = "f"\nowner_team = "t"\ncurrency = "EUR"\n')
    done = place.p2c("effect", str(path))
    assert "company frsi is only there in the changed file: not compared" in done.output


def test_a_field_that_does_not_exist_ends_with_2_and_the_known_names(place: Place) -> None:
    done = place.p2c("effect", str(changed(place, f'\n[{CUSTOMERS}.CustomerGroup]\nconstant = "20"\n')))
    assert done.exit_code == 2
    assert "accounts_to_customers.CustomerGroup does not exist; known:" in " ".join(done.output.split())


def test_a_warehouse_that_was_never_filled_ends_with_2(place: Place, tmp_path: Path) -> None:
    empty = place._replace(environment={**place.environment, "P2C_PATHS__WAREHOUSE": str(tmp_path / "none.duckdb")})
    done = empty.p2c("effect", str(changed(place)))
    assert (done.exit_code, "there is no warehouse" in " ".join(done.output.split())) == (2, True)
    duckdb.connect(str(tmp_path / "none.duckdb")).close()
    done = empty.p2c("effect", str(changed(place)))
    assert (done.exit_code, "nothing has been read yet" in " ".join(done.output.split())) == (2, True)
