"""Webhooks registered in Sales: one service endpoint, and a step on Create, Update and Delete of each table.

Steps are asynchronous, always: a synchronous one would hold up the user's save and undo it when the receiver is away. Done
again it changes the endpoint's address and key and adds what is missing. F&O has no API for its endpoints; there an
administrator does it by hand (docs/events.md).
Source: powerapps-docs register-web-hook.md; reference/entities/serviceendpoint.md, sdkmessageprocessingstep.md.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID, uuid5

from p2c_assets.connectors.protocol import Changeset, Operation, Query, Row, SystemClient
from p2c_assets.errors import PermanentError, TransientError
from p2c_assets.mappings.schema import Entity

NAME = "p2c events"
MESSAGES = ("Create", "Update", "Delete")

_WEBHOOK, _WEBHOOK_KEY, _ASYNCHRONOUS, _POST_OPERATION = 8, 4, 1, 40
_NAMES = UUID("6f0f5c1a-52bd-5d53-8e0e-0d6a9d5f1c77")
ENDPOINT = uuid5(_NAMES, NAME)
"""The endpoint's id is ours, so that registering twice finds it."""


async def register(client: SystemClient, url: str, secret: str, tables: Collection[Entity]) -> int:
    """Have Sales post every write of these tables to `url`; how many steps are new.

    Raises PermanentError when Sales refuses it (the application needs the right to write service endpoints and steps).
    """
    known = await _ids(client, "serviceendpoints", "serviceendpointid", f"serviceendpointid eq {ENDPOINT}")
    address = {"url": url, "authvalue": secret}
    if known:
        await _send(client, [Operation("PATCH", "serviceendpoints", {"serviceendpointid": ENDPOINT}, address)])
    else:
        fixed = {"serviceendpointid": ENDPOINT, "name": NAME, "contract": _WEBHOOK, "authtype": _WEBHOOK_KEY}
        await _send(client, [Operation("POST", "serviceendpoints", None, {**fixed, **address})])
    there = await _ids(
        client, "sdkmessageprocessingsteps", "sdkmessageprocessingstepid", f"_eventhandler_value eq {ENDPOINT}"
    )
    steps = [step for step in await _steps(client, tables) if str(step["sdkmessageprocessingstepid"]) not in there]
    await _send(client, [Operation("POST", "sdkmessageprocessingsteps", None, step) for step in steps])
    return len(steps)


async def _steps(client: SystemClient, tables: Collection[Entity]) -> list[Mapping[str, object]]:
    names = " or ".join(f"name eq '{name}'" for name in MESSAGES)
    messages = {row["sdkmessageid"]: row["name"] for row in await _rows(client, "sdkmessages", names, "name")}
    wanted = {table.logical_name for table in tables}
    ours = " or ".join(f"primaryobjecttypecode eq '{name}'" for name in sorted(wanted))
    found = await _rows(client, "sdkmessagefilters", f"({ours})", "primaryobjecttypecode", "_sdkmessageid_value")
    return [_step(row, messages[row["_sdkmessageid_value"]]) for row in found if row["_sdkmessageid_value"] in messages]


def _step(found: Row, message: str) -> Mapping[str, object]:
    name = f"{NAME}: {message} of {found['primaryobjecttypecode']}"
    return {
        "sdkmessageprocessingstepid": uuid5(_NAMES, name),
        "name": name,
        "mode": _ASYNCHRONOUS,
        "stage": _POST_OPERATION,
        "asyncautodelete": True,
        "sdkmessageid@odata.bind": f"/sdkmessages({found['_sdkmessageid_value']})",
        "sdkmessagefilterid@odata.bind": f"/sdkmessagefilters({found['sdkmessagefilterid']})",
        "eventhandler_serviceendpoint@odata.bind": f"/serviceendpoints({ENDPOINT})",
    }


async def _ids(client: SystemClient, entity_set: str, key: str, which: str) -> frozenset[str]:
    return frozenset(str(row[key]) for row in await _rows(client, entity_set, which, key))


async def _rows(client: SystemClient, entity_set: str, which: str, *columns: str) -> list[Row]:
    return [row async for page in client.pages(Query(entity_set, columns, which)) for row in page]


async def _send(client: SystemClient, operations: Sequence[Operation]) -> None:
    changesets = [Changeset(str(number), (one,)) for number, one in enumerate(operations)]
    for verdict, one in zip(await client.send(changesets), operations, strict=True):
        if verdict.status != "delivered":
            kind = PermanentError if verdict.status == "refused" else TransientError
            raise kind(f"{one.method} {one.entity_set}: {verdict.code} {verdict.message}")
