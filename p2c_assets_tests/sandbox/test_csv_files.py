"""CSV files named after entity sets, into both twins."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.csv_files import UnknownFileError, load
from p2c_assets.sandbox.serve import RunningSandbox, running_sandbox

ACCOUNT_ID = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox() as running:
        yield running


def test_files_of_both_systems_are_loaded_and_counted(
    tmp_path: Path, sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(tmp_path, "accounts", f"accountid,accountnumber,name\n{ACCOUNT_ID},A-1,Käse & Co\n")
    _write(tmp_path, "_companies", "dataAreaId,CurrencyCode\nusmf,USD\n")
    _write(tmp_path, "CustomersV2", "dataAreaId,CustomerAccount,CreditLimit\nusmf,A-1,12.50\nusmf,A-2,\n")
    account = load(tmp_path, sandbox.sales_url, sandbox.scm_url)
    assert [(file.file, file.rows, file.loaded) for file in account] == [
        ("accounts.csv", 1, 1),
        ("_companies.csv", 1, 1),
        ("CustomersV2.csv", 2, 2),
    ]
    assert "CustomersV2.csv: 2 rows = 2 loaded" in capsys.readouterr().out


def test_types_are_the_columns_own_and_empty_is_null(tmp_path: Path, sandbox: RunningSandbox) -> None:
    header = "accountid,accountnumber,name,creditlimit,numberofemployees,statecode"
    _write(tmp_path, "accounts", f"{header}\n{ACCOUNT_ID},0042,,1000.10,7,0\n")
    load(tmp_path, sandbox.sales_url, sandbox.scm_url)
    with AdminClient(sandbox.sales_url) as sales:
        row = sales.rows("accounts")[0]
    assert (row["accountnumber"], row["name"], row["numberofemployees"]) == ("0042", None, 7)
    assert row["creditlimit"] == Decimal("1000.10")


def test_a_value_of_the_wrong_type_goes_in_as_it_stands(tmp_path: Path, sandbox: RunningSandbox) -> None:
    _write(tmp_path, "accounts", f"accountid,accountnumber,name,numberofemployees\n{ACCOUNT_ID},A-1,A,many\n")
    load(tmp_path, sandbox.sales_url, sandbox.scm_url)
    with AdminClient(sandbox.sales_url) as sales:
        assert sales.rows("accounts")[0]["numberofemployees"] == "many"


def test_a_lookup_keeps_the_table_that_its_annotation_names(tmp_path: Path, sandbox: RunningSandbox) -> None:
    annotation = "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"
    header = f"contactid,lastname,_parentcustomerid_value,{annotation}"
    _write(tmp_path, "contacts", f"{header}\n{ACCOUNT_ID},Sørensen,{ACCOUNT_ID},account\n")
    load(tmp_path, sandbox.sales_url, sandbox.scm_url)
    with AdminClient(sandbox.sales_url) as sales:
        assert sales.rows("contacts")[0]["parentcustomerid_type"] == "account"


def test_columns_that_the_twin_does_not_have_are_named(tmp_path: Path, sandbox: RunningSandbox) -> None:
    _write(tmp_path, "accounts", f"accountid,name,cr123_colour\n{ACCOUNT_ID},A,red\n")
    assert load(tmp_path, sandbox.sales_url, sandbox.scm_url)[0].ignored_columns == ("cr123_colour",)


def test_a_file_of_an_unknown_name_stops_before_anything_is_loaded(tmp_path: Path, sandbox: RunningSandbox) -> None:
    _write(tmp_path, "accounts", f"accountid,name\n{ACCOUNT_ID},A\n")
    _write(tmp_path, "acounts", "name\nB\n")
    with pytest.raises(UnknownFileError, match=r"acounts.csv.*known: .*accounts.*CustomersV2"):
        load(tmp_path, sandbox.sales_url, sandbox.scm_url)
    with AdminClient(sandbox.sales_url) as sales:
        assert sales.rows("accounts") == []


def _write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")
