"""Both twins in one process: ports, environment, readiness, signals, state that is kept."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.serve import READY, SandboxError, running_sandbox, wait_until_ready
from p2c_assets.sandbox.server import listener

SERVE = "import sys, pathlib; from p2c_assets.sandbox.serve import serve; serve(0, 0, pathlib.Path(sys.argv[1]))"


def test_the_environment_gets_a_token_and_an_answer_from_each_twin() -> None:
    with running_sandbox() as sandbox:
        for system, path in (("SALES", "/api/data/v9.2/accounts"), ("SCM", "/data/CustomersV2")):
            settings = {name.split("__")[1]: value for name, value in sandbox.environment.items() if system in name}
            token = httpx.post(
                settings["TOKEN_URL"],
                data={
                    "grant_type": "client_credentials",
                    "client_id": settings["CLIENT_ID"],
                    "client_secret": settings["CLIENT_SECRET"],
                    "scope": f"{settings['URL']}/.default",
                },
            ).json()["access_token"]
            answer = httpx.get(settings["URL"] + path, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 200
            assert answer.json()["value"] == []


def test_a_twin_without_a_token_is_closed() -> None:
    with running_sandbox() as sandbox:
        assert httpx.get(f"{sandbox.scm_url}/data/CustomersV2").status_code == 401


def test_the_twins_are_gone_when_the_context_ends() -> None:
    with running_sandbox() as sandbox:
        pass
    with pytest.raises(SandboxError, match="did not answer"):
        wait_until_ready(sandbox.sales_url, timeout_s=0.2)


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=str(port)), running_sandbox(sales_port=port):
            pass


def test_an_answer_in_two_packets_does_not_wait_for_an_acknowledgement() -> None:
    with listener("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_with_a_folder_the_state_survives(tmp_path: Path) -> None:
    row = {"accountid": "11111111-1111-4111-8111-111111111111", "name": "Kept"}
    with running_sandbox(data=tmp_path) as sandbox, AdminClient(sandbox.sales_url) as sales:
        sales.load({"accounts": [row]})
    with running_sandbox(data=tmp_path) as sandbox, AdminClient(sandbox.sales_url) as sales:
        assert [account["name"] for account in sales.rows("accounts")] == ["Kept"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_served_process_announces_itself_and_ends_on_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", SERVE, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = _until_ready(process)
        sales_url, scm_url = lines[-1].removeprefix(READY).split()
        wait_until_ready(sales_url)
        wait_until_ready(scm_url)
        process.send_signal(number)
        assert process.wait(timeout=15) == 0
    assert f"export P2C_SALES__URL={sales_url}" in lines
    assert f"# admin: {scm_url}/_sandbox/" in lines


def _until_ready(process: "subprocess.Popen[str]") -> list[str]:
    assert process.stdout is not None
    lines: list[str] = []
    while not (lines and lines[-1].startswith(READY)):
        line = process.stdout.readline()
        assert line, f"the process ended before it was ready: {lines}"
        lines.append(line.strip())
    return lines
