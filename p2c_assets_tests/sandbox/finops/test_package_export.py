"""Exports as packages: who may be exported, what the package holds, what an incremental one leaves out."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.store import Store
from p2c_assets_tests.sandbox.conftest import Serve
from p2c_assets_tests.sandbox.finops.package_calls import (
    CUSTOMERS,
    GROUPS,
    accounts,
    act,
    data,
    download,
    exported,
    finish,
    manifest,
    parts,
    project,
    refusal,
    start_export,
    status,
    tag,
    track,
    value,
)
from p2c_assets_tests.sandbox.finops.scm_rows import REFERENCE, booked, create, customer, key
from p2c_assets_tests.sandbox.running import Caller, body

C1 = key("CustomersV2", CustomerAccount="C1")
INCREMENTAL: dict[str, Any] = {"refresh": "IncrementalPush"}


def customers(scm: Caller, *numbers: str, **values: Any) -> None:
    for number in numbers:
        create(scm, "CustomersV2", customer(number, **values))


def test_a_package_holds_manifest_header_and_a_file_for_each_entity(scm: Caller) -> None:
    """Source: data-entities/data-entities-data-packages.md; usmf_asset-major-types-01.zip"""
    booked(scm)
    project(scm, "Orders", "CDS sales order headers", "CDS sales order lines")
    execution = start_export(scm, "Orders")
    assert finish(scm, execution) == "Succeeded"
    content = parts(download(scm, execution))
    assert list(content)[:2] == ["Manifest.xml", "PackageHeader.xml"]
    assert set(content) >= {"CDS sales order headers.csv", "CDS sales order lines.csv"}
    assert content["Manifest.xml"].startswith(b"\xff\xfe")
    rows = data(download(scm, execution))
    assert [row["SALESORDERNUMBER"] for row in rows["CDS sales order headers.csv"]] == ["SO-1"]
    assert [row["ORDEREDSALESQUANTITY"] for row in rows["CDS sales order lines.csv"]] == ["3"]


def test_an_entity_without_rows_has_a_file_with_the_header_only(scm: Caller) -> None:
    """Source: none: assumptions.EMPTY_EXPORT_HAS_A_HEADER"""
    project(scm, fields=["CUSTOMERACCOUNT", "ORGANIZATIONNAME"])
    execution = start_export(scm)
    assert finish(scm, execution) == "Succeeded"
    assert parts(download(scm, execution))["Customers V2.csv"].decode("utf-8-sig").split() == [
        "CUSTOMERACCOUNT,ORGANIZATIONNAME"
    ]


def test_the_manifest_lists_entities_by_label_with_their_maps(scm: Caller) -> None:
    """Source: usmf_asset-major-types-01.zip"""
    project(scm, fields=["CUSTOMERACCOUNT", "ORGANIZATIONNAME"], execution_unit=2, level=3, sequence=4)
    execution = start_export(scm)
    finish(scm, execution)
    root = manifest(download(scm, execution))
    assert root.tag == tag("DataManagementPackageManifest")
    assert root.findtext(tag("DefinitionGroupName")) == "Export"
    (entity,) = root.iter(tag("DataManagementPackageEntityData"))
    texts = {child.tag.partition("}")[2]: child.text for child in entity if not len(child)}
    assert (texts["EntityName"], texts["InputFilePath"], texts["SourceFormat"]) == (
        CUSTOMERS,
        "Customers V2.csv",
        "CSV",
    )
    assert (texts["ExecutionUnit"], texts["LevelInExecutionUnit"], texts["SequenceInLevel"]) == ("2", "3", "4")
    assert texts["DefaultRefreshType"] == "FullPush"
    maps = [(m.findtext(tag("EntityField")), m.findtext(tag("XMLField"))) for m in entity.iter(tag("EntityMap"))]
    assert maps == [("CUSTOMERACCOUNT", "CUSTOMERACCOUNT"), ("ORGANIZATIONNAME", "ORGANIZATIONNAME")]


def test_a_file_has_upper_case_names_and_no_company(scm: Caller) -> None:
    """Source: a manifest's EntityField"""
    customers(scm, "C1", SalesMemo='two\r\nlines, "quoted"', CreditLimit=Decimal("12.50"))
    project(scm)
    (row,) = exported(scm)
    assert (row["CUSTOMERACCOUNT"], row["SALESMEMO"]) == ("C1", 'two\r\nlines, "quoted"')
    assert (row["CREDITLIMIT"], row["ISEXTERNALLYMAINTAINED"]) == ("12.50", "Yes")
    assert "DATAAREAID" not in row


def test_an_empty_date_is_a_blank_cell(scm: Caller) -> None:
    """Source: data-entities/data-entities-data-packages.md"""
    booked(scm)
    project(scm, "Export", "CDS sales order headers")
    (row,) = exported(scm)
    assert (row["CONFIRMEDSHIPPINGDATE"], row["REQUESTEDSHIPPINGDATE"]) == ("", "2026-01-05 00:00:00")
    assert row["ORDERCREATIONDATETIME"] == "2026-01-05 08:00:00"


def test_an_export_holds_the_rows_of_the_legal_entity_only(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    customers(scm, "C1", "C2")
    customers(scm, "F1", dataAreaId="frsi", SalesCurrencyCode="EUR")
    project(scm)
    assert accounts(exported(scm)) == ["C1", "C2"]
    assert accounts(exported(scm, legalEntityId="FRSI")) == ["F1"]
    assert "does not exist" in refusal(_start(scm, legalEntityId="none"))


def _start(scm: Caller, **changes: Any) -> Any:
    parameters = {"definitionGroupId": "Export", "packageName": "p", "executionId": "", "reExecute": False}
    return act(scm, "ExportToPackage", **{**parameters, "legalEntityId": "usmf", **changes})


def test_the_project_must_exist(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    assert refusal(_start(scm)) == "The data project 'Export' does not exist."


def test_a_job_goes_from_not_run_over_executing_to_its_end(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    project(scm)
    execution = start_export(scm, action="ExportToPackageAsync")
    assert [status(scm, execution) for _ in range(4)] == ["NotRun", "Executing", "Succeeded", "Succeeded"]


def test_the_delays_of_jobs_are_set_by_the_admin_path(scm: Caller) -> None:
    scm.admin("package-settings", {"polls_not_run": 0, "polls_executing": 0})
    project(scm)
    assert status(scm, start_export(scm)) == "Succeeded"
    answer = scm.http.post("/_sandbox/package-settings", json={"polls": 1})
    assert (answer.status_code, "known: polls_not_found" in answer.text) == (400, True)


def test_a_passing_day_ends_a_job(scm: Caller) -> None:
    project(scm)
    execution = start_export(scm)
    scm.admin("advance", {"days": 1})
    assert status(scm, execution) == "Succeeded"


def test_a_canceled_job_says_so(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    project(scm)
    execution = start_export(scm)
    scm.admin("executions/cancel", {"executionId": execution})
    assert status(scm, execution) == "Canceled"
    assert value(scm, "GetExportedPackageUrl", executionId=execution) == ""


def test_the_package_has_an_address_after_success_only(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    project(scm)
    execution = start_export(scm, packageName="daily.zip")
    assert value(scm, "GetExportedPackageUrl", executionId=execution) == ""
    finish(scm, execution)
    address = value(scm, "GetExportedPackageUrl", executionId=execution)
    assert address.startswith(f"{scm.url}/dmf/daily-")
    unknown = act(scm, "GetExportedPackageUrl", executionId="none")
    assert "were not found" in refusal(unknown)


def test_an_id_may_be_given_and_is_made_when_it_is_empty(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    project(scm)
    assert start_export(scm, executionId="mine") == "mine"
    made = start_export(scm)
    assert made.startswith("Export-2026-01-05T08:00:00-")
    assert made != start_export(scm)
    assert "already exists" in refusal(_start(scm, executionId="mine"))


def test_values_may_be_nested_as_the_page_shows_them(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    project(scm)
    scm.admin("package-settings", {"nested_values": True})
    nested: Any = start_export(scm)
    finish(scm, nested["value"])
    assert value(scm, "GetExportedPackageUrl", executionId=nested["value"])["value"].startswith(scm.url)


def test_a_first_incremental_run_is_full_and_the_next_has_what_was_written_since(scm: Caller) -> None:
    """Source: data-entities/entity-change-track.md"""
    customers(scm, "C1", "C2", "C3")
    track(scm)
    project(scm, **INCREMENTAL)
    assert accounts(exported(scm)) == ["C1", "C2", "C3"]
    assert exported(scm) == []
    scm.patch(C1, {"SalesMemo": "changed"})
    customers(scm, "C4")
    rows = exported(scm)
    assert accounts(rows) == ["C1", "C4"]
    assert (rows[0]["SALESMEMO"], rows[0]["ORGANIZATIONNAME"]) == ("changed", "Customer C1")
    assert exported(scm) == []


def test_an_incremental_export_never_has_deletions(scm: Caller) -> None:
    """Source: data-entities/entity-change-track.md"""
    customers(scm, "C1", "C2")
    track(scm)
    project(scm, **INCREMENTAL)
    exported(scm)
    scm.patch(C1, {"SalesMemo": "changed"})
    scm.delete(C1)
    assert exported(scm) == []


def test_without_change_tracking_every_export_is_full(scm: Caller) -> None:
    """Source: data-entities/entity-change-track.md"""
    customers(scm, "C1")
    project(scm, **INCREMENTAL)
    assert accounts(exported(scm)) == accounts(exported(scm)) == ["C1"]


def test_full_push_exports_everything_under_change_tracking_too(scm: Caller) -> None:
    """Source: data-entities/entity-change-track.md"""
    customers(scm, "C1")
    track(scm)
    project(scm)
    assert accounts(exported(scm)) == accounts(exported(scm)) == ["C1"]


def test_each_project_has_its_own_state(scm: Caller) -> None:
    """Source: data-entities/entity-change-track.md"""
    customers(scm, "C1")
    track(scm)
    project(scm, "One", **INCREMENTAL)
    project(scm, "Two", **INCREMENTAL)
    assert accounts(exported(scm, "One")) == ["C1"]
    assert accounts(exported(scm, "Two")) == ["C1"]
    assert exported(scm, "One") == []


def test_a_projects_state_is_of_all_companies(scm: Caller) -> None:
    """Source: ResetVersionToken"""
    customers(scm, "C1")
    customers(scm, "F1", dataAreaId="frsi", SalesCurrencyCode="EUR")
    track(scm)
    project(scm, **INCREMENTAL)
    assert accounts(exported(scm)) == ["C1"]
    assert exported(scm, legalEntityId="frsi") == []


def test_tracking_turned_on_anew_and_a_new_project_begin_with_a_full_run(scm: Caller) -> None:
    """Source: data-entities/entity-change-track.md"""
    customers(scm, "C1")
    track(scm)
    project(scm, **INCREMENTAL)
    exported(scm)
    track(scm, option="off")
    track(scm)
    assert accounts(exported(scm)) == ["C1"]
    assert scm.http.delete("/_sandbox/data-projects/Export").json() == {"value": []}
    project(scm, **INCREMENTAL)
    assert accounts(exported(scm)) == ["C1"]


def test_side_effects_and_rows_that_come_into_sight_are_changes_too(scm: Caller) -> None:
    """Source: data-entities/entity-change-track.md"""
    booked(scm)
    label = "CDS sales order headers"
    track(scm, label)
    project(scm, "Export", label, **INCREMENTAL)
    exported(scm)
    scm.patch(key("CDSSalesOrderLines", SalesOrderNumber="SO-1", LineCreationSequenceNumber=1), {"SalesPrice": 5})
    assert [row["SALESORDERNUMBER"] for row in exported(scm)] == ["SO-1"]


def test_an_invoice_that_comes_into_sight_is_exported(scm: Caller) -> None:
    label = "Externally maintained customer sales invoice headers"
    create(scm, "CustomersV2", customer(IsExternallyMaintained="No"))
    booked(scm)
    track(scm, label)
    project(scm, "Export", label, **INCREMENTAL)
    scm.admin("advance", {"days": 1})
    assert exported(scm) == []
    scm.patch(C1, {"IsExternallyMaintained": "Yes"})
    assert [row["SALESORDERNUMBER"] for row in exported(scm)] == ["SO-1"]


@pytest.mark.parametrize("option", ["primary table", "custom query"])
def test_other_options_of_change_tracking_are_a_501(scm: Caller, option: str) -> None:
    """Source: data-entities/entity-change-track.md"""
    answer = scm.http.post("/_sandbox/change-tracking", json={"entity": CUSTOMERS, "option": option})
    assert (answer.status_code, f"change tracking of a {option}" in answer.text) == (501, True)


def test_a_failed_download_is_made_up_by_the_execution_id_and_not_by_the_next_run(scm: Caller) -> None:
    """Source: data-entities/entity-change-track.md; data-entities/data-management-api.md"""
    customers(scm, "C1")
    track(scm)
    project(scm, **INCREMENTAL)
    execution = start_export(scm)
    finish(scm, execution)
    assert exported(scm) == []
    (rows,) = data(download(scm, execution)).values()
    assert accounts(rows) == ["C1"]


def test_a_rerun_delivers_what_the_first_run_had_in_staging(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    customers(scm, "C1")
    track(scm)
    project(scm, **INCREMENTAL)
    execution = start_export(scm)
    finish(scm, execution)
    customers(scm, "C2")
    assert start_export(scm, executionId=execution, reExecute=True) == execution
    assert status(scm, execution) == "NotRun"
    finish(scm, execution)
    (rows,) = data(download(scm, execution)).values()
    assert accounts(rows) == ["C1"]
    assert accounts(exported(scm)) == ["C2"]
    assert "were not found" in refusal(_start(scm, executionId="none", reExecute=True))


def test_a_preview_has_the_first_rows_and_zero_means_all(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    customers(scm, "C1", "C2", "C3")
    project(scm)
    assert accounts(exported(scm, action="ExportToPackagePreview", count=2)) == ["C1", "C2"]
    assert accounts(exported(scm, action="ExportToPackagePreviewAsync", count="0")) == ["C1", "C2", "C3"]


def test_a_preview_under_change_tracking_counts_as_a_run(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    customers(scm, "C1", "C2")
    track(scm)
    project(scm, **INCREMENTAL)
    assert accounts(exported(scm, action="ExportToPackagePreview", count=1)) == ["C1"]
    assert exported(scm) == []


def test_an_export_in_unicode_is_utf_16_with_a_mark(scm: Caller) -> None:
    """Source: dmf_package_import.py"""
    customers(scm, "C1", OrganizationName="Überfluß")
    project(scm, source_format="CSV-Unicode")
    execution = start_export(scm)
    finish(scm, execution)
    content = parts(download(scm, execution))["Customers V2.csv"]
    assert content.startswith(b"\xff\xfe")
    assert "Überfluß" in content.decode("utf-16")
    assert "\n" not in content.decode("utf-16").replace("\r\n", "")


@pytest.mark.parametrize("source_format", ["EXCEL", "XML-Element"])
def test_other_formats_are_a_501(scm: Caller, source_format: str) -> None:
    """Source: usmf_asset-major-types-01.zip"""
    entities = [{"label": CUSTOMERS, "source_format": source_format}]
    answer = scm.http.post("/_sandbox/data-projects", json={"value": [{"name": "P", "entities": entities}]})
    assert (answer.status_code, f"the source format {source_format}" in answer.text) == (501, True)


def test_enumerations_stand_by_symbol_and_labels_are_a_501(scm: Caller) -> None:
    """Source: data-entities/data-entities-data-packages.md"""
    customers(scm, "C1")
    project(scm, fields=["ISEXTERNALLYMAINTAINED"])
    assert exported(scm) == [{"ISEXTERNALLYMAINTAINED": "Yes"}]
    entities = [{"label": CUSTOMERS, "enum_values": "label"}]
    answer = scm.http.post("/_sandbox/data-projects", json={"value": [{"name": "P", "entities": entities}]})
    assert (answer.status_code, "enumerations by label" in answer.text) == (501, True)


def test_an_action_needs_the_token_of_odata(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    path = f"{GROUPS}/Microsoft.Dynamics.DataEntities.GetExecutionErrors"
    parameters = {"executionId": "x"}
    assert scm.post(path, parameters, Authorization="Bearer none").status_code == 401
    answer = body(scm.post(path, parameters))
    assert answer == {"@odata.context": f"{scm.url}/data/$metadata#Edm.String", "value": "[]"}


def test_a_file_over_the_limit_ends_the_export_as_failed(scm: Caller) -> None:
    """Source: knowledgelib.io"""
    customers(scm, "C1")
    track(scm)
    project(scm, **INCREMENTAL)
    scm.admin("package-settings", {"largest_file": 10})
    execution = start_export(scm)
    assert finish(scm, execution) == "Failed"
    assert "larger than 10 bytes" in value(scm, "GetExecutionErrors", executionId=execution)
    scm.admin("package-settings", {"largest_file": 10_000_000})
    assert accounts(exported(scm)) == ["C1"]


def test_the_status_list_has_each_entity_and_the_page_an_address(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md; d365fo-client"""
    project(scm, "Export", CUSTOMERS, "CDS contacts")
    execution = start_export(scm)
    finish(scm, execution)
    texts = value(scm, "GetEntityExecutionSummaryStatusList", executionId=execution)
    assert [CUSTOMERS in text for text in texts] == [True, False]
    assert all("Succeeded" in text for text in texts)
    assert value(scm, "GetExecutionSummaryPageUrl", executionId=execution).startswith(f"{scm.url}/?cmp=USMF")


def test_the_history_of_jobs_is_kept_for_seven_days(scm: Caller) -> None:
    """Source: data-entities/data-import-export-job.md"""
    project(scm)
    execution = start_export(scm)
    finish(scm, execution)
    scm.admin("advance", {"days": 6})
    assert status(scm, execution) == "Succeeded"
    scm.admin("advance", {"days": 1})
    assert "were not found" in refusal(act(scm, "GetExecutionSummaryStatus", executionId=execution))
    assert value(scm, "GetExecutionErrors", executionId=execution) == "[]"


def test_the_history_of_a_job_can_be_deleted(scm: Caller) -> None:
    """Source: Recurring-Integrations-Scheduler"""
    project(scm)
    execution = start_export(scm)
    finish(scm, execution)
    assert act(scm, "DeleteExecutionHistoryJob", executionId=execution).status_code == 204
    assert act(scm, "DeleteExecutionHistoryJob", executionId=execution).status_code == 400
    assert act(scm, "GetExecutionSummaryStatus", executionId=execution).status_code == 400


@pytest.mark.parametrize("action", ["GetMessageStatus", "ExportToPackageDelta", "ResetVersionToken"])
def test_other_actions_are_a_501_with_their_name(scm: Caller, action: str) -> None:
    """Source: data-entities/recurring-integrations.md"""
    answer = act(scm, action)
    assert (answer.status_code, action in answer.text) == (501, True)


def test_an_action_has_no_route_by_get_and_on_a_record(scm: Caller) -> None:
    assert scm.get(f"{GROUPS}/Microsoft.Dynamics.DataEntities.GetExecutionErrors").status_code == 404
    assert scm.post(f"{GROUPS}('x')/Microsoft.Dynamics.DataEntities.GetExecutionErrors", {}).status_code == 404
    assert scm.get(GROUPS).status_code == 501


@pytest.mark.parametrize(
    "parameters",
    [{}, {"executionId": 1}, {"executionId": "x", "more": ""}],
)
def test_parameters_of_an_action_are_read_strictly(scm: Caller, parameters: dict[str, Any]) -> None:
    answer = act(scm, "GetExecutionSummaryStatus", **parameters)
    assert answer.status_code == 400
    assert "xecutionId" in answer.text or "'more'" in answer.text


@pytest.mark.parametrize(
    ("entity", "text"),
    [
        ({"label": "CustomersV2"}, "unknown entity 'CustomersV2'; known: Customers V2"),
        ({"label": CUSTOMERS, "refresh": "Delta"}, "refresh is 'Delta'"),
        ({"label": CUSTOMERS, "fields": ["NAME"]}, "has no field NAME; it has CUSTOMERACCOUNT"),
        ({"label": CUSTOMERS, "level": "1"}, "'level' cannot be '1'"),
        ({"set": "CustomersV2", "source_format": "PDF"}, "source_format is 'PDF'"),
    ],
)
def test_a_project_that_makes_no_sense_is_refused_with_what_is_known(
    scm: Caller, entity: dict[str, Any], text: str
) -> None:
    answer = scm.http.post("/_sandbox/data-projects", json={"value": [{"name": "P", "entities": [entity]}]})
    assert answer.status_code == 400
    assert text in body(answer)["error"]["message"]


def test_projects_and_jobs_come_back_with_the_file(tmp_path: Path, serve: Serve) -> None:
    first = serve(FinopsTwin(Store("scm", tmp_path / "twin.sqlite3")))
    first.admin("load", {"rows": REFERENCE})
    customers(first, "C1")
    track(first)
    project(first, **INCREMENTAL)
    execution = start_export(first)
    finish(first, execution)
    stored = Store("scm", tmp_path / "twin.sqlite3")
    second = serve(FinopsTwin(stored))
    assert status(second, execution) == "Succeeded"
    assert exported(second) == []
    (rows,) = data(download(second, execution)).values()
    assert accounts(rows) == ["C1"]
    assert [one["name"] for one in second.admin("data-projects")["value"]] == ["Export"]
    stored.close()
