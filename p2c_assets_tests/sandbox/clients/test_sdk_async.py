"""Microsoft's Python client in its asynchronous form, unmodified, over TLS.

Source of the calls that it makes: SDK 1.1.0 wire.
"""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any, Self

import pytest
from aiohttp import connector
from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential
from PowerPlatform.Dataverse.aio import AsyncDataverseClient
from PowerPlatform.Dataverse.core.errors import HttpError
from PowerPlatform.Dataverse.models.upsert import UpsertItem

from p2c_assets.sandbox.tls import Authority
from p2c_assets_tests.sandbox.clients.conftest import LIFETIME_S
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, MISSING, OTHER_ACCOUNT
from p2c_assets_tests.sandbox.running import Caller

PAGE = 5000


class Credential(AsyncTokenCredential):
    """A token of the twin's own endpoint."""

    def __init__(self, caller: Caller) -> None:
        self._token = caller.http.headers["Authorization"].removeprefix("Bearer ")

    async def get_token(self, *_: str, **__: object) -> AccessToken:
        return AccessToken(self._token, LIFETIME_S)

    async def close(self) -> None:
        """Nothing is held."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


@pytest.fixture(autouse=True)
def trusted(authority: Authority, sales: Caller) -> None:
    """aiohttp reads SSL_CERT_FILE when it is imported, here before there is such a file: it is told once more."""
    connector._SSL_CONTEXT_VERIFIED.load_verify_locations(authority.ca_file)


def test_the_variable_is_enough_where_it_is_set_before_the_import(authority: Authority, sales: Caller) -> None:
    """SDK 1.1.0 wire: SSL_CERT_FILE is what the asynchronous client reads."""
    script = (
        "import aiohttp, asyncio, sys\n"
        "async def run():\n"
        "    async with aiohttp.ClientSession() as session, session.get(sys.argv[1]) as answer:\n"
        "        print(answer.status)\n"
        "asyncio.run(run())"
    )
    command = [sys.executable, "-c", script, f"{sales.url}/_sandbox/clock"]
    ran = subprocess.run(command, env=authority.environment, capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == "200", ran.stderr


def with_client(sales: Caller, work: Callable[[AsyncDataverseClient], Awaitable[Any]]) -> Any:
    """What `work` brings with an open client."""

    async def run() -> Any:
        async with AsyncDataverseClient(sales.url, Credential(sales)) as client:
            return await work(client)

    return asyncio.run(run())


def test_records_are_written_one_and_many(sales: Caller) -> None:
    """SDK 1.1.0 wire: aio records.create, update, upsert, retrieve, delete."""

    async def work(client: AsyncDataverseClient) -> list[Any]:
        one = await client.records.create(
            "account", {"name": "1", "accountnumber": "N1", "customertypecode": "Customer"}
        )
        many = await client.records.create("account", [{"name": n, "accountnumber": f"N{n}"} for n in ("2", "3")])
        await client.records.update("account", one, {"description": "a"})
        await client.records.update("account", many, {"description": "b"})
        await client.records.upsert("account", [UpsertItem({"accountnumber": "N'4"}, {"name": "4"})])
        await client.records.upsert(
            "account", [UpsertItem({"accountnumber": n}, {"description": "c"}) for n in ("N'4", "N3")]
        )
        await client.records.delete("account", many[:1], use_bulk_delete=False)
        await client.records.delete("account", OTHER_ACCOUNT)
        found = await client.records.list(
            "account", orderby=["name"], select=["name", "description", "customertypecode"]
        )
        return [(row["name"], row["description"], row["customertypecode"]) for row in found]

    assert with_client(sales, work) == [
        ("1", "a", 3),
        ("3", "c", None),
        ("4", "c", None),
        ("Adventure Works", None, None),
    ]


def test_a_job_deletes(sales: Caller) -> None:
    """SDK 1.1.0 wire: aio records.delete many is BulkDelete."""

    async def work(client: AsyncDataverseClient) -> Any:
        many = await client.records.create("account", [{"name": n, "accountnumber": n} for n in ("N1", "N2")])
        return await client.records.delete("account", many)

    assert with_client(sales, work)
    sales.admin("advance", {"days": 1})
    assert len(sales.admin("rows/accounts")["value"]) == 2


def test_lists_go_past_the_largest_page(sales: Caller) -> None:
    """SDK 1.1.0 wire: aio records.list follows nextLink."""
    more = [{"name": "x", "accountnumber": f"P{number:05d}"} for number in range(PAGE)]
    sales.admin("load", {"rows": {"accounts": more}})

    async def work(client: AsyncDataverseClient) -> int:
        return len(
            await client.records.list("account", select=["accountnumber"], filter="name eq 'x' or name ne 'a+b'")
        )

    assert with_client(sales, work) == PAGE + 2


def test_fetchxml_and_sql(sales: Caller) -> None:
    """SDK 1.1.0 wire: aio query.fetchxml, query.sql."""
    xml = "<fetch count='1'><entity name='account'><attribute name='name'/><order attribute='name'/></entity></fetch>"

    async def work(client: AsyncDataverseClient) -> list[list[str]]:
        fetched = await client.query.fetchxml(xml).execute()
        selected = await client.query.sql("SELECT name FROM account WHERE name = 'Fabrikam'")
        return [[row["name"] for row in rows] for rows in (fetched, selected)]

    assert with_client(sales, work) == [["Adventure Works", "Fabrikam"], ["Fabrikam"]]


def test_a_batch_with_a_changeset(sales: Caller) -> None:
    """SDK 1.1.0 wire: aio $batch, a changeset with a reference."""

    async def work(client: AsyncDataverseClient) -> list[int]:
        batch = client.batch.new()
        async with batch.changeset() as changes:
            made = changes.records.create("account", {"name": "New", "accountnumber": "N1"})
            changes.records.update("account", made, {"description": "by reference"})
        batch.records.retrieve("account", ACCOUNT, select=["name"])
        return [answer.status_code for answer in (await batch.execute()).responses]

    assert with_client(sales, work) == [204, 204, 200]
    assert "by reference" in {row["description"] for row in sales.admin("rows/accounts")["value"]}


def test_definitions_and_errors(sales: Caller) -> None:
    """SDK 1.1.0 wire: aio tables.get, list_columns typed, get_alternate_keys; an update never creates."""

    async def work(client: AsyncDataverseClient) -> tuple[Any, ...]:
        with pytest.raises(HttpError) as caught:
            await client.records.update("account", MISSING, {"name": "x"})
        table = await client.tables.get("salesorder")
        columns = await client.tables.list_columns("salesorder", typed=True)
        keys = await client.tables.get_alternate_keys("account")
        assert table is not None
        return caught.value.status_code, table.entity_set_name, len(columns) > 10, [key.status for key in keys]

    assert with_client(sales, work) == (404, "salesorders", True, ["Active"])
