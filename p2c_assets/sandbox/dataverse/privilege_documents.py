"""Privileges as the definitions and the platform's own function show them.

What the caller lacks, and what that refuses, is in `privileges`.
"""

from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.definition_documents import NAMESPACE, Document
from p2c_assets.sandbox.dataverse.privileges import VERBS, privilege, privilege_id, settings
from p2c_assets.sandbox.dataverse.reading import API
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.schema import EVERY_TABLE
from p2c_assets.sandbox.dataverse.seed import APPLICATION_USER_ID, ROOT_BUSINESS_UNIT_ID
from p2c_assets.sandbox.messages import Request, Response, Unsupported


def documents(table: Table) -> list[Document]:
    """SecurityPrivilegeMetadata of a table: which privileges its operations ask for.

    Source: webapi/reference/securityprivilegemetadata. Of the types (Create, Read, Write, Delete, Assign, Share, Append,
    AppendTo) those that the twin looks at.
    """
    by_unit = {"CanBeBasic": table.owned, "CanBeLocal": table.owned, "CanBeDeep": table.owned, "CanBeGlobal": True}
    external = {"CanBeEntityReference": False, "CanBeParentEntityReference": False}
    named = [(privilege(table, message), kind) for message, kind in VERBS.items()]
    return [
        {**by_unit, **external, "Name": name, "PrivilegeId": privilege_id(name), "PrivilegeType": kind}
        for name, kind in named
    ]


def retrieve_user_privileges(records: Records, user: str, request: Request) -> Response:
    """What the application user's roles give, by privilege, with the depth of each.

    Source: webapi/reference/retrieveuserprivileges (bound to systemuser; RolePrivilege with Depth and PrivilegeId).
    """
    if user != APPLICATION_USER_ID:
        raise Unsupported("RetrieveUserPrivileges of another user")
    found = settings(records)
    revoked, limited = found["revoked"], found["limited"]
    names = dict.fromkeys(privilege(table, message) for table in EVERY_TABLE for message in VERBS)
    held = [name for name in names if name.lower() not in revoked]
    granted = [
        {
            "Depth": "Local" if name.lower() in limited else "Global",
            "PrivilegeId": privilege_id(name),
            "BusinessUnitId": ROOT_BUSINESS_UNIT_ID,
            "PrivilegeName": name,
        }
        for name in held
    ]
    context = f"{request.base_url}{API}/$metadata#{NAMESPACE}.RetrieveUserPrivilegesResponse"
    return Response.json(200, {"@odata.context": context, "RolePrivileges": granted})
