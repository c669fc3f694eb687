from pathlib import Path

import pytest

from p2c_assets.errors import SettingsError
from p2c_assets.settings import load

TOML = """
[sales]
url = "http://127.0.0.1:8101/"
token_url = "http://127.0.0.1:8101/t"
client_id = "us"

[scm]
url = "http://127.0.0.1:8102"
token_url = "http://127.0.0.1:8102/t"
client_id = "us"

[companies.USMF]
business_unit = "unit"
owner_team = "team"
currency = "USD"
"""


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2C_SALES__CLIENT_SECRET", "hush-sales")
    monkeypatch.setenv("P2C_SCM__CLIENT_SECRET", "hush-scm")


def written(folder: Path, more: str = "") -> Path:
    path = folder / "p2c.toml"
    path.write_text(TOML + more, encoding="utf-8")
    return path


def test_a_company_is_named_by_its_table_in_lower_case(tmp_path: Path) -> None:
    assert load(written(tmp_path)).companies["usmf"].id == "usmf"


def test_relative_paths_stand_beside_the_configuration_file(tmp_path: Path) -> None:
    assert load(written(tmp_path)).paths.warehouse == tmp_path / ".p2c/p2c.duckdb"


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2C_SALES__URL", "https://contoso.crm4.dynamics.com")
    assert load(written(tmp_path)).sales.url == "https://contoso.crm4.dynamics.com"


def test_a_trailing_slash_of_a_url_is_dropped_because_it_breaks_the_tokens_audience(tmp_path: Path) -> None:
    assert load(written(tmp_path)).sales.url == "http://127.0.0.1:8101"


def test_a_wrong_value_is_named_with_what_is_allowed(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"delivery\.read_back_by_key_up_to = 0: Input should be greater than"):
        load(written(tmp_path, "[delivery]\nread_back_by_key_up_to = 0\n"))


def test_an_unknown_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"companies\.usmf\.currancy = 'EUR': Extra inputs are not permitted"):
        load(written(tmp_path, 'currancy = "EUR"\n'))


def test_a_missing_secret_says_which_variable_to_set_and_secrets_are_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("P2C_SCM__CLIENT_SECRET")
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, "[delivery]\nread_back_by_key_up_to = 0\n"))
    assert "scm.client_secret is missing: set it as P2C_SCM__CLIENT_SECRET" in str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_secret_in_the_file_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(TOML.replace('client_id = "us"', 'client_id = "us"\nclient_secret = "x"', 1), encoding="utf-8")
    with pytest.raises(SettingsError, match="secrets come from the environment only"):
        load(path)


def test_a_business_unit_belongs_to_one_company(tmp_path: Path) -> None:
    second = '[companies.demf]\nbusiness_unit = "UNIT"\nowner_team = "team"\ncurrency = "EUR"\n'
    with pytest.raises(SettingsError, match="business unit unit is named by several companies"):
        load(written(tmp_path, second))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml does not exist; P2C_CONFIG names another"):
        load(tmp_path / "nowhere.toml")


def test_secrets_do_not_show_when_settings_are_printed(tmp_path: Path) -> None:
    assert "hush" not in repr(load(written(tmp_path)))
