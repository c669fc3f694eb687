"""Exports of data packages: a data project is run for a company, waited for, and its package fetched.

The id of an execution is the caller's, so that it is known before anything is asked for: an answer that was lost, or a
process that died, leaves an execution that can be looked up by its id. What is inside of a package: `package_file`.
Source: data-entities/data-management-api.md (actions, states, signed addresses, seven days); finops.md 3.1.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

import httpx

from p2c_assets.connectors import exact_json, retry
from p2c_assets.connectors.clock import Clock
from p2c_assets.connectors.faults import Fault, json_object
from p2c_assets.connectors.finops import errors, requests
from p2c_assets.connectors.transport import Lost, Transport
from p2c_assets.errors import PermanentError, TransientError

ACTIONS = "DataManagementDefinitionGroups/Microsoft.Dynamics.DataEntities."
SUCCEEDED = "Succeeded"
UNDER_WAY = frozenset({"Unknown", "NotRun", "Executing"})
NOT_FOUND = "were not found"
"""What the status of an execution says that has no record, or none yet. Source: finops.md 3.1, status timing."""
NOT_FOUND_ATTEMPTS = 5
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0


class PackageLostError(PermanentError):
    """The package of an execution is not to be had: what it held is known to nobody, so read everything."""


class PackageJobs:
    """Runs of data projects of one F&O environment."""

    def __init__(self, transport: Transport, root: str, clock: Clock) -> None:
        self._transport = transport
        self._root = root
        self._clock = clock

    async def export(self, project: str, company: str, execution: str) -> None:
        """Start the export of a project for a company, under an id that was never used.

        Raises PackageLostError when the system refuses it (there is no such project), PermanentError when it refuses us,
        TransientError when it cannot be reached: then it may have been started, and its status tells.
        """
        parameters = {
            "definitionGroupId": project,
            "packageName": execution,
            "executionId": execution,
            "reExecute": False,
            "legalEntityId": company,
        }
        response = await self._post("ExportToPackage", parameters)
        if isinstance(response, Lost):
            raise TransientError(f"ExportToPackage of {project} for {company} got no answer: {response.reason}")
        if response.status_code >= 500:
            raise TransientError(f"ExportToPackage of {project} for {company} was answered {response.status_code}")
        if response.status_code != 200:
            raise _refusal(f"ExportToPackage of {project} for {company}", response)

    async def content(self, execution: str, wait_s: float) -> bytes:
        """The package of an execution, once it has ended.

        Raises PackageLostError when it did not succeed or is no longer kept, TransientError when it is still under way
        after `wait_s` seconds or the system cannot be reached.
        """
        await self._ended(execution, wait_s)
        address = await self._value("GetExportedPackageUrl", execution)
        if not address:
            raise PackageLostError(f"the execution {execution} has no package")
        response = await self._transport.download(address)
        if response.status_code != 200:
            raise PackageLostError(f"the package of the execution {execution} was answered {response.status_code}")
        return response.content

    async def _ended(self, execution: str, wait_s: float) -> None:
        """Ask until the execution has succeeded, at growing distances."""
        until, pause_s, missing = self._clock.monotonic() + wait_s, FIRST_WAIT_S, 0
        while True:
            status = await self._status(execution)
            missing = missing + 1 if status is None else 0
            if missing == NOT_FOUND_ATTEMPTS:
                raise PackageLostError(f"the execution {execution} is not known, or no longer")
            if status == SUCCEEDED:
                return
            if status is not None and status not in UNDER_WAY:
                raise PackageLostError(f"the execution {execution} ended as {status}{await self._reasons(execution)}")
            if self._clock.monotonic() + pause_s > until:
                raise TransientError(
                    f"the execution {execution} has not ended after {wait_s:g} s; it is taken up later"
                )
            await self._clock.sleep(pause_s)
            pause_s = min(LONGEST_WAIT_S, pause_s * 2)

    async def _status(self, execution: str) -> str | None:
        """None: there is no record of the execution, or not yet."""
        response = await self._asked("GetExecutionSummaryStatus", execution)
        if response.status_code == 200:
            return _value(response)
        if response.status_code == 400 and NOT_FOUND in response.text:
            return None
        raise _refusal(f"GetExecutionSummaryStatus of {execution}", response)

    async def _reasons(self, execution: str) -> str:
        """The list is a JSON text of its own, and often empty: an engine that crashed says nothing."""
        try:
            listed: Any = json.loads(await self._value("GetExecutionErrors", execution) or "[]")
        except ValueError:
            return ""
        said = [str(error["ErrorMessage"]) for error in listed[:3]]
        return f": {'; '.join(said)}" if said else ""

    async def _value(self, action: str, execution: str) -> str:
        response = await self._asked(action, execution)
        if response.status_code != 200:
            raise _refusal(f"{action} of {execution}", response)
        return _value(response)

    async def _asked(self, action: str, execution: str) -> httpx.Response:
        """The answer to a question: asking twice does no harm, so it is tried again as a GET would be."""
        failure = ""
        for attempt in range(retry.READ_ATTEMPTS):
            if attempt:
                await self._clock.sleep(retry.backoff_s(attempt - 1, self._clock.jitter()))
            response = await self._post(action, {"executionId": execution})
            if isinstance(response, Lost):
                failure = response.reason
            elif response.status_code in retry.RETRIED_READ_STATUSES:
                failure = str(errors.fault(response.status_code, response.content))
            else:
                return response
        raise TransientError(f"{action} of {execution} kept failing, the last time: {failure}")

    async def _post(self, action: str, parameters: Mapping[str, object]) -> httpx.Response | Lost:
        url, content = f"{self._root}/{ACTIONS}{action}", exact_json.dumps(parameters).encode()
        return await self._transport.post(url, requests.action_headers(), content)


def _value(response: httpx.Response) -> str:
    """The one value of an action, plain or nested. Source: finops.md 3.1: the page shows `{"value": {"value": ...}}`."""
    value = json_object(response.content).get("value")
    inner = value if value is None or isinstance(value, str) else cast(Mapping[str, object], value).get("value")
    return "" if inner is None else str(inner)


def _refusal(what: str, response: httpx.Response) -> Exception:
    fault: Fault = errors.fault(response.status_code, response.content)
    text = f"{what} was answered {response.status_code} {fault}"
    if fault.outcome in {"transient", "throttled"}:
        return TransientError(text)
    return PermanentError(text) if fault.outcome == "fatal" else PackageLostError(text)
