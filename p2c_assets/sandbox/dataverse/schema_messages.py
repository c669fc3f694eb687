"""The tables of messages and of what is registered on them: sdkmessage, sdkmessagefilter, serviceendpoint,
sdkmessageprocessingstep.

Source: MicrosoftDocs/powerapps-docs developer/data-platform/reference/entities (serviceendpoint.md,
sdkmessageprocessingstep.md, sdkmessagefilter.md), register-web-hook.md, bulk-operations.md (availability).
"""

from p2c_assets.sandbox.dataverse.columns import (
    Column,
    Kind,
    States,
    Status,
    Table,
    boolean,
    choice,
    integer,
    lookup,
    standard,
    system,
    text,
)

SDK_MESSAGE = Table(
    logical="sdkmessage",
    entity_set="sdkmessages",
    key="sdkmessageid",
    name_column="name",
    messages=frozenset(),
    columns=(
        Column("sdkmessageid", Kind.GUID, creatable=False, updatable=False),
        system("name", Kind.TEXT),
        *standard(states=False),
    ),
)

SDK_MESSAGE_FILTER = Table(
    logical="sdkmessagefilter",
    entity_set="sdkmessagefilters",
    key="sdkmessagefilterid",
    name_column="name",
    messages=frozenset(),
    columns=(
        Column("sdkmessagefilterid", Kind.GUID, creatable=False, updatable=False),
        system("name", Kind.TEXT),
        system("sdkmessageid", Kind.LOOKUP, "sdkmessage"),
        system("primaryobjecttypecode", Kind.TEXT),
        system("secondaryobjecttypecode", Kind.TEXT),
        *standard(states=False),
    ),
)

WEBHOOK = 8
"""serviceendpoint.contract."""

WEBHOOK_KEY, HTTP_HEADER, HTTP_QUERY_STRING = 4, 5, 6
"""serviceendpoint.authtype."""

SERVICE_ENDPOINT = Table(
    logical="serviceendpoint",
    entity_set="serviceendpoints",
    key="serviceendpointid",
    name_column="name",
    columns=(
        Column("serviceendpointid", Kind.GUID, updatable=False),
        text("name", 160, required=True),
        text("description", 100),
        Column("contract", Kind.CHOICE, options=frozenset(range(1, 9)), required=True),
        text("url", 2048),
        choice("authtype", range(1, 9)),
        text("authvalue", 2048),
        choice("messageformat", range(1, 4), 2),
        *standard(states=False),
    ),
)

STEP_STATES = States({0: "Enabled", 1: "Disabled"}, (Status(0, 1, True), Status(1, 2, True)))
ASYNCHRONOUS, POST_OPERATION = 1, 40
"""sdkmessageprocessingstep.mode and stage."""

PROCESSING_STEP = Table(
    logical="sdkmessageprocessingstep",
    entity_set="sdkmessageprocessingsteps",
    key="sdkmessageprocessingstepid",
    name_column="name",
    states=STEP_STATES,
    columns=(
        Column("sdkmessageprocessingstepid", Kind.GUID, updatable=False),
        text("name", 256),
        text("description", 256),
        Column("mode", Kind.CHOICE, options=frozenset(range(2)), required=True),
        Column("stage", Kind.CHOICE, options=frozenset({5, 10, 20, 30, 40, 50, 55, 80, 90}), required=True),
        integer("rank", 1),
        text("filteringattributes", 100_000),
        boolean("asyncautodelete", False),
        choice("supporteddeployment", range(3), 0),
        lookup("sdkmessageid", "sdkmessage", required=True),
        lookup("sdkmessagefilterid", "sdkmessagefilter"),
        lookup("eventhandler", "plugintype", "serviceendpoint"),
        *standard(),
    ),
)
