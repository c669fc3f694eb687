"""Webhooks: steps registered on messages of tables, and the notices that a write then queues.

Every write that gives a row a new version is an event, whoever made it; rows loaded from outside are none. Notices are
posted within the transaction, so that a rollback takes them back (`sandbox.notices`); what they say is in
`execution_context`.
Source: MicrosoftDocs/powerapps-docs use-webhooks.md, register-web-hook.md.
"""

from collections.abc import Mapping, Set
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit
from xml.etree import ElementTree

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.execution_context import Event, body
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.schema_messages import (
    ASYNCHRONOUS,
    HTTP_HEADER,
    HTTP_QUERY_STRING,
    POST_OPERATION,
    PROCESSING_STEP,
    SDK_MESSAGE,
    SDK_MESSAGE_FILTER,
    SERVICE_ENDPOINT,
    WEBHOOK,
    WEBHOOK_KEY,
)
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.notices import Notices
from p2c_assets.sandbox.table import Row

SECRETS = "_authvalues"
"""authvalue by endpoint: it can be written and not be read."""

MESSAGES = frozenset({"Create", "Update", "Delete"})
ATTEMPTS = 2
TIMEOUT_S = 60.0
RETRIED = (502, 503, 504)
_SIZE_EXCEEDED = "x-ms-dynamics-msg-size-exceeded"


class Webhooks:
    """Tells registered endpoints of writes."""

    def __init__(self, records: Records, notices: Notices) -> None:
        self._records = records
        self._notices = notices

    def raise_event(self, message: str, table: Table, row: Row, written: Mapping[str, Any]) -> None:
        """Queue a notice for every step that waits for such an event."""
        if not len(self._records.store.table(PROCESSING_STEP.logical)):
            return
        event = Event(message, table, row, written)
        for step in self._steps(event):
            self._post(event, step)

    def _steps(self, event: Event) -> list[Row]:
        steps = [step for step in self._records.rows(PROCESSING_STEP) if self._waits_for(step, event)]
        return sorted(steps, key=lambda step: step.get("rank") or 1)

    def _waits_for(self, step: Row, event: Event) -> bool:
        message = self._records.get(SDK_MESSAGE, step.get("_sdkmessageid_value") or "") or {}
        only = self._records.get(SDK_MESSAGE_FILTER, step.get("_sdkmessagefilterid_value") or "")
        if step.get("statecode") != 0 or message.get("name") != event.message:
            return False
        if only is not None and only["primaryobjecttypecode"] != event.table.logical:
            return False
        filtered = event.message == "Update" and step.get("filteringattributes")
        return not filtered or bool(_names(str(filtered)) & _written(event))

    def _post(self, event: Event, step: Row) -> None:
        endpoint = self._records.get(SERVICE_ENDPOINT, step.get("_eventhandler_value") or "")
        if endpoint is None:
            return
        caller = self._records.caller
        content, cut = body(event, step, caller, self._records.clock.now())
        headers = {
            "Content-Type": "application/json",
            "x-ms-dynamics-organization": caller.host,
            "x-ms-dynamics-entity-name": event.table.logical,
            "x-ms-dynamics-request-name": event.message,
            "x-ms-correlation-request-id": caller.correlation,
            **({_SIZE_EXCEEDED: "true"} if cut else {}),
        }
        secret = self._records.store.table(SECRETS).get(endpoint["serviceendpointid"]) or {}
        url, own = _authenticated(endpoint, secret.get("authvalue"))
        self._notices.post(url, {**headers, **own}, content, ATTEMPTS, timeout_s=TIMEOUT_S, retried=RETRIED)


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.split(",") if name.strip())


def _written(event: Event) -> Set[str]:
    """Logical names of the columns that were written."""
    columns = event.table.by_stored
    return {columns[name].name for name in event.written if name in columns}


def _authenticated(endpoint: Row, secret: str | None) -> tuple[str, dict[str, str]]:
    """The URL and the headers by which the receiver knows the sender."""
    url = str(endpoint.get("url"))
    match endpoint.get("authtype"):
        case kind if kind == WEBHOOK_KEY and secret:
            return _extended(url, {"code": secret}), {}
        case kind if kind == HTTP_QUERY_STRING and secret:
            return _extended(url, settings(secret)), {}
        case kind if kind == HTTP_HEADER and secret:
            return url, settings(secret)
        case _:
            return url, {}


def _extended(url: str, values: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, urlencode(values))))))


def settings(text: str) -> dict[str, str]:
    """Name and value pairs as the Plug-in Registration tool stores them: <settings><setting name="" value=""/>.

    Raises DataverseError for any other text.
    """
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise errors.invalid_argument("authvalue is not of the form <settings><setting name='' value=''/>.") from error
    return {str(setting.get("name")): str(setting.get("value")) for setting in root.iter("setting")}


def keep_secret(work: Work, before: Row | None, after: Row, changed: Set[str]) -> Row:  # noqa: ARG001
    """A step before a write of an endpoint: its url is there, its authvalue is put away and reads as nothing."""
    if after.get("contract") != WEBHOOK:
        raise Unsupported(f"service endpoint with contract {after.get('contract')}")
    if not str(after.get("url") or "").startswith(("http://", "https://")):
        raise errors.invalid_argument("A webhook needs an absolute 'url'.")
    secret = after.get("authvalue")
    if secret is None:
        return {}
    if after.get("authtype") in (HTTP_HEADER, HTTP_QUERY_STRING):
        settings(str(secret))
    work.records.store.table(SECRETS).put(after["serviceendpointid"], {"authvalue": secret})
    return {"authvalue": None}


def check_step(work: Work, before: Row | None, after: Row, changed: Set[str]) -> Row:  # noqa: ARG001
    """A step before a write of a processing step: 501 for what is no asynchronous webhook on a write."""
    message = work.records.get(SDK_MESSAGE, after.get("_sdkmessageid_value") or "") or {}
    only = work.records.get(SDK_MESSAGE_FILTER, after.get("_sdkmessagefilterid_value") or "")
    if after.get("eventhandler_type") != SERVICE_ENDPOINT.logical:
        raise Unsupported("processing step of a plug-in type")
    if after.get("mode") != ASYNCHRONOUS:
        raise Unsupported("synchronous webhook")
    if after.get("stage") != POST_OPERATION:
        raise errors.invalid_argument("An asynchronous step can only be registered for the stage PostOperation (40).")
    if message.get("name") not in MESSAGES:
        raise Unsupported(f"webhook on the message {message.get('name')}")
    if only is not None and only["_sdkmessageid_value"] != after.get("_sdkmessageid_value"):
        raise errors.invalid_argument("The message filter is one of another message.")
    return {}
