"""The twins over TLS: the authority's file is all that a client needs, plain HTTP stays beside it."""

import subprocess
import sys
from collections.abc import Generator, Mapping
from pathlib import Path

import httpx
import pytest

from p2c_assets.sandbox.serve import RunningSandbox, TlsPorts, announcement, running_sandbox
from p2c_assets.sandbox.tls import KEY_FILE, Authority

SYSTEMS = {"SALES": "/api/data/v9.2/accounts", "SCM": "/data/CustomersV2"}


@pytest.fixture(scope="module")
def sandbox() -> Generator[RunningSandbox]:
    with running_sandbox(tls=TlsPorts(0, 0)) as running:
        yield running


def authority(sandbox: RunningSandbox) -> Authority:
    assert sandbox.authority is not None
    return sandbox.authority


def token(client: httpx.Client, variables: Mapping[str, str], system: str) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": variables[f"P2C_{system}__CLIENT_ID"],
        "client_secret": variables[f"P2C_{system}__CLIENT_SECRET"],
        "scope": f"{variables[f'P2C_{system}__URL']}/.default",
    }
    return client.post(variables[f"P2C_{system}__TOKEN_URL"], data=form).json()["access_token"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_client_that_trusts_the_file_is_served_at_the_announced_addresses(
    sandbox: RunningSandbox, system: str
) -> None:
    variables = sandbox.environment
    url = variables[f"P2C_{system}__URL"]
    assert url.startswith("https://127.0.0.1:")
    with httpx.Client(verify=authority(sandbox).client_context()) as client:
        bearer = {"Authorization": f"Bearer {token(client, variables, system)}"}
        answer = client.get(url + SYSTEMS[system], headers=bearer)
        assert answer.status_code == 200
        assert answer.json()["@odata.context"].startswith(url)
        plain = sandbox.sales_url if system == "SALES" else sandbox.scm_url
        assert client.get(plain + SYSTEMS[system], headers=bearer).status_code == 401  # another audience
        assert client.get(f"{plain}/_sandbox/clock").status_code == 200


def test_a_client_that_does_not_trust_it_is_not_served(sandbox: RunningSandbox) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{sandbox.scm_tls_url}/_sandbox/clock")


@pytest.mark.parametrize("library", ["httpx", "requests"])
def test_the_announced_variables_are_enough_for_other_programs(sandbox: RunningSandbox, library: str) -> None:
    script = f"import sys, {library}; print({library}.get(sys.argv[1]).status_code)"
    command = [sys.executable, "-c", script, f"{sandbox.scm_tls_url}/_sandbox/clock"]
    ran = subprocess.run(command, env=sandbox.environment, capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == "200", ran.stderr


def test_the_announcement_names_the_authoritys_file(sandbox: RunningSandbox) -> None:
    lines = announcement(sandbox, None).splitlines()
    assert f"export REQUESTS_CA_BUNDLE={authority(sandbox).ca_file}" in lines
    assert f"# certificate authority: {authority(sandbox).ca_file}" in lines


def test_a_connection_ends_over_tls_as_well(sandbox: RunningSandbox) -> None:
    with httpx.Client(verify=authority(sandbox).client_context(), base_url=str(sandbox.scm_tls_url)) as client:
        bearer = {"Authorization": f"Bearer {token(client, sandbox.environment, 'SCM')}"}
        for kind in ("drop_before", "drop_during"):
            client.post("/_sandbox/faults", json={"kind": kind, "count": 1})
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                client.get("/data", headers=bearer)
        assert client.get("/data", headers=bearer).status_code == 200


def test_an_authority_in_a_folder_stays_the_same_and_keeps_its_key_private(tmp_path: Path) -> None:
    first = Authority(tmp_path / "state").ca_file.read_bytes()
    again = Authority(tmp_path / "state")
    assert again.ca_file.read_bytes() == first
    assert (tmp_path / "state" / KEY_FILE).stat().st_mode & 0o077 == 0
