"""BulkDelete and its job. Source of all unless said otherwise: powerapps-docs delete-data-bulk."""

from typing import Any

import pytest

from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, OTHER_ACCOUNT, order

KNOWN = ("Adventure Works", "Fabrikam")


def _condition(name: str, operator: str, *values: Any) -> dict[str, Any]:
    typed = [{"Value": value, "Type": "System.String"} for value in values]
    return {"AttributeName": name, "Operator": operator, "Values": typed}


def _query(*conditions: dict[str, Any], table: str = "account", **more: Any) -> dict[str, Any]:
    criteria = {"FilterOperator": "And", "Conditions": list(conditions)}
    kind = {"@odata.type": "Microsoft.Dynamics.CRM.QueryExpression"}
    return {**kind, "EntityName": table, "ColumnSet": {"AllColumns": True}, "Criteria": criteria, **more}


def _body(*queries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "QuerySet": list(queries),
        "JobName": "Clean up",
        "SendEmailNotification": False,
        "ToRecipients": [],
        "CCRecipients": [],
        "RecurrencePattern": "",
        "StartDateTime": "2026-03-13T06:30:00Z",
        **more,
    }


def _names(sales: Sales) -> list[str]:
    return [row["name"] for row in sales.value("accounts?$select=name&$orderby=name")]


def test_bulk_delete_answers_the_id_of_a_job(sales: Sales) -> None:
    """delete-data-bulk"""
    answer = sales.post("BulkDelete", _body(_query(_condition("accountid", "In", ACCOUNT))))
    assert answer.status_code == 200
    body = sales.json(answer)
    assert body["@odata.context"].endswith("$metadata#Microsoft.Dynamics.CRM.BulkDeleteResponse")
    job = sales.row(f"asyncoperations({body['JobId']})")
    assert (job["name"], job["operationtype"], job["statecode"], job["statuscode"]) == ("Clean up", 13, 3, 30)


def test_the_rows_are_deleted_after_the_answer(sales: Sales) -> None:
    """delete-data-bulk: runs asynchronously; assumptions.JOBS_RUN_BEFORE_THE_NEXT_REQUEST"""
    sales.post("BulkDelete", _body(_query(_condition("accountid", "In", ACCOUNT))))
    assert len(sales.admin("rows/accounts")["value"]) == 2
    assert sales.admin("rows/asyncoperations")["value"][0]["statecode"] == 0
    assert _names(sales) == ["Fabrikam"]


def test_a_job_counts_what_it_did(sales: Sales) -> None:
    """delete-data-bulk; bulkdeleteoperation.md"""
    sales.create("salesorders", order("SO-1"))
    job = sales.json(sales.post("BulkDelete", _body(_query())))["JobId"]
    done = sales.one("bulkdeleteoperations", f"_asyncoperationid_value eq {job}")
    assert (done["successcount"], done["failurecount"], done["isrecurring"]) == (1, 1, False)


def test_a_row_that_stays_is_a_failure_and_the_job_goes_on(sales: Sales) -> None:
    """delete-data-bulk: not rolled back; bulkdeletefailure.md"""
    sales.create("salesorders", order("SO-1"))
    job = sales.json(sales.post("BulkDelete", _body(_query())))["JobId"]
    assert _names(sales) == ["Adventure Works"]
    failure = sales.one("bulkdeletefailures", f"_asyncoperationid_value eq {job}")
    assert (failure["errornumber"], failure["_regardingobjectid_value"]) == (-2147220953, ACCOUNT)
    assert failure["errordescription"].startswith("The object you tried to delete is associated")


def test_rows_created_after_the_job_was_done_stay(sales: Sales) -> None:
    """delete-data-bulk: only rows created before the job starts"""
    sales.post("BulkDelete", _body(_query()))
    sales.create("accounts", {"name": "Later"})
    assert _names(sales) == ["Later"]


def test_deletions_of_a_job_are_tracked(sales: Sales) -> None:
    """delete-data-bulk: sync change tracking"""
    link = sales.json(sales.get("accounts?$select=name", Prefer="odata.track-changes"))["@odata.deltaLink"]
    sales.post("BulkDelete", _body(_query(_condition("accountid", "Equal", OTHER_ACCOUNT))))
    (gone,) = sales.json(sales.get(link.partition("/api/data/v9.2/")[2]))["value"]
    assert gone["id"] == OTHER_ACCOUNT


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        (_condition("name", "Equal", "fabrikam"), ["Adventure Works"]),
        (_condition("name", "NotEqual", "Fabrikam"), ["Fabrikam"]),
        (_condition("name", "BeginsWith", "Adv"), ["Fabrikam"]),
        (_condition("name", "DoesNotBeginWith", "Adv"), ["Adventure Works"]),
        (_condition("name", "Contains", "brik"), ["Adventure Works"]),
        (_condition("name", "EndsWith", "works"), ["Fabrikam"]),
        (_condition("transactioncurrencyid", "Null"), ["Adventure Works"]),
        (_condition("transactioncurrencyid", "NotNull"), ["Fabrikam"]),
        (_condition("statecode", "Equal", "1"), [*KNOWN]),
        (_condition("accountnumber", "In", "A1", "a2"), []),
        (_condition("accountnumber", "NotIn", "A1"), ["Adventure Works"]),
        (_condition("donotexist", "Equal", "1"), None),
        (_condition("statecode", "Equal", "x"), None),
    ],
)
def test_conditions_choose_the_rows(sales: Sales, condition: dict[str, Any], left: list[str] | None) -> None:
    """delete-data-bulk: query expressions describe the rows"""
    answer = sales.post("BulkDelete", _body(_query(condition)))
    assert answer.status_code == (200 if left is not None else 400)
    assert _names(sales) == ([*KNOWN] if left is None else left)


def test_filters_nest(sales: Sales) -> None:
    """delete-data-bulk: query expressions describe the rows"""
    either = {"FilterOperator": "Or", "Conditions": [_condition("name", "Equal", name) for name in KNOWN]}
    query = _query(_condition("accountnumber", "Equal", "A1"))
    query["Criteria"]["Filters"] = [either]
    sales.post("BulkDelete", _body(query))
    assert _names(sales) == ["Fabrikam"]


def test_several_queries_are_one_job(sales: Sales) -> None:
    """delete-data-bulk: across multiple tables"""
    job = sales.json(sales.post("BulkDelete", _body(_query(), _query(table="contact"))))["JobId"]
    assert sales.one("bulkdeleteoperations", f"_asyncoperationid_value eq {job}")["successcount"] == 3
    assert sales.value("contacts") == []


@pytest.mark.parametrize(
    ("more", "feature"),
    [
        ({"RecurrencePattern": "FREQ=DAILY;"}, "BulkDelete.RecurrencePattern"),
        ({"SendEmailNotification": True}, "BulkDelete.SendEmailNotification"),
        ({"Options": {"RunJobForSandbox": True}}, "BulkDelete.Options.RunJobForSandbox"),
    ],
)
def test_what_the_twins_job_would_not_do_is_a_501(sales: Sales, more: dict[str, Any], feature: str) -> None:
    """delete-data-bulk: recurrence, e-mail, sandbox fast delete"""
    answer = sales.post("BulkDelete", _body(_query(), **more))
    assert refusal(answer) == (501, "501")
    assert feature in message(answer)


@pytest.mark.parametrize("part", [{"LinkEntities": [{}]}, {"TopCount": 1}, {"DataSource": "retained"}])
def test_what_a_query_asks_beyond_rows_of_a_table_is_a_501(sales: Sales, part: dict[str, Any]) -> None:
    """delete-data-bulk: DataSource retained; QueryExpression"""
    answer = sales.post("BulkDelete", _body(_query(**part)))
    assert refusal(answer) == (501, "501")
    assert f"QueryExpression.{next(iter(part))}" in message(answer)


def test_deleted_rows_may_be_irrecoverable(sales: Sales) -> None:
    """delete-data-bulk: CanRecoverDeletedRecords"""
    answer = sales.post("BulkDelete", _body(_query(), Options={"CanRecoverDeletedRecords": False}))
    assert answer.status_code == 200
    assert _names(sales) == []
    wrong = _body(_query(), Options={"Nonsense": False})
    assert refusal(sales.post("BulkDelete", wrong)) == (400, "0x80040203")


def test_a_job_without_query_or_of_no_table_is_refused(sales: Sales) -> None:
    """delete-data-bulk: QuerySet"""
    assert refusal(sales.post("BulkDelete", _body())) == (400, "0x80040203")
    assert refusal(sales.post("BulkDelete", _body(_query(table="nonsense")))) == (400, "0x80041102")
    assert refusal(sales.post("BulkDelete", {**_body(_query()), "Nonsense": 1})) == (400, "0x80040203")


@pytest.mark.parametrize(
    "query",
    [
        "x",
        {"EntityName": ["account"]},
        {"EntityName": "account", "Criteria": "x"},
        {"EntityName": "account", "Criteria": {"FilterOperator": "Xor"}},
        {"EntityName": "account", "Criteria": {"Conditions": "x"}},
        {"EntityName": "account", "Criteria": {"Conditions": ["x"]}},
        {"EntityName": "account", "Criteria": {"Filters": ["x"]}},
        _query({**_condition("name", "Equal"), "Values": "x"}),
        _query(_condition("name", "Equal")),
        _query(_condition("name", "In")),
        _query(_condition("accountid", "Equal", "x")),
        _query(_condition("createdon", "GreaterThan", "x")),
        _query(_condition("statecode", "BeginsWith", "1")),
    ],
)
def test_a_query_that_is_none_is_refused_before_there_is_a_job(sales: Sales, query: Any) -> None:
    """delete-data-bulk: QuerySet"""
    assert sales.post("BulkDelete", _body(query)).status_code == 400
    assert sales.value("asyncoperations") == []
    assert _names(sales) == [*KNOWN]


def test_conditions_compare_moments(sales: Sales) -> None:
    """delete-data-bulk: stale data"""
    sales.admin("advance", {"days": 2})
    sales.create("accounts", {"name": "New"})
    sales.post("BulkDelete", _body(_query(_condition("createdon", "LessThan", "2026-01-06T00:00:00Z"))))
    assert _names(sales) == ["New"]
