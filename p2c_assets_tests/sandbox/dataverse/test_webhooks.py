"""Webhooks. Source of all unless said otherwise: powerapps-docs use-webhooks, register-web-hook."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.messages import Request
from p2c_assets.sandbox.store import Store
from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, API, LIST_USD, OTHER_ACCOUNT, PERSON, guid, line, order
from p2c_assets_tests.sandbox.receiver import Posted, Receiver, receiving

CONTRACTS = "http://schemas.microsoft.com/xrm/2011/Contracts"
SETTINGS = '<settings><setting name="X-Key" value="a b"/></settings>'


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def _endpoint(sales: Sales, url: str, **more: Any) -> str:
    return sales.create("serviceendpoints", {"name": "Hook", "contract": 8, "url": url, "authtype": 5, **more})


def _step(sales: Sales, endpoint: str, name: str = "Update", table: str = "account", **more: Any) -> dict[str, Any]:
    found = sales.one("sdkmessagefilters", f"sdkmessageid/name eq '{name}' and primaryobjecttypecode eq '{table}'")
    return {
        "name": f"{name} of {table}",
        "mode": 1,
        "stage": 40,
        "sdkmessageid@odata.bind": f"/sdkmessages({found['_sdkmessageid_value']})",
        "sdkmessagefilterid@odata.bind": f"/sdkmessagefilters({found['sdkmessagefilterid']})",
        "eventhandler_serviceendpoint@odata.bind": f"/serviceendpoints({endpoint})",
        **more,
    }


def _register(sales: Sales, receiver: Receiver, name: str = "Update", table: str = "account", **more: Any) -> str:
    endpoint = _endpoint(sales, f"{receiver.url}/hook")
    return sales.create("sdkmessageprocessingsteps", _step(sales, endpoint, name, table, **more))


def _body(posted: Posted) -> dict[str, Any]:
    return json.loads(posted.body)


def _attributes(entity: dict[str, Any]) -> dict[str, Any]:
    return {pair["key"]: pair["value"] for pair in entity["Attributes"]}


def _target(posted: Posted) -> dict[str, Any]:
    (target,) = _body(posted)["InputParameters"]
    assert target["key"] == "Target"
    return target["value"]


def test_an_update_posts_an_execution_context(sales: Sales, receiver: Receiver) -> None:
    """use-webhooks: request body"""
    step = _register(sales, receiver)
    sales.change(f"accounts({ACCOUNT})", {"name": "Changed", "creditlimit": 5})
    context = _body(receiver.next())
    user = sales.json(sales.get("WhoAmI"))
    told = (context["MessageName"], context["PrimaryEntityName"], context["PrimaryEntityId"])
    assert told == ("Update", "account", ACCOUNT)
    assert (context["Stage"], context["Mode"], context["Depth"]) == (40, 1, 1)
    assert (context["UserId"], context["InitiatingUserId"]) == (user["UserId"], user["UserId"])
    assert (context["OrganizationId"], context["BusinessUnitId"]) == (user["OrganizationId"], user["BusinessUnitId"])
    assert context["OwningExtension"]["Id"] == step
    assert context["OperationCreatedOn"] == "/Date(1767600000000+0000)/"
    assert list(context) == sorted(context)
    assert context.keys() >= {"CorrelationId", "OperationId", "OrganizationName", "RequestId", "PreEntityImages"}


def test_the_target_is_what_was_written_with_typed_values(sales: Sales, receiver: Receiver) -> None:
    """use-webhooks: InputParameters, Target"""
    _register(sales, receiver)
    body = {"name": "Changed", "creditlimit": 5, "statecode": 1}
    bind = {"transactioncurrencyid@odata.bind": None}
    sales.change(f"accounts({ACCOUNT})", {**body, **bind})
    target = _target(receiver.next())
    assert (target["__type"], target["Id"], target["LogicalName"]) == (f"Entity:{CONTRACTS}", ACCOUNT, "account")
    written = _attributes(target)
    assert (written["name"], written["accountid"], written["transactioncurrencyid"]) == ("Changed", ACCOUNT, None)
    assert written["creditlimit"] == {"__type": f"Money:{CONTRACTS}", "Value": 5}
    assert written["statecode"] == {"__type": f"OptionSetValue:{CONTRACTS}", "Value": 1}
    assert written["modifiedon"] == "/Date(1767600000000)/"
    modified_by = written["modifiedby"]
    assert (modified_by["__type"], modified_by["LogicalName"]) == (f"EntityReference:{CONTRACTS}", "systemuser")
    assert "accountnumber" not in written


def test_slashes_are_escaped_as_the_platforms_serialiser_does(sales: Sales, receiver: Receiver) -> None:
    """use-webhooks: the example body"""
    _register(sales, receiver)
    sales.change(f"accounts({ACCOUNT})", {"name": "Changed"})
    body = receiver.next().body
    assert b'"Entity:http:\\/\\/schemas.microsoft.com' in body
    assert b'"\\/Date(' in body


def test_the_parent_context_and_the_primary_name_come_along(sales: Sales, receiver: Receiver) -> None:
    """use-webhooks: ParentContext, PostEntityImages"""
    _register(sales, receiver)
    sales.change(f"accounts({ACCOUNT})", {"fax": "1"})
    context = _body(receiver.next())
    parent = context["ParentContext"]
    assert (parent["Stage"], parent["ParentContext"], parent["OperationId"]) == (30, None, context["OperationId"])
    (image,) = context["PostEntityImages"]
    assert image["key"] == "AsynchronousStepPrimaryName"
    assert _attributes(image["value"]) == {"name": "Adventure Works", "accountid": ACCOUNT}


def test_a_create_brings_the_whole_row(sales: Sales, receiver: Receiver) -> None:
    """use-webhooks: data passed to the service"""
    _register(sales, receiver, "Create", "contact")
    key = sales.create("contacts", {"lastname": "Ng", "parentcustomerid_account@odata.bind": f"/accounts({ACCOUNT})"})
    posted = receiver.next()
    written = _attributes(_target(posted))
    assert (written["contactid"], written["lastname"], written["fullname"]) == (key, "Ng", "Ng")
    assert (written["parentcustomerid"]["LogicalName"], written["parentcustomerid"]["Id"]) == ("account", ACCOUNT)
    assert _body(posted)["OutputParameters"] == [{"key": "id", "value": key}]


def test_a_delete_names_the_row(sales: Sales, receiver: Receiver) -> None:
    """assumptions.DELETE_TARGET_IS_A_REFERENCE; use-webhooks"""
    _register(sales, receiver, "Delete")
    sales.delete(f"accounts({OTHER_ACCOUNT})")
    target = _target(receiver.next())
    assert (target["__type"], target["Id"]) == (f"EntityReference:{CONTRACTS}", OTHER_ACCOUNT)


def test_the_headers_tell_table_message_and_operation(sales: Sales, receiver: Receiver) -> None:
    """use-webhooks: header data"""
    _register(sales, receiver)
    correlation = "11111111-2222-4333-8444-555555555555"
    sales.patch(f"accounts({ACCOUNT})", {"fax": "1"}, x_ms_correlation_id=correlation)
    posted = receiver.next()
    told = {name: value for name, value in posted.headers.items() if name.startswith("x-ms-")}
    assert told == {
        "x-ms-dynamics-organization": sales.caller.url.removeprefix("http://"),
        "x-ms-dynamics-entity-name": "account",
        "x-ms-dynamics-request-name": "Update",
        "x-ms-correlation-request-id": correlation,
    }
    assert _body(posted)["CorrelationId"] == correlation
    assert posted.headers["content-type"] == "application/json"


def test_a_tag_is_a_shared_variable(sales: Sales, receiver: Receiver) -> None:
    """optional-parameters: tag"""
    _register(sales, receiver)
    sales.patch(f"accounts({ACCOUNT})?tag=sync", {"fax": "1"})
    assert _body(receiver.next())["SharedVariables"] == [{"key": "tag", "value": "sync"}]


def test_a_body_beyond_256_kb_is_cut_and_says_so(sales: Sales, receiver: Receiver) -> None:
    """use-webhooks: x-ms-dynamics-msg-size-exceeded"""
    endpoint = _endpoint(sales, f"{receiver.url}/hook")
    sales.create("sdkmessageprocessingsteps", _step(sales, endpoint, "Create", "sdkmessageprocessingstep"))
    receiver.next()
    sales.create("sdkmessageprocessingsteps", _step(sales, endpoint, filteringattributes="é" * 100_000))
    posted = receiver.next()
    assert "x-ms-dynamics-msg-size-exceeded" in posted.headers
    context = _body(posted)
    assert {"ParentContext", "InputParameters", "PreEntityImages", "PostEntityImages"} & context.keys() == set()
    assert (context["MessageName"], context["PrimaryEntityName"]) == ("Create", "sdkmessageprocessingstep")


def test_filtering_attributes_choose_the_updates(sales: Sales, receiver: Receiver) -> None:
    """register-web-hook: filtering attributes"""
    _register(sales, receiver, filteringattributes="name, telephone1")
    sales.change(f"accounts({ACCOUNT})", {"fax": "1"})
    sales.change(f"accounts({ACCOUNT})", {"telephone1": "2"})
    assert _attributes(_target(receiver.next()))["telephone1"] == "2"


def test_a_value_that_stays_the_same_counts_as_written(sales: Sales, receiver: Receiver) -> None:
    """update-delete: every column in the payload counts as modified; register-web-hook: filtering attributes"""
    _register(sales, receiver, filteringattributes="name")
    sales.change(f"accounts({ACCOUNT})", {"name": "Adventure Works"})
    assert _attributes(_target(receiver.next()))["name"] == "Adventure Works"


def test_a_step_without_table_waits_for_every_table(sales: Sales, receiver: Receiver) -> None:
    """register-web-hook: information about tables when appropriate"""
    step = _step(sales, _endpoint(sales, receiver.url))
    del step["sdkmessagefilterid@odata.bind"]
    sales.create("sdkmessageprocessingsteps", step)
    sales.change(f"accounts({ACCOUNT})", {"fax": "1"})
    sales.change(f"contacts({PERSON})", {"jobtitle": "x"})
    assert [_body(receiver.next())["PrimaryEntityName"] for _ in range(2)] == ["account", "contact"]


def test_a_disabled_step_is_not_told(sales: Sales, receiver: Receiver) -> None:
    """register-web-hook; sdkmessageprocessingstep.md (states)"""
    step = _register(sales, receiver)
    sales.change(f"sdkmessageprocessingsteps({step})", {"statecode": 1, "statuscode": 2})
    sales.change(f"accounts({ACCOUNT})", {"fax": "1"})
    sales.change(f"sdkmessageprocessingsteps({step})", {"statecode": 0, "statuscode": 1})
    sales.change(f"accounts({ACCOUNT})", {"fax": "2"})
    assert _attributes(_target(receiver.next()))["fax"] == "2"


def test_every_row_of_a_bulk_message_is_an_event(sales: Sales, receiver: Receiver) -> None:
    """write-plugin-multiple-operation; bulk-operations: message pipelines merged"""
    _register(sales, receiver, "Create")
    targets = [{"@odata.type": "Microsoft.Dynamics.CRM.account", "name": name} for name in ("One", "Two")]
    sales.post("accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": targets})
    assert [_attributes(_target(receiver.next()))["name"] for _ in targets] == ["One", "Two"]


def test_what_the_system_writes_is_an_event_too(sales: Sales, receiver: Receiver) -> None:
    """use-webhooks: events that occur on the server"""
    _register(sales, receiver, "Update", "salesorder", filteringattributes="totalamount")
    key = sales.create("salesorders", order("SO-1"))
    assert _target(receiver.next())["Id"] == key
    sales.create("salesorderdetails", line(key))
    assert _attributes(_target(receiver.next()))["totalamount"]["Value"] == 100


def test_a_refused_write_tells_nobody(sales: Sales, receiver: Receiver) -> None:
    """use-webhooks: asynchronous steps run after the operation"""
    _register(sales, receiver)
    targets = [
        {"@odata.type": "Microsoft.Dynamics.CRM.account", "accountid": key, "name": name}
        for key, name in ((ACCOUNT, "x"), (OTHER_ACCOUNT, "x" * 161))
    ]
    assert sales.post("accounts/Microsoft.Dynamics.CRM.UpdateMultiple", {"Targets": targets}).status_code == 400
    sales.change(f"accounts({ACCOUNT})", {"name": "Works"})
    assert _attributes(_target(receiver.next()))["name"] == "Works"


def test_rows_loaded_from_outside_tell_nobody(sales: Sales, receiver: Receiver) -> None:
    """use-webhooks: the admin path is no event on the server"""
    _register(sales, receiver, "Create")
    sales.admin("load", {"rows": {"accounts": [{"name": "Loaded"}]}})
    sales.create("accounts", {"name": "Created"})
    assert _attributes(_target(receiver.next()))["name"] == "Created"


@pytest.mark.parametrize(
    ("authtype", "secret", "path", "header"),
    [
        (5, SETTINGS, "/hook?a=1", "a b"),
        (4, "0000-1", "/hook?a=1&code=0000-1", None),
        (6, SETTINGS, "/hook?a=1&X-Key=a+b", None),
    ],
)
def test_the_receiver_knows_the_sender_by_its_key(
    sales: Sales, receiver: Receiver, authtype: int, secret: str, path: str, header: str | None
) -> None:
    """register-web-hook: authentication options"""
    endpoint = _endpoint(sales, f"{receiver.url}/hook?a=1", authtype=authtype, authvalue=secret)
    sales.create("sdkmessageprocessingsteps", _step(sales, endpoint))
    sales.change(f"accounts({ACCOUNT})", {"fax": "1"})
    posted = receiver.next()
    assert (posted.path, posted.headers.get("x-key")) == (path, header)


def test_registrations_can_be_read_but_not_their_secret(sales: Sales, receiver: Receiver) -> None:
    """register-web-hook: query registrations"""
    _endpoint(sales, receiver.url, authvalue=SETTINGS)
    (found,) = sales.value("serviceendpoints?$filter=contract eq 8&$select=name,authtype,url,authvalue")
    assert (found["name"], found["authtype"], found["url"], found["authvalue"]) == ("Hook", 5, receiver.url, None)


def test_a_5xx_of_the_network_is_tried_once_more(sales: Sales) -> None:
    """use-webhooks: one more attempt at 502, 503, 504 only"""
    sales.admin("notices", {"pause_s": 0})
    with receiving([503]) as receiver:
        _register(sales, receiver)
        sales.change(f"accounts({ACCOUNT})", {"fax": "1"})
        assert receiver.next().body == receiver.next().body
    with receiving([500]) as receiver:
        _register(sales, receiver)
        sales.change(f"accounts({ACCOUNT})", {"fax": "2"})
        receiver.next()
        sales.change(f"accounts({ACCOUNT})", {"fax": "3"})
        assert _attributes(_target(receiver.next()))["fax"] == "3"


def test_what_is_no_asynchronous_webhook_on_a_write_is_a_501(sales: Sales, receiver: Receiver) -> None:
    """use-webhooks: synchronous webhooks; azure-integration: other service endpoints; register-web-hook"""
    endpoint = _endpoint(sales, receiver.url)
    answer = sales.post("sdkmessageprocessingsteps", _step(sales, endpoint, mode=0))
    assert (refusal(answer), "synchronous webhook" in message(answer)) == ((501, "501"), True)
    bus = sales.post("serviceendpoints", {"name": "Bus", "contract": 2, "url": "sb://x"})
    assert (refusal(bus), "service endpoint with contract 2" in message(bus)) == ((501, "501"), True)
    bulk = sales.post("sdkmessageprocessingsteps", _step(sales, endpoint, "CreateMultiple"))
    assert (refusal(bulk), "webhook on the message CreateMultiple" in message(bulk)) == ((501, "501"), True)
    images = sales.get("sdkmessageprocessingstepimages")
    assert (refusal(images), "sdkmessageprocessingstepimages" in message(images)) == ((501, "501"), True)


def test_a_registration_that_makes_no_sense_is_refused(sales: Sales, receiver: Receiver) -> None:
    """register-web-hook: what has to be given"""
    endpoint = _endpoint(sales, receiver.url)
    assert refusal(sales.post("sdkmessageprocessingsteps", _step(sales, endpoint, stage=20))) == (400, "0x80040203")
    broken = {"name": "Hook", "contract": 8, "url": receiver.url, "authtype": 5, "authvalue": "x"}
    assert refusal(sales.post("serviceendpoints", broken)) == (400, "0x80040203")
    assert refusal(sales.post("serviceendpoints", {"name": "Hook", "contract": 8})) == (400, "0x80040203")
    other = _step(sales, endpoint)
    other["sdkmessagefilterid@odata.bind"] = _step(sales, endpoint, "Create")["sdkmessagefilterid@odata.bind"]
    assert refusal(sales.post("sdkmessageprocessingsteps", other)) == (400, "0x80040203")


def test_an_event_of_a_batch_is_told_when_its_changeset_is_done(sales: Sales, receiver: Receiver) -> None:
    """use-webhooks: asynchronous steps run after the operation"""
    _register(sales, receiver)
    part = "Content-Type: application/http\nContent-Transfer-Encoding: binary\nContent-ID: {}\n\n"
    patch = "PATCH {}/accounts({}) HTTP/1.1\nContent-Type: application/json\n\n{}\n"
    first = part.format(1) + patch.format(API, ACCOUNT, '{"fax":"1"}')
    second = part.format(2) + patch.format(API, OTHER_ACCOUNT, '{"pricelevelid":1}')
    inner = f"--c\n{first}--c\n{second}--c--\n"
    body = f"--batch_1\nContent-Type: multipart/mixed; boundary=c\n\n{inner}--batch_1--\n"
    assert sales.caller.batch(f"{API}/$batch", body).status_code == 400
    sales.change(f"pricelevels({LIST_USD})", {"name": "x"})
    sales.change(f"accounts({ACCOUNT})", {"fax": "2"})
    assert _attributes(_target(receiver.next()))["fax"] == "2"


def test_a_receiver_has_sixty_seconds() -> None:
    """use-webhooks: a timeout of 60 seconds, one more attempt"""
    twin = DataverseTwin(Store("sales"))
    url = "http://127.0.0.1:1/"
    step = {"sdkmessageid": "", "eventhandler": guid(70, 1), "statecode": 0, "mode": 1, "stage": 40}
    (message_id,) = [row["sdkmessageid"] for row in twin.rows("sdkmessages") if row["name"] == "Create"]
    endpoint = {"serviceendpointid": guid(70, 1), "name": "Hook", "contract": 8, "url": url, "authtype": 5}
    steps = [{**step, "sdkmessageid": message_id}]
    twin.load({"serviceendpoints": [endpoint], "sdkmessageprocessingsteps": steps}, plugins=False)
    twin.handle(Request.of("POST", f"{API}/accounts", {}, b'{"name":"New"}'))
    assert [(row["timeout_s"], row["attempts"]) for row in twin.notices.waiting(url)] == [(60.0, 2)]


def test_notices_may_overtake_each_other(sales: Sales, receiver: Receiver) -> None:
    """use-webhooks: no order is promised; the fault notice_reordered of the admin path"""
    _register(sales, receiver)
    sales.admin("faults", {"kind": "notice_reordered", "count": 1})
    body = "\n".join(
        f"--b\nContent-Type: application/http\nContent-Transfer-Encoding: binary\n\nPATCH {API}/accounts({ACCOUNT}) HTTP/1.1\n"
        f'Content-Type: application/json\n\n{{"fax":"{number}"}}'
        for number in (1, 2)
    )
    sales.caller.batch(f"{API}/$batch", f"{body}\n--b--\n", "b")
    assert [_attributes(_target(receiver.next()))["fax"] for _ in range(2)] == ["2", "1"]
    sales.admin("faults/clear", {})
