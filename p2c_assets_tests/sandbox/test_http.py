"""What both twins share over HTTP: tokens, the request counter, the admin path, loud refusals."""

import httpx

from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.tokens import Tokens
from p2c_assets_tests.sandbox.conftest import Serve
from p2c_assets_tests.sandbox.running import CLIENT_ID, CLIENT_SECRET, Caller, body, running, token


def ask(url: str, **changes: str) -> httpx.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "scope": f"{url}/.default",
        **changes,
    }
    return httpx.post(f"{url}/contoso/oauth2/v2.0/token", data=form)


def test_a_token_is_given_for_client_credentials(serve: Serve) -> None:
    # Source: entra v2-oauth2-client-creds-grant-flow
    answer = ask(serve(FinopsTwin(Store("scm"))).url)
    assert answer.status_code == 200
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == 3599


def test_token_errors_are_shaped_like_entras(serve: Serve) -> None:
    # Source: entra reference-error-codes
    url = serve(FinopsTwin(Store("scm"))).url
    wrong_secret = ask(url, client_secret="nonsense")
    assert (wrong_secret.status_code, wrong_secret.json()["error"]) == (401, "invalid_client")
    assert wrong_secret.json()["error_codes"] == [7000215]
    assert wrong_secret.json()["error_description"].startswith("AADSTS7000215: ")
    assert "nonsense" not in wrong_secret.text
    unknown = ask(url, client_id="stranger")
    assert (unknown.status_code, unknown.json()["error"]) == (400, "unauthorized_client")
    assert ask(url, grant_type="magic").json()["error"] == "unsupported_grant_type"
    assert ask(url, scope="").json()["error_codes"] == [900144]
    assert ask(url, scope=f"{url}/user_impersonation").json()["error"] == "invalid_scope"


def test_requests_without_a_live_token_of_this_audience_are_401() -> None:
    # Source: fin-ops services-home-page: no trailing slash in the environment's URL
    with running(FinopsTwin(Store("scm")), Tokens({CLIENT_ID: CLIENT_SECRET})) as url:
        good = ask(url).json()["access_token"]
        slashed = ask(url, scope=f"{url}//.default").json()["access_token"]
        elsewhere = ask(url, scope="http://elsewhere:1/.default").json()["access_token"]
        statuses = [
            httpx.get(f"{url}/data", headers={"Authorization": f"Bearer {one}"}).status_code
            for one in (good, slashed, elsewhere, "invented")
        ]
        assert statuses == [200, 401, 401, 401]
        assert httpx.get(f"{url}/data").headers["www-authenticate"] == "Bearer"


def test_an_expired_token_is_401() -> None:
    with running(FinopsTwin(Store("scm")), Tokens({CLIENT_ID: CLIENT_SECRET}, lifetime_s=0)) as url:
        expired = token(url).json()["access_token"]
        assert httpx.get(f"{url}/data", headers={"Authorization": f"Bearer {expired}"}).status_code == 401


def test_requests_are_counted_by_method_and_admin_calls_are_not(serve: Serve) -> None:
    caller = serve(FinopsTwin(Store("scm")))
    caller.admin("requests/reset", {})
    caller.get("/data")
    caller.patch("/data/CustomersV2(dataAreaId='usmf',CustomerAccount='x')", {})
    token(caller.url)
    assert caller.admin("requests") == {
        "GET": 1,
        "POST": 0,
        "PATCH": 1,
        "DELETE": 0,
        "token": 1,
        "batch_operations": {"GET": 0, "POST": 0, "PATCH": 0, "DELETE": 0},
    }


def test_an_unknown_admin_call_is_501_and_a_senseless_one_400(serve: Serve) -> None:
    caller = serve(FinopsTwin(Store("scm")))
    unknown = caller.http.post("/_sandbox/explode", content=b"{}")
    assert unknown.status_code == 501
    assert body(unknown)["error"]["message"] == "the sandbox does not support: admin call POST /_sandbox/explode"
    senseless = caller.http.post("/_sandbox/load", content=b'{"rows": {"Nonsense": []}}')
    assert senseless.status_code == 400
    assert "unknown set 'Nonsense'; known: _companies" in body(senseless)["error"]["message"]
    assert caller.http.post("/_sandbox/load", content=b"{").status_code == 400


def test_the_clock_stands_still_until_a_day_passes(serve: Serve) -> None:
    caller = serve(FinopsTwin(Store("scm")))
    assert caller.admin("clock") == {"now": "2026-01-05T08:00:00Z", "day": 0}
    caller.admin("advance", {"days": 2})
    assert caller.admin("clock") == {"now": "2026-01-07T08:00:00Z", "day": 2}
    caller.admin("reset", {})
    assert caller.admin("clock")["day"] == 0


def test_the_clock_moves_by_less_than_a_day_and_nobody_does_anything(serve: Serve) -> None:
    for twin in (FinopsTwin(Store("scm")), DataverseTwin(Store("sales"))):
        caller = serve(twin)
        assert caller.admin("clock", {"minutes": 90, "seconds": 1}) == {"now": "2026-01-05T09:30:01Z", "day": 0}
        caller.admin("advance", {"days": 1})
        assert caller.admin("clock", {"days": 2}) == {"now": "2026-01-08T09:30:01Z", "day": 1}
        for document in ({"minutes": -1}, {"weeks": 1}):
            assert caller.http.post("/_sandbox/clock", json=document).status_code == 400
        assert caller.admin("clock")["now"] == "2026-01-08T09:30:01Z"


def test_two_twins_run_side_by_side(serve: Serve) -> None:
    one, other = serve(FinopsTwin(Store("scm"))), serve(FinopsTwin(Store("scm")))
    one.admin("load", {"rows": {"_companies": [{"dataAreaId": "usmf", "CurrencyCode": "USD"}]}})
    assert len(one.admin("rows/_companies")["value"]) == 1
    assert other.admin("rows/_companies")["value"] == []
    assert isinstance(other, Caller)
