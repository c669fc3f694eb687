"""`p2c doctor` against running twins: its exit codes, what it says, and what is not delivered before."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import duckdb
import httpx
import pytest

from p2c_assets_tests.cli.test_commands import HOLDER, Place, place

__all__ = ["place"]
ONE = ("--company", "gbsi")


@pytest.fixture
def without_order_rights(place: Place) -> Place:
    """The application user lacks a privilege of orders."""
    _admin(place, "privileges", {"revoked": ["prvWriteOrder"]})
    return place


def _admin(place: Place, action: str, body: Mapping[str, Any]) -> None:
    httpx.post(f"{place.sandbox.sales_url}/_sandbox/{action}", json=body, trust_env=False).raise_for_status()


def test_a_company_that_is_ready_ends_with_0_and_is_told_what_to_look_at(place: Place) -> None:
    done = place.p2c("doctor", *ONE, "--json")
    assert done.exit_code == 0
    found = json.loads(done.output)
    assert (found["ready"], found["companies"]) == (True, {"gbsi": True})
    assert {one["level"] for one in found["findings"]} == {"warning", "ok"}
    left = {one["subject"] for one in found["findings"] if one["code"] == "constants_are_confirmed"}
    assert left == {"customer_group", "site", "warehouse", "language", "blank_country"}
    looked = [one for one in found["findings"] if one["code"].endswith("_could_be_looked_at")]
    by_hand = {one["subject"] for one in looked if one["level"] == "warning"}
    assert by_hand == {"scm write privileges", "order, quote and invoice numbers of Sales itself"}
    cells = {(cell["currency"], cell["price_list"], cell["unit"]) for cell in found["currency_price_list_unit"]}
    assert ("gbp", "Standard GBP", "ea") in cells
    assert httpx.get(f"{place.sandbox.sales_url}/_sandbox/requests", trust_env=False).json().get("PATCH", 0) == 0


def test_what_stands_against_a_company_ends_with_1_and_keeps_its_documents_back(without_order_rights: Place) -> None:
    place = without_order_rights
    done = place.p2c("doctor", *ONE)
    said = " ".join(done.output.split())
    assert done.exit_code == 1
    assert "prvWriteOrder: the application user lacks it (table salesorder, salesorderdetail)" in said
    assert "gbsi: not ready, 1 finding stands against it" in said
    run = place.p2c("run", "--flow", "accounts", *ONE)
    assert run.exit_code == 1
    assert "nothing is sent for gbsi until it is ready: prvWriteOrder" in " ".join(run.output.split())
    with duckdb.connect(str(place.folder / ".p2c" / "p2c.duckdb"), read_only=True) as warehouse:
        assert warehouse.execute("SELECT count(*) FROM delivery.outbox WHERE sent_utc IS NOT NULL").fetchall() == [(0,)]
    _admin(place, "privileges", {})
    again = place.p2c("run", "--flow", "accounts", *ONE)
    assert again.exit_code == 0, again.output


def test_where_rows_cannot_be_read_that_is_said_and_the_rest_is_looked_at(place: Place) -> None:
    _admin(place, "privileges", {"revoked": ["prvReadQuote"]})
    done = place.p2c("doctor", *ONE, "--json")
    found = {(one["code"], one["subject"]): one for one in json.loads(done.output)["findings"]}
    assert done.exit_code == 1
    assert "prvReadQuote" in found["documents_could_be_looked_at", "the company's rows"]["found"]
    assert found["sales_privileges_are_held", "prvReadQuote"]["level"] == "error"
    assert not [one for one in found.values() if one["code"] == "codes_are_mapped"]


def test_an_unknown_company_ends_with_2_and_a_held_file_with_75(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = place.p2c("doctor", "--company", "usfm")
    assert (unknown.exit_code, "they have usmf, demf, gbsi" in " ".join(unknown.output.split())) == (2, True)
    path = place.folder / ".p2c" / "p2c.duckdb"
    path.parent.mkdir(exist_ok=True)
    monkeypatch.setenv("P2C_PATHS__WAREHOUSE_WAIT_S", "0.3")
    arguments = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        held = place.p2c("doctor")
        holder.communicate("")
    assert held.exit_code == os.EX_TEMPFAIL
