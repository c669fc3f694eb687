"""Imports as packages: states, isolation of rows, files of errors, order of entities, what a package must get right."""

import csv
import io
from typing import Any

import httpx
import pytest

from p2c_assets_tests.sandbox.finops.package_calls import (
    CUSTOMERS,
    act,
    call_import,
    data,
    download,
    entity_xml,
    exported,
    finish,
    imported,
    job,
    job_errors,
    package_of,
    parts,
    project,
    refusal,
    start_export,
    start_import,
    text_of,
    track,
    value,
    zipped,
)
from p2c_assets_tests.sandbox.finops.scm_rows import ALL, create, customer, key, record
from p2c_assets_tests.sandbox.running import Caller, body

C1 = key("CustomersV2", CustomerAccount="C1")
ORDERS, LINES = "CDS sales order headers", "CDS sales order lines"


def row(account: str = "C1", **cells: str) -> dict[str, str]:
    """A customer as a file has it."""
    return {
        "CUSTOMERACCOUNT": account,
        "PARTYTYPE": "Organization",
        "ORGANIZATIONNAME": f"Customer {account}",
        "CUSTOMERGROUPID": "10",
        "SALESCURRENCYCODE": "USD",
        **cells,
    }


def found(scm: Caller) -> list[str]:
    rows = body(scm.get("/data/CustomersV2?$select=CustomerAccount"))["value"]
    return [one["CustomerAccount"] for one in rows]


def entity_job(scm: Caller, execution: str) -> dict[str, Any]:
    (entity,) = job(scm, execution)["entities"]
    return entity


def cells_at(address: str) -> list[list[str]]:
    content = httpx.get(address, trust_env=False).content
    text = content.decode("utf-16" if content.startswith(b"\xff\xfe") else "utf-8")
    return list(csv.reader(io.StringIO(text)))


def test_a_package_is_imported_through_the_rules_of_the_entity(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md; dmf_package_import.py"""
    execution, status = imported(scm, package_of([row(), row("C2")]))
    assert status == "Succeeded"
    assert found(scm) == ["C1", "C2"]
    customer_1 = record(scm, C1)
    assert (customer_1["LanguageId"], customer_1["NameAlias"]) == ("en-us", "Customer C1")
    assert job_errors(scm, execution) == []


def test_an_existing_record_is_updated_and_a_blank_cell_empties_its_field(scm: Caller) -> None:
    """Source: data-entities/data-entities-data-packages.md"""
    create(scm, "CustomersV2", customer(SalesMemo="old", CreditLimit=5))
    _, status = imported(scm, package_of([row(SALESMEMO="", CREDITLIMIT="12.50", NAMEALIAS="Alias")]))
    assert status == "Succeeded"
    changed = record(scm, C1)
    assert (changed["SalesMemo"], str(changed["CreditLimit"]), changed["NameAlias"]) == ("", "12.50", "Alias")
    assert changed["AddressCity"] == "Redmond"


def test_the_execution_is_not_found_until_its_record_exists(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md; dmf_package_import.py"""
    execution = start_import(scm, package_of([row()]))
    first = act(scm, "GetExecutionSummaryStatus", executionId=execution)
    assert "were not found" in refusal(first)
    states = [value(scm, "GetExecutionSummaryStatus", executionId=execution) for _ in range(3)]
    assert states == ["NotRun", "Executing", "Succeeded"]


def test_parallel_calls_of_an_import_fail(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    first = start_import(scm, package_of([row()]))
    assert "in parallel" in refusal(call_import(scm, package_of([row("C2")])))
    act(scm, "GetExecutionSummaryStatus", executionId=first)
    assert call_import(scm, package_of([row("C2")])).status_code == 200


def test_the_async_variant_is_the_same(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    _, status = imported(scm, package_of([row()]), action="ImportFromPackageAsync")
    assert (status, found(scm)) == ("Succeeded", ["C1"])


def test_an_import_goes_to_the_legal_entity(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    imported(scm, package_of([row(SALESCURRENCYCODE="EUR")]), legalEntityId="FRSI")
    assert scm.get(C1).status_code == 404
    assert scm.get(key("CustomersV2", "frsi", CustomerAccount="C1") + ALL).status_code == 200


def test_without_execute_nothing_reaches_the_target(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    execution, status = imported(scm, package_of([row()]), execute=False)
    assert (status, found(scm)) == ("Succeeded", [])
    assert entity_job(scm, execution)["rows"] == 1


def test_an_import_answers_its_id_made_from_the_project_when_none_is_given(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    assert start_import(scm, package_of([row()]), executionId="mine") == "mine"
    finish(scm, "mine")
    assert start_import(scm, package_of([row()])).startswith("Import-2026-01-05T08:00:00-")
    finish(scm, job_ids(scm)[-1])
    assert "already exists" in refusal(call_import(scm, package_of([row()]), executionId="mine"))


def job_ids(scm: Caller) -> list[str]:
    return [one["id"] for one in scm.admin("executions")["value"]]


def test_composite_entities_are_a_501(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    answer = call_import(scm, package_of([row()]), overwrite=False)
    assert (answer.status_code, "overwrite=false (composite entities)" in answer.text) == (501, True)


def test_the_project_is_made_from_the_manifest(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    imported(scm, package_of([row()]), definitionGroupId="Fresh")
    (made,) = scm.admin("data-projects")["value"]
    assert (made["name"], [entity["label"] for entity in made["entities"]]) == ("Fresh", [CUSTOMERS])
    imported(scm, package_of([row()]), definitionGroupId="")
    assert [one["name"] for one in scm.admin("data-projects")["value"]] == ["Fresh", "Import"]


def test_a_failed_record_leaves_the_others_alone(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    rows = [row(), row("C2", CUSTOMERGROUPID="99"), row("C3")]
    execution, status = imported(scm, package_of(rows))
    assert (status, found(scm)) == ("PartiallySucceeded", ["C1", "C3"])
    (error,) = job_errors(scm, execution)
    assert set(error) == {"RecordId", "Field", "ErrorMessage"}
    assert error["RecordId"] == "C2"
    assert "'99' in field 'Customer group id' is not found" in error["ErrorMessage"]


def test_a_job_whose_records_all_fail_has_failed(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    _, status = imported(scm, package_of([row(CUSTOMERGROUPID="99")]))
    assert (status, found(scm)) == ("Failed", [])


def test_the_error_keys_file_is_ordered_and_then_asked_for_until_it_is_there(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    execution, _ = imported(scm, package_of([row(), row("C2", CUSTOMERGROUPID="99")]))
    of = {"executionId": execution, "entityName": CUSTOMERS}
    assert value(scm, "GetImportTargetErrorKeysFileUrl", **of) == ""
    assert value(scm, "GenerateImportTargetErrorKeysFile", **of) is True
    assert value(scm, "GetImportTargetErrorKeysFileUrl", **of) == ""
    address = value(scm, "GetImportTargetErrorKeysFileUrl", **of)
    assert cells_at(address) == [["CUSTOMERACCOUNT"], ["C2"]]


def test_without_target_errors_there_is_no_error_keys_file(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    execution, _ = imported(scm, package_of([row()]))
    of = {"executionId": execution, "entityName": CUSTOMERS}
    assert value(scm, "GenerateImportTargetErrorKeysFile", **of) is False
    assert [value(scm, "GetImportTargetErrorKeysFileUrl", **of) for _ in range(3)] == ["", "", ""]
    assert "not part of" in refusal(act(scm, "GetImportStagingErrorFileUrl", executionId=execution, entityName=ORDERS))


@pytest.mark.parametrize(
    ("column", "cell", "text"),
    [
        ("CREDITLIMIT", "a lot", "is not a number"),
        ("ORGANIZATIONNUMBEROFEMPLOYEES", "1.5", "is not a whole number"),
        ("ISEXTERNALLYMAINTAINED", "true", "is no symbol of NoYes"),
        ("NAMEALIAS", "x" * 21, "its maximum length is 20"),
        ("SALESMEMO", "x" * 32_769, "its maximum length is 32768"),
    ],
)
def test_a_row_that_cannot_be_staged_goes_to_the_staging_error_file(
    scm: Caller, column: str, cell: str, text: str
) -> None:
    """Source: data-entities/data-management-api.md; data-management-integration-data-entity.md"""
    bad = row("C2", **{column: cell})
    execution, status = imported(scm, package_of([row(**{column: ""}), bad]))
    assert (status, found(scm)) == ("PartiallySucceeded", ["C1"])
    (error,) = job_errors(scm, execution)
    assert (error["RecordId"], error["Field"], text in error["ErrorMessage"]) == ("row 2", column, True)
    address = value(scm, "GetImportStagingErrorFileUrl", executionId=execution, entityName=CUSTOMERS)
    assert cells_at(address) == [list(bad), list(bad.values())]
    assert value(scm, "GenerateImportTargetErrorKeysFile", executionId=execution, entityName=CUSTOMERS) is False


def test_without_staging_errors_the_address_is_empty(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    execution, _ = imported(scm, package_of([row()]))
    assert value(scm, "GetImportStagingErrorFileUrl", executionId=execution, entityName=CUSTOMERS) == ""


def test_dates_are_read_in_the_form_in_which_they_are_exported(scm: Caller) -> None:
    """Source: data-entities/data-entities-data-packages.md"""
    create(scm, "CustomersV2", customer())
    order = {"SALESORDERNUMBER": "SO-1", "ORDERINGCUSTOMERACCOUNTNUMBER": "C1", "REQUESTEDSHIPPINGDATE": "2026-02-03"}
    bad = {**order, "SALESORDERNUMBER": "SO-2", "REQUESTEDSHIPPINGDATE": "03.02.2026"}
    execution, _ = imported(scm, package_of([order, bad], ORDERS))
    made = record(scm, key("CDSSalesOrderHeaders", SalesOrderNumber="SO-1"))
    assert made["RequestedShippingDate"] == "2026-02-03T12:00:00Z"
    assert "is not a date" in job_errors(scm, execution)[0]["ErrorMessage"]


def test_what_was_exported_can_be_imported_into_another_company(scm: Caller) -> None:
    """Source: data-entities/data-entities-data-packages.md"""
    create(scm, "CustomersV2", customer(SalesMemo='two\nlines, "quoted"'))
    project(scm, source_format="CSV-Unicode")
    execution = start_export(scm)
    finish(scm, execution)
    _, status = imported(scm, download(scm, execution), legalEntityId="frsi")
    assert status == "Succeeded"
    copy = record(scm, key("CustomersV2", "frsi", CustomerAccount="C1") + ALL)
    assert (copy["SalesMemo"], copy["AddressCity"]) == ('two\nlines, "quoted"', "Redmond")


def test_an_import_is_a_change_for_an_incremental_export(scm: Caller) -> None:
    """Source: data-entities/entity-change-track.md"""
    track(scm)
    project(scm, "Export", refresh="IncrementalPush")
    assert exported(scm) == []
    imported(scm, package_of([row()]))
    assert [one["CUSTOMERACCOUNT"] for one in exported(scm)] == ["C1"]


def two_entities(scm: Caller, header: dict[str, Any], line: dict[str, Any], **cells: str) -> tuple[str, str]:
    """Orders and lines in one package; the elements say in which order they run."""
    create(scm, "CustomersV2", customer())
    orders = [{"SALESORDERNUMBER": "SO-1", "ORDERINGCUSTOMERACCOUNTNUMBER": "C1", **cells}]
    lines = [{"SALESORDERNUMBER": "SO-1", "LINECREATIONSEQUENCENUMBER": "1", "PRODUCTNUMBER": "P1"}]
    files = {"o.csv": text_of(orders).encode(), "l.csv": text_of(lines).encode()}
    package = zipped(
        files,
        entity_xml(LINES, list(lines[0]), "l.csv", "CSV", **line),
        entity_xml(ORDERS, list(orders[0]), "o.csv", "CSV", **header),
    )
    return imported(scm, package)


def statuses(scm: Caller, execution: str) -> dict[str, str]:
    return {run["label"]: run["status"] for run in job(scm, execution)["entities"]}


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ({"ExecutionUnit": 1, "LevelInExecutionUnit": 1}, {"ExecutionUnit": 1, "LevelInExecutionUnit": 2}),
        ({"SequenceInLevel": 1}, {"SequenceInLevel": 2}),
    ],
)
def test_entities_run_by_level_and_sequence(scm: Caller, header: dict[str, Any], line: dict[str, Any]) -> None:
    """Source: data-entities/data-entities-data-packages.md"""
    _, status = two_entities(scm, header, line)
    assert status == "Succeeded"
    assert record(scm, key("CDSSalesOrderLines", SalesOrderNumber="SO-1", LineCreationSequenceNumber=1))


def test_lines_before_their_header_fail(scm: Caller) -> None:
    """Source: data-entities/data-entities-data-packages.md"""
    execution, status = two_entities(scm, {"LevelInExecutionUnit": 2}, {"LevelInExecutionUnit": 1})
    assert (status, statuses(scm, execution)) == ("PartiallySucceeded", {LINES: "Failed", ORDERS: "Succeeded"})


@pytest.mark.parametrize(
    ("flags", "line"),
    [
        ({"FailLevelOnError": "true"}, {"LevelInExecutionUnit": 1, "SequenceInLevel": 2}),
        ({"FailExecutionUnitOnError": "true"}, {"LevelInExecutionUnit": 2}),
    ],
)
def test_a_failed_entity_may_stop_its_level_or_its_unit(
    scm: Caller, flags: dict[str, Any], line: dict[str, Any]
) -> None:
    """Source: a manifest's FailLevelOnError and FailExecutionUnitOnError"""
    execution, status = two_entities(scm, flags, line, CURRENCYCODE="XXX")
    assert (status, statuses(scm, execution)) == ("Failed", {ORDERS: "Failed", LINES: "NotRun"})


def test_a_failed_level_does_not_stop_the_next_one(scm: Caller) -> None:
    """Source: a manifest's FailLevelOnError and FailExecutionUnitOnError"""
    execution, _ = two_entities(scm, {"FailLevelOnError": "true"}, {"LevelInExecutionUnit": 2}, CURRENCYCODE="XXX")
    assert statuses(scm, execution)[LINES] == "Failed"
    assert "Sales order" in job_errors(scm, execution)[1]["ErrorMessage"]


def test_an_empty_map_is_success_with_no_rows(scm: Caller) -> None:
    """Source: dmf_package_import.py"""
    package = zipped({"c.csv": text_of([row()]).encode("utf-16")}, entity_xml(CUSTOMERS, [], "c.csv"))
    execution, status = imported(scm, package)
    assert (status, found(scm), job_errors(scm, execution)) == ("Succeeded", [], [])


@pytest.mark.parametrize("name", ["CustomersV2", "CustomerV2", "CustCustomerV2Entity"])
def test_an_entity_goes_by_its_label(scm: Caller, name: str) -> None:
    """Source: dmf_package_import.py"""
    text = refusal(call_import(scm, package_of([row()], name)))
    assert text == f"Entity {name} does not exist in the target environment"


@pytest.mark.parametrize(
    "label",
    [
        "Customer definitions",
        "Customers V3",
        "Released products V2",
        "Sales order headers V2",
        "Sales order lines V2",
    ],
)
def test_labels_of_entities_that_the_sandbox_does_not_have_are_a_501(scm: Caller, label: str) -> None:
    """Source: data-entities/entity-*.md pages; data-entities/optimize-data-migration.md"""
    feature = f"the entity {label} in data management"
    parameters = {"entity": label, "threshold": 1000, "tasks": 1}
    project_of = {"value": [{"name": "P", "entities": [{"label": label}]}]}
    for answer in (
        call_import(scm, package_of([row()], label)),
        scm.http.post("/_sandbox/data-projects", json=project_of),
        scm.http.post("/_sandbox/entity-execution-parameters", json=parameters),
    ):
        assert (answer.status_code, feature in answer.text) == (501, True)


def test_units_run_one_after_the_other(scm: Caller) -> None:
    """Source: data-entities/data-entities-data-packages.md: units run in parallel; assumptions.UNITS_RUN_IN_TURN"""
    _, status = two_entities(scm, {"ExecutionUnit": 1}, {"ExecutionUnit": 2})
    assert status == "Succeeded"
    assert record(scm, key("CDSSalesOrderLines", SalesOrderNumber="SO-1", LineCreationSequenceNumber=1))


def test_tasks_of_one_parent_do_not_conflict(scm: Caller) -> None:
    """Source: a trace of locks and update conflicts; assumptions.TASKS_DO_NOT_CONFLICT"""
    create(scm, "CustomersV2", customer())
    create(scm, "CDSSalesOrderHeaders", {"SalesOrderNumber": "SO-1", "OrderingCustomerAccountNumber": "C1"})
    scm.admin("entity-execution-parameters", {"entity": LINES, "threshold": 1, "tasks": 2})
    lines = [
        {"SALESORDERNUMBER": "SO-1", "LINECREATIONSEQUENCENUMBER": str(number), "PRODUCTNUMBER": "P1"}
        for number in (1, 2)
    ]
    execution, status = imported(scm, package_of(lines, LINES))
    assert (status, entity_job(scm, execution)["tasks"]) == ("Succeeded", 2)


def test_a_unicode_file_must_be_utf_16_with_its_mark(scm: Caller) -> None:
    """Source: dmf_package_import.py"""
    package = zipped({"c.csv": text_of([row()]).encode()}, entity_xml(CUSTOMERS, list(row()), "c.csv"))
    execution, status = imported(scm, package)
    assert (status, found(scm)) == ("Failed", [])
    assert [error["ErrorMessage"] for error in job_errors(scm, execution)] == ["Selected file is not Unicode"]


def test_the_namespace_must_be_exact(scm: Caller) -> None:
    """Source: dmf_package_import.py"""
    entity = entity_xml(CUSTOMERS, list(row()), "c.csv")
    package = zipped(
        {"c.csv": text_of([row()]).encode("utf-16")}, entity, namespace="http://schemas.microsoft.com/other"
    )
    assert "DataManagementPackageHeader" in refusal(call_import(scm, package))


def test_rows_must_end_in_cr_lf(scm: Caller) -> None:
    """Source: dmf_package_import.py"""
    text = text_of([row(SALESMEMO="a\nb")]).replace("\r\n", "\n")
    package = zipped({"c.csv": text.encode("utf-16")}, entity_xml(CUSTOMERS, [*row(), "SALESMEMO"], "c.csv"))
    assert "The mapping is incorrect for entity Customers V2 and field {" in refusal(call_import(scm, package))
    _, status = imported(scm, package_of([row(SALESMEMO="a\nb")]))
    assert status == "Succeeded"


def test_a_mapped_column_that_the_file_lacks_is_a_failure_without_an_error(scm: Caller) -> None:
    """Source: HRESULT 0xC0010009"""
    package = zipped(
        {"c.csv": text_of([row()]).encode("utf-16")}, entity_xml(CUSTOMERS, [*row(), "SALESMEMO"], "c.csv")
    )
    execution, status = imported(scm, package)
    assert (status, found(scm), job_errors(scm, execution)) == ("Failed", [], [])


def test_a_column_that_the_twin_cannot_write_is_a_501_when_it_is_filled(scm: Caller) -> None:
    """Source: fin-ops odata"""
    line = {"SALESORDERNUMBER": "SO-1", "LINECREATIONSEQUENCENUMBER": "1", "PRODUCTNUMBER": "P1"}
    answer = call_import(scm, package_of([{**line, "SALESPRICEQUANTITY": "10"}], LINES))
    assert (answer.status_code, "writing CDSSalesOrderLines.SalesPriceQuantity" in answer.text) == (501, True)
    assert call_import(scm, package_of([{**line, "SALESPRICEQUANTITY": ""}], LINES)).status_code == 200


def test_a_map_to_a_field_that_is_none_is_refused(scm: Caller) -> None:
    package = package_of([row(NONSENSE="1")])
    assert "field NONSENSE" in refusal(call_import(scm, package))


@pytest.mark.parametrize(
    ("package", "text"),
    [
        (b"no zip", "no zip file"),
        (zipped({}).replace(b"PackageHeader.xml", b"PackageReader.xml"), "no PackageHeader.xml"),
    ],
)
def test_what_is_no_package_is_refused(scm: Caller, package: bytes, text: str) -> None:
    """Source: usmf_asset-major-types-01.zip"""
    assert text in refusal(call_import(scm, package))


def test_the_package_must_be_in_the_environments_blob_storage(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    for address in ("https://elsewhere.blob.core.windows.net/x/p.zip", f"{scm.url}/dmf/absent.zip?sig=x"):
        assert "not in the blob storage" in refusal(call_import(scm, package_of([row()]), packageUrl=address))


@pytest.mark.parametrize(
    ("elements", "feature"),
    [
        ({"SkipStaging": "true"}, "SkipStaging=true"),
        ({"RunBusinessLogic": "false"}, "RunBusinessLogic=false"),
        ({"RunBusinessValidation": "false"}, "RunBusinessValidation=false"),
        ({"EntityTransformList": "<a/>"}, "EntityTransformList"),
    ],
)
def test_what_a_manifest_asks_beyond_the_sandbox_is_a_501(scm: Caller, elements: dict[str, str], feature: str) -> None:
    """Source: usmf_asset-major-types-01.zip; data-entities/optimize-data-migration.md"""
    xml = entity_xml(CUSTOMERS, list(row()), "c.csv", **elements)
    if "SkipStaging" in elements:
        xml = xml.replace("<SkipStaging>false</SkipStaging>", "")
    answer = call_import(scm, zipped({"c.csv": text_of([row()]).encode("utf-16")}, xml))
    assert (answer.status_code, feature in answer.text) == (501, True), answer.text


@pytest.mark.parametrize("element", ["IsAutoGenerated", "IsAutoDefault"])
def test_values_that_a_map_makes_up_are_a_501(scm: Caller, element: str) -> None:
    """Source: usmf_asset-major-types-01.zip; data-entities/entity-sales-order-lines-v2.md"""
    xml = entity_xml(CUSTOMERS, list(row()), "c.csv").replace(f"<{element}>false", f"<{element}>true")
    answer = call_import(scm, zipped({"c.csv": text_of([row()]).encode("utf-16")}, xml))
    assert (answer.status_code, element in answer.text) == (501, True)


@pytest.mark.parametrize("source_format", ["EXCEL", "XML-Element"])
def test_a_file_in_another_format_is_a_501(scm: Caller, source_format: str) -> None:
    """Source: usmf_asset-major-types-01.zip"""
    package = zipped({"c.xml": b"<Document/>"}, entity_xml(CUSTOMERS, list(row()), "c.xml", source_format))
    answer = call_import(scm, package)
    assert (answer.status_code, f"the source format {source_format}" in answer.text) == (501, True)


def test_rows_beyond_the_threshold_are_split_into_tasks(scm: Caller) -> None:
    """Source: data-entities/optimize-data-migration.md"""
    create(scm, "CustomersV2", customer())
    parameters = {"entity": ORDERS, "threshold": 2, "tasks": 8}
    scm.admin("entity-execution-parameters", parameters)
    orders = [{"SALESORDERNUMBER": f"SO-{n}", "ORDERINGCUSTOMERACCOUNTNUMBER": "C1"} for n in range(1, 8)]
    tasks = [entity_job(scm, imported(scm, package_of(orders[:count], ORDERS))[0])["tasks"] for count in (1, 4, 7)]
    assert tasks == [1, 2, 4]
    scm.admin("package-settings", {"batch_threads": 3})
    assert entity_job(scm, imported(scm, package_of(orders, ORDERS))[0])["tasks"] == 3


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        (
            {"entity": "Customers V3", "tasks": 2},
            "Custom sequence is defined for the entity 'Customers V3', more than one task is not supported",
        ),
        ({"entity": ORDERS, "tasks": 2, "set_based": True}, f"Set operations not supported for '{ORDERS}' entity"),
        ({"entity": "Vendors", "tasks": 2}, "unknown entity 'Vendors'"),
        ({"entity": ORDERS, "tasks": 0}, "are counts"),
    ],
)
def test_parameters_that_an_entity_does_not_allow_are_refused(
    scm: Caller, parameters: dict[str, Any], text: str
) -> None:
    """Source: data-entities/optimize-data-migration.md"""
    answer = scm.http.post("/_sandbox/entity-execution-parameters", json={"threshold": 10, **parameters})
    assert (answer.status_code, text in body(answer)["error"]["message"]) == (400, True)


def test_a_package_in_utf_16_xml_is_read_too(scm: Caller) -> None:
    """Source: usmf_asset-major-types-01.zip"""
    create(scm, "CustomersV2", customer())
    project(scm)
    execution = start_export(scm)
    finish(scm, execution)
    package = download(scm, execution)
    assert parts(package)["PackageHeader.xml"].startswith(b"\xff\xfe")
    assert list(data(package)) == ["Customers V2.csv"]
    assert imported(scm, package)[1] == "Succeeded"
