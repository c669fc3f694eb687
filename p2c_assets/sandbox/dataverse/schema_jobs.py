"""The tables of system jobs: asyncoperation, bulkdeleteoperation, bulkdeletefailure. Only the system writes them.

Source: MicrosoftDocs/powerapps-docs developer/data-platform/reference/entities (asyncoperation.md,
bulkdeleteoperation.md, bulkdeletefailure.md); delete-data-bulk.md.
"""

from p2c_assets.sandbox.dataverse.columns import Column, Kind, States, Status, Table, Target, standard, system

JOB_STATES = States(
    {0: "Ready", 1: "Suspended", 2: "Locked", 3: "Completed"},
    (
        Status(0, 0, True),
        Status(1, 10, True),
        Status(2, 20, True),
        Status(2, 21, False),
        Status(2, 22, False),
        Status(3, 30, True),
        Status(3, 31, False),
        Status(3, 32, False),
    ),
)
"""0 waiting for resources, 10 waiting, 20 in progress, 21 pausing, 22 canceling, 30 succeeded, 31 failed, 32 canceled."""

READY, SUCCEEDED, FAILED = (0, 0), (3, 30), (3, 31)
BULK_DELETE, SYSTEM_EVENT = 13, 1
"""asyncoperation.operationtype."""

_MESSAGES = frozenset({"Update", "Delete"})
_REGARDING = ("account", "contact", "product", "quote", "salesorder", "invoice")

ASYNC_OPERATION = Table(
    logical="asyncoperation",
    entity_set="asyncoperations",
    key="asyncoperationid",
    name_column="name",
    states=JOB_STATES,
    messages=_MESSAGES,
    columns=(
        Column("asyncoperationid", Kind.GUID, creatable=False, updatable=False),
        system("name", Kind.TEXT),
        system("operationtype", Kind.CHOICE),
        system("messagename", Kind.TEXT),
        system("primaryentitytype", Kind.TEXT),
        system("correlationid", Kind.GUID),
        system("depth", Kind.INTEGER),
        system("startedon", Kind.DATETIME),
        system("completedon", Kind.DATETIME),
        system("errorcode", Kind.INTEGER),
        system("message", Kind.TEXT),
        system("friendlymessage", Kind.TEXT),
        Column(
            "owningextensionid",
            Kind.LOOKUP,
            targets=(Target("sdkmessageprocessingstep", "owningextensionid"),),
            creatable=False,
            updatable=False,
        ),
        *standard(),
    ),
)

BULK_DELETE_OPERATION = Table(
    logical="bulkdeleteoperation",
    entity_set="bulkdeleteoperations",
    key="bulkdeleteoperationid",
    name_column="name",
    states=JOB_STATES,
    messages=_MESSAGES,
    columns=(
        Column("bulkdeleteoperationid", Kind.GUID, creatable=False, updatable=False),
        system("name", Kind.TEXT),
        system("asyncoperationid", Kind.LOOKUP, "asyncoperation"),
        system("successcount", Kind.INTEGER),
        system("failurecount", Kind.INTEGER),
        system("isrecurring", Kind.BOOLEAN),
        system("nextrun", Kind.DATETIME),
        *standard(),
    ),
)

BULK_DELETE_FAILURE = Table(
    logical="bulkdeletefailure",
    entity_set="bulkdeletefailures",
    key="bulkdeletefailureid",
    name_column="bulkdeletefailureid",
    messages=frozenset({"Delete"}),
    columns=(
        Column("bulkdeletefailureid", Kind.GUID, creatable=False, updatable=False),
        system("asyncoperationid", Kind.LOOKUP, "asyncoperation"),
        system("bulkdeleteoperationid", Kind.LOOKUP, "bulkdeleteoperation"),
        system("errornumber", Kind.INTEGER),
        system("errordescription", Kind.TEXT),
        system("orderedqueryindex", Kind.INTEGER),
        Column(
            "regardingobjectid",
            Kind.LOOKUP,
            targets=tuple(Target(name, f"regardingobjectid_{name}") for name in _REGARDING),
            creatable=False,
            updatable=False,
        ),
        *standard(states=False),
    ),
)
