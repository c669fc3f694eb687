"""What a Dataverse environment says of itself: who we are, its version, its tables' definitions, our privileges.

Reads only. Source: MicrosoftDocs powerapps-docs webapi/use-web-api-functions (WhoAmI, RetrieveVersion),
webapi/query-metadata-web-api, define-alternate-keys-entity (EntityKeyIndexStatus), webapi/reference/retrieveuserprivileges
and securityprivilegemetadata.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, NamedTuple

from p2c_assets.connectors import exact_json, odata

DEPTHS = ("Basic", "Local", "Deep", "Global")
"""How far a privilege reaches, from the user's own rows to those of the whole organisation."""


class Key(NamedTuple):
    """An alternate key of a table and how far its index is: Pending, InProgress, Active, Failed."""

    name: str
    columns: tuple[str, ...]
    index_status: str


class Privilege(NamedTuple):
    """What an operation on a table asks for; `kind` is Create, Read, Write, Delete, Append, AppendTo ..."""

    id: str
    name: str
    kind: str


class Definition(NamedTuple):
    """A table as the environment defines it."""

    logical_name: str
    is_tracked: bool
    columns: frozenset[str]
    keys: tuple[Key, ...]
    privileges: tuple[Privilege, ...]


class Environment:
    """One environment; `text` is the client's GET of a path below the API's root."""

    def __init__(self, text: Callable[[str], Awaitable[str]]) -> None:
        self._text = text

    async def user(self) -> str:
        """The id of the application user. Raises PermanentError with the system's words when it is not let in."""
        return str((await self._json("WhoAmI"))["UserId"])

    async def version(self) -> str:
        """Four numbers."""
        return str((await self._json("RetrieveVersion()"))["Version"])

    async def definitions(self, logical_names: Iterable[str]) -> Mapping[str, Definition]:
        """The tables by logical name; those that are not there are left out."""
        names = " or ".join(f"LogicalName eq '{name}'" for name in logical_names)
        options = {
            "$select": "LogicalName,ChangeTrackingEnabled,Privileges",
            "$filter": names,
            "$expand": "Attributes($select=LogicalName),Keys($select=LogicalName,KeyAttributes,EntityKeyIndexStatus)",
        }
        found = (await self._json(odata.url("EntityDefinitions", options)))["value"]
        return {one["LogicalName"]: _definition(one) for one in found}

    async def privileges(self, user: str) -> Mapping[str, str]:
        """What a user's roles give, by privilege id: the greatest depth of each."""
        path = f"systemusers({user})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()"
        deepest: dict[str, str] = {}
        for one in (await self._json(path))["RolePrivileges"]:
            key, depth = str(one["PrivilegeId"]).lower(), _depth(one["Depth"])
            deepest[key] = max(depth, deepest.get(key, depth), key=DEPTHS.index)
        return deepest

    async def _json(self, path: str) -> dict[str, Any]:
        return exact_json.loads((await self._text(path)).encode())


def _definition(one: Mapping[str, Any]) -> Definition:
    return Definition(
        one["LogicalName"],
        bool(one["ChangeTrackingEnabled"]),
        frozenset(str(column["LogicalName"]) for column in one["Attributes"]),
        tuple(Key(key["LogicalName"], tuple(key["KeyAttributes"]), key["EntityKeyIndexStatus"]) for key in one["Keys"]),
        tuple(
            Privilege(str(kept["PrivilegeId"]).lower(), kept["Name"], kept["PrivilegeType"])
            for kept in one["Privileges"] or ()
        ),
    )


def _depth(value: object) -> str:
    """By name, or by the number of the enumeration."""
    text = str(value)
    return DEPTHS[int(text)] if text.isdecimal() else text
