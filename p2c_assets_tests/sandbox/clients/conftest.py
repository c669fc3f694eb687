"""Both twins over TLS for clients that others wrote, which find the authority by the variables that the sandbox prints."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from azure.core.credentials import AccessToken, TokenCredential
from PowerPlatform.Dataverse.client import DataverseClient

from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.tls import Authority
from p2c_assets_tests.sandbox.dataverse.world import rows
from p2c_assets_tests.sandbox.finops.scm_rows import REFERENCE
from p2c_assets_tests.sandbox.running import Caller, running

LIFETIME_S = 3600


class Twins(NamedTuple):
    """A signed-in caller of each."""

    sales: Caller
    scm: Caller


class Credential(TokenCredential):
    """What azure-identity would be: a token of the twin's own endpoint for whatever scope is asked."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.scopes: list[str] = []

    def get_token(self, *scopes: str, **_: object) -> AccessToken:
        self.scopes.extend(scopes)
        return AccessToken(self._caller.http.headers["Authorization"].removeprefix("Bearer "), LIFETIME_S)


@pytest.fixture(scope="package")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """The sandbox's authority, trusted by the variables that `p2c sandbox serve --tls` prints."""
    made = Authority(tmp_path_factory.mktemp("authority"))
    with pytest.MonkeyPatch.context() as environment:
        for name, value in made.environment.items():
            environment.setenv(name, value)
        yield made


@pytest.fixture(scope="package")
def twins(authority: Authority) -> Iterator[Twins]:
    """Both over TLS."""
    with (
        running(DataverseTwin(Store("sales")), authority=authority) as sales_url,
        running(FinopsTwin(Store("scm")), authority=authority) as scm_url,
        Caller.signed_in(sales_url) as sales,
        Caller.signed_in(scm_url) as scm,
    ):
        yield Twins(sales, scm)


@pytest.fixture
def sales(twins: Twins) -> Caller:
    """The Sales twin with the rows of `world`."""
    twins.sales.admin("reset", {})
    twins.sales.admin("load", {"rows": rows()})
    return twins.sales


@pytest.fixture
def scm(twins: Twins) -> Caller:
    """The F&O twin with its reference data."""
    twins.scm.admin("reset", {})
    twins.scm.admin("load", {"rows": REFERENCE})
    return twins.scm


@pytest.fixture
def client(sales: Caller) -> Iterator[DataverseClient]:
    """Microsoft's client as its documentation recommends it: in a `with`."""
    with DataverseClient(sales.url, Credential(sales)) as opened:
        yield opened
