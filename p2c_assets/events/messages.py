"""What one POST of either system tells: the event's id, and which entities of which company have changed.

Three forms: a webhook of Dataverse and a data event of F&O are both a RemoteExecutionContext, a business event is a flat
object. Only ids, names and the first column of a row's key are taken from them.
Source: powerapps-docs use-webhooks.md; business-events/data-events.md; business-events/business-events-dev-doc.md.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, cast

from p2c_assets.events.subjects import BUSINESS_EVENTS, LINES, VIRTUAL, by_logical_name
from p2c_assets.events.wakes import EVERY_COMPANY, NO_KEY, Changed

TEST_EVENT = "BusinessEventsTestEndpointContract"
"""What F&O posts to an endpoint to see whether it answers, when the endpoint is made."""

_NOBODY = "00000000-0000-0000-0000-000000000000"
_COMPANY = f"{VIRTUAL}dataareaid"


class MessageError(ValueError):
    """A body that is no event, or one about something that is not read here; the text says what was expected."""


class Message(NamedTuple):
    """An event. `changed` is empty where it is none of ours; `remark` then says why."""

    id: str
    changed: tuple[Changed, ...]
    remark: str = ""


def read(body: bytes, companies: Collection[str]) -> Message:
    """The event in a body; `companies` are those of the settings. Raises MessageError."""
    document = _object(body)
    if "BusinessEventId" in document:
        return _business_event(document, companies)
    if "PrimaryEntityName" in document:
        return _execution_context(document, body, companies)
    raise MessageError("the body has neither PrimaryEntityName (webhook, data event) nor BusinessEventId")


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MessageError(f"the body is not JSON: {type(error).__name__}") from error
    if not isinstance(document, dict):
        raise MessageError(f"the body is a JSON {type(document).__name__}, not an object")
    return cast(Mapping[str, Any], document)


def _business_event(document: Mapping[str, Any], companies: Collection[str]) -> Message:
    name, event = document["BusinessEventId"], document.get("EventId")
    if name == TEST_EVENT:
        return Message(str(event), (), "a test of the endpoint")
    entities = BUSINESS_EVENTS.get(name) if isinstance(name, str) else None
    if entities is None:
        raise MessageError(f"the business event {name!r} is not known; known are {', '.join(BUSINESS_EVENTS)}")
    if not isinstance(event, str) or not event:
        raise MessageError("the business event has no EventId")
    company = str(document.get("BusinessEventLegalEntity") or EVERY_COMPANY).lower()
    return _of_scm(event, entities, company, companies)


def _execution_context(document: Mapping[str, Any], body: bytes, companies: Collection[str]) -> Message:
    name = document["PrimaryEntityName"]
    entity = by_logical_name().get(name.lower()) if isinstance(name, str) else None
    if entity is None:
        raise MessageError(f"the table {name!r} is not read here; known are {', '.join(by_logical_name())}")
    event = _id(document, body)
    if entity.system == "sales":
        return Message(event, (Changed("sales", entity.name, EVERY_COMPANY),))
    record = _record(document)
    key = next(name for name in entity.key if name != "dataAreaId")
    company = str(record.get(_COMPANY) or EVERY_COMPANY).lower()
    changed = (entity.name, LINES[entity.name]) if entity.name in LINES else (entity.name,)
    return _of_scm(event, changed, company, companies, str(record.get(f"{VIRTUAL}{key.lower()}") or NO_KEY))


def _of_scm(
    event: str, entities: Collection[str], company: str, companies: Collection[str], key: str = NO_KEY
) -> Message:
    if company != EVERY_COMPANY and company not in companies:
        return Message(event, (), f"company {company!r} is not in the settings")
    return Message(event, tuple(Changed("scm", entity, company, key) for entity in entities))


def _id(document: Mapping[str, Any], body: bytes) -> str:
    """The operation's id with what it was done to; the same for an event that is sent again."""
    operation = document.get("OperationId")
    if not isinstance(operation, str) or operation in ("", _NOBODY):
        return hashlib.sha256(body).hexdigest()
    parts = (document.get(name) for name in ("PrimaryEntityName", "PrimaryEntityId", "MessageName"))
    return "/".join([operation, *(str(part) for part in parts)])


def _record(document: Mapping[str, Any]) -> dict[str, str]:
    """The texts of the record as it is, else as it was; a body that was cut for its size tells none."""
    found: dict[str, str] = {}
    for collection in ("InputParameters", "PreEntityImages"):
        for pair in _dicts(document.get(collection)):
            record = pair.get("value")
            attributes = cast(Mapping[str, Any], record).get("Attributes") if isinstance(record, dict) else None
            for attribute in _dicts(attributes):
                name, value = attribute.get("key"), attribute.get("value")
                if isinstance(name, str) and isinstance(value, str):
                    found.setdefault(name, value)
    return found


def _dicts(value: object) -> list[Mapping[str, Any]]:
    """The objects in a list; nothing where it is none."""
    found = cast(list[object], value) if isinstance(value, list) else []
    return [cast(Mapping[str, Any], one) for one in found if isinstance(one, dict)]
