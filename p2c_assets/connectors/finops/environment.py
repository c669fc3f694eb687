"""What an F&O environment says of itself: its versions, its public entities, its number sequences; counts of rows.

Reads only; the version actions are POSTs that change nothing. Source: three independent clients (GetApplicationVersion and
GetPlatformBuildVersion of DataManagementEntities), d365fo-client (/Metadata), clients generated from a live $metadata
(SequenceV2Tables, NumberSequencesV2References); finops.md 2.1 and 9.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from p2c_assets.connectors import exact_json, odata
from p2c_assets.connectors.finops import errors, requests
from p2c_assets.connectors.pages import PageReader
from p2c_assets.connectors.transport import Lost, Transport
from p2c_assets.errors import PermanentError, TransientError

VERSION_ACTIONS = "DataManagementEntities/Microsoft.Dynamics.DataEntities"


class Versions(NamedTuple):
    """Four numbers each."""

    application: str
    platform: str


class NumberSequence(NamedTuple):
    """The sequence that numbers one kind of record in one company. `takes_given`: a number may be given with the record."""

    data_type: str
    company: str
    code: str
    format: str
    takes_given: bool
    is_stopped: bool


class Environment:
    """One environment; `url` has no `/data`."""

    def __init__(self, transport: Transport, reader: PageReader, url: str) -> None:
        self._transport = transport
        self._reader = reader
        self._url = url

    async def versions(self) -> Versions:
        """Of the application and of the platform build."""
        return Versions(await self._version("GetApplicationVersion"), await self._version("GetPlatformBuildVersion"))

    async def columns(self, aot_name: str) -> frozenset[str]:
        """The properties of the public entity of an object (`CustCustomerV2Entity`). Raises PermanentError without it."""
        entity = await self._metadata(f"DataEntities('{aot_name}')")
        public = await self._metadata(f"PublicEntities('{entity['PublicEntityName']}')")
        return frozenset(str(one["Name"]) for one in public["Properties"])

    async def check_read(self, entity_set: str, column: str) -> None:
        """Read at most one row. Raises PermanentError with the system's words when that is refused."""
        options = {"cross-company": "true", "$top": "1", "$select": column}
        await self._data(odata.url(entity_set, options))

    async def count(self, entity_set: str, condition: str) -> int:
        """How many rows fulfil an OData expression, in whichever company it names."""
        options = {"cross-company": "true", "$filter": condition}
        return int((await self._data(odata.url(f"{entity_set}/$count", options))).strip("\ufeff \n"))

    async def number_sequences(self) -> Sequence[NumberSequence]:
        """What numbers what, in all companies.

        Both sets are read whole: on a live environment `$select`, `$orderby` and filters by enums were refused there.
        """
        tables = {_place(row): row for row in await self._rows("SequenceV2Tables")}
        references = await self._rows("NumberSequencesV2References")
        return [_sequence(row, tables[_place(row)]) for row in references if _place(row) in tables]

    async def _version(self, action: str) -> str:
        what = f"POST {self._url}{requests.API}/{VERSION_ACTIONS}.{action}"
        answer = await self._transport.post(what.removeprefix("POST "), requests.action_headers(), b"{}")
        if isinstance(answer, Lost):
            raise TransientError(f"{what} got no answer: {answer.reason}")
        if answer.status_code == 200:
            return str(exact_json.loads(answer.content)["value"])
        fault = errors.fault(answer.status_code, answer.content)
        passing = fault.outcome in {"transient", "throttled"}
        raise (TransientError if passing else PermanentError)(f"{what} was answered {answer.status_code} {fault}")

    async def _rows(self, entity_set: str) -> list[dict[str, Any]]:
        url = f"{self._url}{requests.API}/{entity_set}?{requests.CROSS_COMPANY}"
        return [row async for page in self._reader.follow(url, requests.keyset_headers()) for row in page]

    async def _metadata(self, path: str) -> dict[str, Any]:
        return exact_json.loads(await self._reader.text(f"{self._url}/Metadata/{path}", requests.text_headers()))

    async def _data(self, path: str) -> str:
        return await self._reader.text(f"{self._url}{requests.API}/{path}", requests.text_headers())


def _place(row: dict[str, Any]) -> tuple[str, str, str]:
    return str(row["NumberSequenceCode"]), str(row["ScopeType"]), str(row["ScopeValue"]).lower()


def _sequence(reference: dict[str, Any], table: dict[str, Any]) -> NumberSequence:
    given = "Yes" in (table["Manual"], table["ToAHigherNumber"], table["ToALowerNumber"])
    return NumberSequence(
        str(reference["DataTypeName"]),
        str(reference["ScopeValue"]).lower(),
        str(table["NumberSequenceCode"]),
        str(table["Format"] or ""),
        given,
        table["Stopped"] == "Yes",
    )
