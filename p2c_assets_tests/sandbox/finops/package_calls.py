"""Calls of the data package API as a client makes them, and packages as a client reads and builds them."""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

import httpx

from p2c_assets_tests.sandbox.running import Caller, body

GROUPS = "/data/DataManagementDefinitionGroups"
NAMESPACE = "http://schemas.microsoft.com/dynamics/2015/01/DataManagement"
CUSTOMERS = "Customers V2"


def act(scm: Caller, action: str, /, **parameters: Any) -> httpx.Response:
    """Call a bound action."""
    return scm.post(f"{GROUPS}/Microsoft.Dynamics.DataEntities.{action}", parameters)


def value(scm: Caller, action: str, /, **parameters: Any) -> Any:
    """The value of an action that has to succeed."""
    response = act(scm, action, **parameters)
    assert response.status_code == 200, response.text
    return body(response)["value"]


def refusal(response: httpx.Response) -> str:
    """The text of an action that has to be refused with 400."""
    assert response.status_code == 400, response.text
    return body(response)["error"]["innererror"]["message"]


def project(scm: Caller, name: str = "Export", *labels: str, **options: Any) -> None:
    """A data project of the labels (customers without any), all with the same options."""
    entities = [{"label": label, **options} for label in labels or (CUSTOMERS,)]
    scm.admin("data-projects", {"value": [{"name": name, "entities": entities}]})


def track(scm: Caller, label: str = CUSTOMERS, option: str = "entire entity") -> None:
    """Turn change tracking on."""
    scm.admin("change-tracking", {"entity": label, "option": option})


def start_export(scm: Caller, name: str = "Export", action: str = "ExportToPackage", **changes: Any) -> str:
    """Start an export of usmf; the execution id."""
    parameters = {
        "definitionGroupId": name,
        "packageName": "package",
        "executionId": "",
        "reExecute": False,
        "legalEntityId": "usmf",
    }
    return value(scm, action, **{**parameters, **changes})


def status(scm: Caller, execution: str) -> str:
    """One status call."""
    return value(scm, "GetExecutionSummaryStatus", executionId=execution)


def finish(scm: Caller, execution: str) -> str:
    """Ask until the job has ended; the final status."""
    for _ in range(10):
        response = act(scm, "GetExecutionSummaryStatus", executionId=execution)
        if response.status_code == 200 and body(response)["value"] not in {"NotRun", "Executing"}:
            return body(response)["value"]
    raise AssertionError(f"{execution} does not end")


def exported(scm: Caller, name: str = "Export", **changes: Any) -> list[dict[str, str]]:
    """Export, wait, download: the rows of the project's only file."""
    execution = start_export(scm, name, **changes)
    assert finish(scm, execution) == "Succeeded"
    (rows,) = data(download(scm, execution)).values()
    return rows


def download(scm: Caller, execution: str) -> bytes:
    """The package of an export, without a token."""
    answer = httpx.get(value(scm, "GetExportedPackageUrl", executionId=execution), trust_env=False)
    assert answer.status_code == 200, answer.text
    return answer.content


def parts(package: bytes) -> dict[str, bytes]:
    """Files of a package by name."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def data(package: bytes) -> dict[str, list[dict[str, str]]]:
    """Rows of each data file of a package of CSV files."""
    files = {name: content for name, content in parts(package).items() if name.endswith(".csv")}
    return {name: list(csv.DictReader(io.StringIO(content.decode()))) for name, content in files.items()}


def manifest(package: bytes) -> ElementTree.Element:
    """The root of Manifest.xml."""
    return ElementTree.fromstring(parts(package)["Manifest.xml"])


def tag(name: str) -> str:
    """A name in the namespace of manifests."""
    return f"{{{NAMESPACE}}}{name}"


def accounts(rows: Sequence[dict[str, str]]) -> list[str]:
    """Customers of a file."""
    return [row["CUSTOMERACCOUNT"] for row in rows]


def blob(scm: Caller, name: str = "package.zip") -> str:
    """The writable address of a new file."""
    return json.loads(value(scm, "GetAzureWriteUrl", uniqueFileName=name))["BlobUrl"]


def put(address: str, content: bytes) -> httpx.Response:
    """Write a file as clients do, without a token."""
    return httpx.put(address, content=content, headers={"x-ms-blob-type": "BlockBlob"}, trust_env=False)


def entity_xml(label: str, columns: Sequence[str], file: str, source_format: str = "CSV-Unicode", **more: Any) -> str:
    """One entity of a manifest, as the client of a trace builds it; more: further elements."""
    maps = "".join(
        f"<EntityMap><ArrayIndex>0</ArrayIndex><EntityField>{column}</EntityField>"
        '<EntityFieldConversionList i:nil="true" /><IsAutoDefault>false</IsAutoDefault>'
        "<IsAutoGenerated>false</IsAutoGenerated><IsDefaultValueEqualNull>false</IsDefaultValueEqualNull>"
        f"<UseTextQualifier>false</UseTextQualifier><XMLField>{column}</XMLField></EntityMap>"
        for column in columns
    )
    rest = "".join(f"<{name}>{text}</{name}>" for name, text in more.items())
    return (
        "<DataManagementPackageEntityData><DefaultRefreshType>FullPush</DefaultRefreshType><Disable>false</Disable>"
        f"<EntityMapList>{maps}</EntityMapList><EntityName>{label}</EntityName><InputFilePath>{file}</InputFilePath>"
        f"<SkipStaging>false</SkipStaging><SourceFormat>{source_format}</SourceFormat>{rest}"
        "</DataManagementPackageEntityData>"
    )


def zipped(files: dict[str, bytes], *entities: str, namespace: str = NAMESPACE, group: str = "Import") -> bytes:
    """A package of these entities and files, its XML in UTF-8."""
    names = f'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="{namespace}"'
    kind = "Microsoft.Dynamics.AX.Framework.Tools.DataManagement.Serialization.DataManagementPackageManifest"
    manifest_xml = (
        f'<?xml version="1.0" encoding="utf-8"?>\r\n<DataManagementPackageManifest {names}>'
        f"<DefinitionGroupName>{group}</DefinitionGroupName><Description>d</Description>"
        f"<PackageEntityList>{''.join(entities)}</PackageEntityList></DataManagementPackageManifest>"
    )
    header_xml = (
        f'<?xml version="1.0" encoding="utf-8"?>\r\n<DataManagementPackageHeader {names}><Description>d</Description>'
        f"<ManifestType>{kind}</ManifestType><PackageType>DefinitionGroup</PackageType>"
        "<PackageVersion>2</PackageVersion></DataManagementPackageHeader>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in {"Manifest.xml": manifest_xml, "PackageHeader.xml": header_xml, **files}.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def text_of(rows: Sequence[dict[str, str]]) -> str:
    """Comma-separated text of rows of the same columns."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def package_of(rows: Sequence[dict[str, str]], label: str = CUSTOMERS, **more: Any) -> bytes:
    """A good package of one entity."""
    content = text_of(rows).encode("utf-16")
    return zipped({f"{label}.csv": content}, entity_xml(label, list(rows[0]), f"{label}.csv", **more))


def call_import(scm: Caller, package: bytes, action: str = "ImportFromPackage", **changes: Any) -> httpx.Response:
    """Upload a package and call the import into usmf."""
    address = blob(scm)
    assert put(address, package).status_code == 201
    parameters = {
        "packageUrl": address,
        "definitionGroupId": "Import",
        "executionId": "",
        "execute": True,
        "overwrite": True,
        "legalEntityId": "usmf",
    }
    return act(scm, action, **{**parameters, **changes})


def start_import(scm: Caller, package: bytes, **changes: Any) -> str:
    """Start an import; the execution id."""
    response = call_import(scm, package, **changes)
    assert response.status_code == 200, response.text
    return body(response)["value"]


def imported(scm: Caller, package: bytes, **changes: Any) -> tuple[str, str]:
    """Import and wait: execution id and final status."""
    execution = start_import(scm, package, **changes)
    return execution, finish(scm, execution)


def job_errors(scm: Caller, execution: str) -> list[dict[str, str]]:
    """The error list of a job."""
    return json.loads(value(scm, "GetExecutionErrors", executionId=execution))


def job(scm: Caller, execution: str) -> dict[str, Any]:
    """A job as the admin path shows it."""
    (found,) = [one for one in scm.admin("executions")["value"] if one["id"] == execution]
    return found
