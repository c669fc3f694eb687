"""Who gets a token, what it opens, and what each system says to one that opens nothing."""

from collections.abc import Generator

import httpx
import pytest

from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.tokens import Tokens
from p2c_assets_tests.sandbox.running import CLIENT_ID, CLIENT_SECRET, Caller, body, running

ACCOUNTS = "/api/data/v9.2/accounts"


@pytest.fixture(scope="module")
def scm_server() -> Generator[Caller]:
    with running(FinopsTwin(Store("scm"))) as url, Caller.signed_in(url) as caller:
        yield caller


@pytest.fixture
def scm(scm_server: Caller) -> Caller:
    scm_server.admin("reset", {})
    return scm_server


@pytest.fixture(scope="module")
def sales() -> Generator[Caller]:
    with running(DataverseTwin(Store("sales"))) as url, Caller.signed_in(url) as caller:
        yield caller


def ask(url: str, path: str = "contoso/oauth2/v2.0/token", **changes: str) -> httpx.Response:
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **changes}
    return httpx.post(f"{url}/{path}", data=form)


def status(caller: Caller, path: str, bearer: str) -> int:
    return httpx.get(caller.url + path, headers={"Authorization": f"Bearer {bearer}"}).status_code


def test_client_credentials_give_a_bearer_token(sales: Caller) -> None:
    """authenticate-oauth; entra v2-oauth2-client-creds-grant-flow: form in; token_type, expires_in, access_token out."""
    answer = ask(sales.url, scope=f"{sales.url}/.default")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    token = answer.json()
    assert (token["token_type"], token["expires_in"], token["ext_expires_in"]) == ("Bearer", 3599, 3599)
    assert status(sales, ACCOUNTS, token["access_token"]) == 200


def test_a_token_lives_for_about_an_hour_and_no_longer() -> None:
    """entra v2-oauth2-client-creds-grant-flow: expires_in says how long; then it is a 401."""
    with running(DataverseTwin(Store("sales")), Tokens({CLIENT_ID: CLIENT_SECRET}, lifetime_s=0.0)) as url:
        spent = ask(url, scope=f"{url}/.default").json()["access_token"]
        assert httpx.get(url + ACCOUNTS, headers={"Authorization": f"Bearer {spent}"}).status_code == 401


def test_a_confidential_clients_scope_ends_in_default(sales: Caller) -> None:
    """authenticate-oauth: /.default for confidential clients, /user_impersonation for public ones."""
    refused = ask(sales.url, scope=f"{sales.url}/user_impersonation")
    assert (refused.status_code, refused.json()["error"], refused.json()["error_codes"]) == (
        400,
        "invalid_scope",
        [1002012],
    )


def test_errors_have_the_identity_providers_shape(sales: Caller) -> None:
    """entra reference-error-codes: error, error_description, error_codes, timestamp, trace_id, correlation_id."""
    wrong = ask(sales.url, scope=f"{sales.url}/.default", client_secret="nonsense")
    assert wrong.status_code == 401
    assert set(wrong.json()) == {
        "error",
        "error_description",
        "error_codes",
        "timestamp",
        "trace_id",
        "correlation_id",
    }
    assert (wrong.json()["error"], wrong.json()["error_codes"]) == ("invalid_client", [7000215])
    unknown = ask(sales.url, scope=f"{sales.url}/.default", client_id="nobody")
    assert (unknown.status_code, unknown.json()["error"]) == (400, "unauthorized_client")


@pytest.mark.parametrize("grant", ["authorization_code", "refresh_token", "password"])
def test_delegated_sign_in_is_not_there(sales: Caller, grant: str) -> None:
    """fin-ops services-home-page: the flow of an authorization code."""
    refused = ask(sales.url, scope=f"{sales.url}/.default", grant_type=grant)
    assert refused.status_code == 501
    assert f"grant_type={grant}" in refused.text


def test_certificates_as_credentials_are_not_there(sales: Caller) -> None:
    """authenticate-oauth; fin-ops services-home-page: client_assertion in place of a secret."""
    refused = ask(sales.url, scope=f"{sales.url}/.default", client_assertion="x", client_assertion_type="y")
    assert refused.status_code == 501
    assert "client_assertion" in refused.text


def test_without_a_live_token_sales_names_the_tenant_and_itself(sales: Caller) -> None:
    """webapi/compose-http-requests-handle-errors: 401 with WWW-Authenticate; its body is not settled."""
    for headers in ({}, {"Authorization": "Bearer invented"}, {"Authorization": "Basic eA=="}):
        refused = httpx.get(sales.url + ACCOUNTS, headers=headers)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == (
            "Bearer authorization_uri=https://login.microsoftonline.com/sandbox/oauth2/authorize, "
            f"resource_id={sales.url}/"
        )
        assert refused.content == b""


@pytest.mark.parametrize("header", ["CallerObjectId", "MSCRMCallerID"])
def test_nobody_is_impersonated(sales: Caller, header: str) -> None:
    """webapi/impersonate-another-user-web-api: both headers."""
    refused = sales.http.get(ACCOUNTS, headers={header: "0a000000-0000-1000-8000-00d3a0000003"})
    assert refused.status_code == 501
    assert header.lower() in refused.text


def test_the_older_endpoint_takes_a_resource(scm: Caller) -> None:
    """fin-ops services-home-page: /oauth2/token with resource={environment}."""
    answer = ask(scm.url, "contoso/oauth2/token", resource=scm.url)
    assert answer.status_code == 200
    assert answer.json()["resource"] == scm.url
    assert int(answer.json()["expires_on"]) - int(answer.json()["not_before"]) == 3599
    assert status(scm, "/data", answer.json()["access_token"]) == 200
    assert ask(scm.url, "contoso/oauth2/token").json()["error_codes"] == [900144]


def test_a_slash_at_the_end_of_the_audience_breaks_the_token(scm: Caller) -> None:
    """fin-ops services-home-page: the environment's URL has no trailing slash."""
    slashed = ask(scm.url, scope=f"{scm.url}//.default").json()["access_token"]
    assert status(scm, "/data", slashed) == 401
    older = ask(scm.url, "contoso/oauth2/token", resource=f"{scm.url}/").json()["access_token"]
    assert status(scm, "/data", older) == 401


def test_without_a_live_token_of_this_audience_scm_is_closed(scm: Caller) -> None:
    """fin-ops services-home-page: missing, invented, of another audience; the body of the 401 is not settled."""
    elsewhere = ask(scm.url, scope="https://elsewhere/.default").json()["access_token"]
    for bearer in ("invented", elsewhere):
        assert status(scm, "/data", bearer) == 401
    refused = httpx.get(f"{scm.url}/data")
    assert (refused.status_code, refused.headers["www-authenticate"], refused.content) == (401, "Bearer", b"")


def test_an_application_that_scm_does_not_list_is_a_401(scm: Caller) -> None:
    """fin-ops services-home-page: Microsoft Entra applications lists the client ids that may call."""
    assert scm.get("/data").status_code == 200  # assumptions.REGISTERED_WHEN_NO_APPLICATION_IS_LISTED
    scm.admin("load", {"rows": {"_applications": [{"client_id": "another"}]}})
    assert scm.get("/data").status_code == 401
    scm.admin("load", {"rows": {"_applications": [{"client_id": CLIENT_ID}]}})
    assert scm.get("/data").status_code == 200


def test_each_answer_of_scm_has_an_activity_and_the_time_it_took(scm: Caller) -> None:
    """d365fo-client session: ms-dyn-aid and server-timing; the caller's own request id is taken."""
    answers = [scm.get("/data", x_ms_client_request_id="0a000000-0000-1000-8000-00d3a0000009") for _ in range(2)]
    activities = {answer.headers["ms-dyn-aid"] for answer in answers}
    assert len(activities) == 2
    assert float(answers[0].headers["server-timing"].removeprefix("dur=")) >= 0


def test_the_on_premises_address_is_not_there(scm: Caller) -> None:
    """fin-ops data-management-api: AD FS and /namespaces/AXSF."""
    refused = scm.get("/namespaces/AXSF/data/CustomersV2")
    assert refused.status_code == 501
    assert "/namespaces" in body(refused)["error"]["message"]
