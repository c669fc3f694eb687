"""The bound actions of DataManagementDefinitionGroups: parameters in, one value out.

Source: data-management-api; action names beyond it from public clients; declared in action_schema.
What is not declared answers 501 with its name.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.action_schema import PACKAGE_ACTIONS, PACKAGES, Action
from p2c_assets.sandbox.finops.actions import answer, parameters_of
from p2c_assets.sandbox.finops.enums import NAMESPACE
from p2c_assets.sandbox.finops.packages import settings
from p2c_assets.sandbox.finops.packages.blobs import Blobs
from p2c_assets.sandbox.finops.packages.entity_import import EntityImport, error_keys_file
from p2c_assets.sandbox.finops.packages.executions import SUCCEEDED, EntityRun, Execution, Executions, errors_text
from p2c_assets.sandbox.finops.packages.exporting import Exporter
from p2c_assets.sandbox.finops.packages.importing import Importer
from p2c_assets.sandbox.finops.packages.labels import entity_of
from p2c_assets.sandbox.finops.packages.projects import Projects
from p2c_assets.sandbox.finops.packages.refusals import action_failed, execution_not_found
from p2c_assets.sandbox.finops.packages.tracking import Tracking
from p2c_assets.sandbox.finops.records import Records
from p2c_assets.sandbox.finops.reference import Reference
from p2c_assets.sandbox.finops.writing import Writer
from p2c_assets.sandbox.messages import Request, Response, Unsupported
from p2c_assets.sandbox.store import Store

Body = Mapping[str, Any]
_BY_NAME: Mapping[str, Action] = {action.name: action for action in PACKAGE_ACTIONS}
_KINDS: Mapping[str, type] = {"Edm.String": str, "Edm.Boolean": bool, "Edm.Int32": int}


class PackageActions:
    """Everything behind `POST /data/DataManagementDefinitionGroups/Microsoft.Dynamics.DataEntities.<action>`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        records: Records,
        writer: Writer,
        reference: Reference,
        default_company: str,
    ) -> None:
        self._store = store
        self._reference = reference
        self._default_company = default_company
        self.blobs = Blobs(store, clock)
        self.projects = Projects(store)
        self.tracking = Tracking(store, records)
        self._exporter = Exporter(store, clock, records, self.blobs, self.projects, self.tracking)
        self._importer = Importer(clock, self.blobs, self.projects, EntityImport(store, records, writer, self.blobs))
        self.executions = Executions(store, clock, {"export": self._run_export, "import": self._run_import})
        self._performers: Mapping[str, Callable[[Body, Request], Any]] = {
            "GetAzureWriteUrl": self._write_url,
            "ImportFromPackage": self._import,
            "ImportFromPackageAsync": self._import,
            "ExportToPackage": self._export,
            "ExportToPackageAsync": self._export,
            "ExportToPackagePreview": self._export,
            "ExportToPackagePreviewAsync": self._export,
            "GetExportedPackageUrl": self._package_url,
            "GetEntityExecutionSummaryStatusList": self._status_list,
            "GetExecutionSummaryPageUrl": self._page_url,
            "GetExecutionErrors": self._errors,
            "GetImportStagingErrorFileUrl": self._staging_errors,
            "GenerateImportTargetErrorKeysFile": self._generate_error_keys,
            "GetImportTargetErrorKeysFileUrl": self._error_keys,
            "DeleteExecutionHistoryJob": self._delete_history,
        }

    def call(self, path: str, request: Request, *, keyed: bool) -> Response:
        """One action. keyed: on a record instead of the set. Raises FinopsError, Unsupported."""
        action = _BY_NAME.get(path.removeprefix(f"{NAMESPACE}."))
        if action is None:
            raise Unsupported(f"the action {PACKAGES}/{path}")
        if keyed or request.method != "POST":
            return errors.no_route(f"{request.base_url}{request.path}")
        body = _typed(action, parameters_of(action, request))
        if action.name == "GetExecutionSummaryStatus":
            return self._status(action, body, request)
        return answer(request, action, self._performers[action.name](body, request))

    def pass_time(self) -> None:
        """The clock has moved: waiting jobs are done, what has outlived its time goes."""
        self.executions.settle()
        self.executions.clean_up()
        self.blobs.purge()

    def _write_url(self, body: Body, request: Request) -> str:
        identity = self._store.sequence("blob")
        address = self._address(request, body["uniqueFileName"], "rw")
        return json.dumps({"BlobId": f"{{{identity:08X}-0000-4000-8000-000000000000}}", "BlobUrl": address})

    def _export(self, body: Body, request: Request) -> Any:  # noqa: ARG002 - the performers' signature
        company = self._company(body)
        return self._nested(self._exporter.start(self.executions, body, company, body.get("count", 0)))

    def _run_export(self, execution: Execution) -> Execution:
        return self._exporter.run(self.executions, execution)

    def _import(self, body: Body, request: Request) -> str:  # noqa: ARG002 - the performers' signature
        return self._importer.start(self.executions, body, self._company(body))

    def _run_import(self, execution: Execution) -> Execution:
        return self._importer.run(self.executions, execution)

    def _package_url(self, body: Body, request: Request) -> Any:
        execution = self._found(body)
        ready = execution.outcome == SUCCEEDED and execution.package
        return self._nested(self._address(request, execution.package, "r") if ready else "")

    def _status(self, action: Action, body: Body, request: Request) -> Response:
        """A 400 is returned, not raised: the poll counts."""
        status = self.executions.poll(body["executionId"])
        if status is None:
            return execution_not_found(body["executionId"]).response()
        return answer(request, action, status)

    def _status_list(self, body: Body, request: Request) -> list[str]:  # noqa: ARG002 - the performers' signature
        return [json.dumps({"EntityName": run.label, "Status": run.status}) for run in self._found(body).entities]

    def _page_url(self, body: Body, request: Request) -> str:
        execution = self._found(body)
        query = f"cmp={execution.company.upper()}&mi=DMFExecutionHistoryWorkspace&ExecutionId={quote(execution.id)}"
        return f"{request.base_url}/?{query}"

    def _errors(self, body: Body, request: Request) -> str:  # noqa: ARG002 - the performers' signature
        return errors_text(self.executions.find(body["executionId"]))

    def _staging_errors(self, body: Body, request: Request) -> str:
        name = self._entity_run(body).staging_errors
        return self._address(request, name, "r") if name else ""

    def _generate_error_keys(self, body: Body, request: Request) -> bool:  # noqa: ARG002 - the performers' signature
        execution, run = self._found(body), self._entity_run(body)
        exist = any(error.keys for error in execution.errors_of(run.label))
        if exist:
            self.executions.save(execution.with_entity(replace(run, error_keys_polls=0)))
        return exist

    def _error_keys(self, body: Body, request: Request) -> str:
        """Empty before the file was ordered, and as long as it is being written."""
        execution, run = self._found(body), self._entity_run(body)
        if run.error_keys_polls < 0:
            return ""
        self.executions.save(execution.with_entity(replace(run, error_keys_polls=run.error_keys_polls + 1)))
        if run.error_keys_polls < settings.read(self._store).polls_error_file:
            return ""
        name = f"{execution.id} {run.label} error keys.csv"
        self.blobs.put(name, error_keys_file(entity_of(run.label), execution.errors_of(run.label)))
        return self._address(request, name, "r")

    def _entity_run(self, body: Body) -> EntityRun:
        run = self._found(body).entity(body["entityName"])
        if run is None:
            raise action_failed(
                f"The entity '{body['entityName']}' is not part of the execution '{body['executionId']}'."
            )
        return run

    def _delete_history(self, body: Body, request: Request) -> None:  # noqa: ARG002 - the performers' signature
        if not self.executions.delete(body["executionId"]):
            raise execution_not_found(body["executionId"])

    def _found(self, body: Body) -> Execution:
        execution = self.executions.find(body["executionId"])
        if execution is None:
            raise execution_not_found(body["executionId"])
        return execution

    def _company(self, body: Body) -> str:
        company = body["legalEntityId"].lower() or self._default_company
        if self._reference.find("_companies", company) is None:
            raise action_failed(f"Legal entity '{body['legalEntityId']}' does not exist.")
        return company

    def _address(self, request: Request, name: str, permissions: str) -> str:
        return self.blobs.address(request.base_url, name, permissions)

    def _nested(self, value: str) -> Any:
        return {"value": {"value": value}} if settings.read(self._store).nested_values else value


def _typed(action: Action, body: Body) -> Body:
    """The parameters at their types; a count may come in quotes, as its page shows it."""
    return {name: _typed_value(name, _KINDS[kind], body[name]) for name, kind in action.parameters}


def _typed_value(name: str, kind: type, value: Any) -> Any:
    if kind is int and isinstance(value, str) and value.isdigit():
        value = int(value)
    if type(value) is not kind:
        raise errors.unreadable(
            f"Cannot convert the literal '{value}' of '{name}' to the expected type '{kind.__name__}'."
        )
    return value
