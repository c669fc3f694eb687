"""What a client may ask about the organisation as a whole: service document, `$metadata`, who it is, versions, counts.

Tables and columns are in `definitions`. Source: MicrosoftDocs/powerapps-docs webapi/web-api-service-documents.md,
webapi/use-web-api-functions.md, webapi/query/count-rows.md (RetrieveTotalRecordCount).
"""

from p2c_assets.sandbox.dataverse import csdl, errors
from p2c_assets.sandbox.dataverse.assumptions import DEGREE_OF_PARALLELISM, VERSION
from p2c_assets.sandbox.dataverse.preferences import preferences
from p2c_assets.sandbox.dataverse.reading import API
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.schema import BY_LOGICAL, EVERY_TABLE
from p2c_assets.sandbox.dataverse.seed import APPLICATION_USER_ID, ORGANIZATION_ID, ROOT_BUSINESS_UNIT_ID
from p2c_assets.sandbox.messages import Request, Response
from p2c_assets.sandbox.odata.expression import Call, ListLiteral, Literal
from p2c_assets.sandbox.odata.filter import parse_filter

CRM = "Microsoft.Dynamics.CRM"


def service_document(request: Request) -> Response:
    """The entity sets."""
    sets = [{"name": table.entity_set, "kind": "EntitySet", "url": table.entity_set} for table in EVERY_TABLE]
    return Response.json(200, {"@odata.context": f"{request.base_url}{API}/$metadata", "value": sets})


def metadata_document(records: Records, request: Request) -> Response:
    """The CSDL; with annotations by `annotations=true` or by preference."""
    annotations = request.query.get("annotations") == "true" or bool(preferences(request).annotations)
    text = csdl.document(records.options, annotations=annotations)
    return Response(200, {"Content-Type": "application/xml", "OData-Version": "4.0"}, text.encode())


def context(request: Request, response: str) -> dict[str, str]:
    """The context of a function's answer."""
    return {"@odata.context": f"{request.base_url}{API}/$metadata#{CRM}.{response}"}


def who_am_i(request: Request) -> Response:
    """The application user; the answer carries the recommended parallelism."""
    ids = {
        "BusinessUnitId": ROOT_BUSINESS_UNIT_ID,
        "UserId": APPLICATION_USER_ID,
        "OrganizationId": ORGANIZATION_ID,
    }
    body = {**context(request, "WhoAmIResponse"), **ids}
    return Response.json(200, body, {"x-ms-dop-hint": str(DEGREE_OF_PARALLELISM)})


def retrieve_version(request: Request) -> Response:
    return Response.json(200, {**context(request, "RetrieveVersionResponse"), "Version": VERSION})


def retrieve_total_record_count(records: Records, request: Request) -> Response:
    """Rows of each named table. The real count is a snapshot of up to 24 hours ago; the twin's is of now."""
    call = parse_filter(request.path.rpartition("/")[2], request.query)
    names = call.named.get("EntityNames") if isinstance(call, Call) else None
    if not isinstance(names, ListLiteral):
        raise errors.bad_url("RetrieveTotalRecordCount takes EntityNames, a list of logical names.")
    logical = [str(item.value) for item in names.items if isinstance(item, Literal)]
    for name in logical:
        if name not in BY_LOGICAL:
            raise errors.no_entity(name)
    counted = [len(records.rows(BY_LOGICAL[name])) for name in logical]
    found = {"Count": len(logical), "IsReadOnly": False, "Keys": logical, "Values": counted}
    body = {**context(request, "RetrieveTotalRecordCountResponse"), "EntityRecordCountCollection": found}
    return Response.json(200, body)
