"""Admin routes of data management: what people do in its workspace, and how the sandbox runs its jobs.

GET/POST data-projects, DELETE data-projects/<name>; GET/POST change-tracking; GET/POST package-settings;
GET/POST entity-execution-parameters; GET executions;
POST executions/cancel.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from p2c_assets.sandbox.finops.errors import FinopsError
from p2c_assets.sandbox.finops.packages import parallelism, settings
from p2c_assets.sandbox.finops.packages.actions import PackageActions
from p2c_assets.sandbox.finops.packages.labels import entity_of
from p2c_assets.sandbox.finops.packages.projects import read_project
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.twin import AdminError


class PackageAdministration:
    """Answers the routes; every POST answers what is then there."""

    def __init__(self, store: Store, actions: PackageActions) -> None:
        self._store = store
        self._projects = actions.projects
        self._tracking = actions.tracking
        self._executions = actions.executions

    def answer(self, method: str, path: Sequence[str], document: Any) -> Any:
        """One admin call. Raises AdminError, Unsupported; None for a route that is not here."""
        match method, *path:
            case "GET", "data-projects":
                return {"value": self._projects.rows()}
            case "POST", "data-projects":
                return self._register(document["value"])
            case "DELETE", "data-projects", name:
                return self._remove(name)
            case "GET", "change-tracking":
                return dict(self._tracking.options())
            case "POST", "change-tracking":
                return self._track(str(document["entity"]), str(document["option"]))
            case "GET", "package-settings":
                return asdict(settings.read(self._store))
            case "POST", "package-settings":
                return dict(settings.change(self._store, document))
            case "GET", "entity-execution-parameters":
                return {"value": parallelism.parameters(self._store)}
            case "POST", "entity-execution-parameters":
                parallelism.configure(self._store, document)
                return {"value": parallelism.parameters(self._store)}
            case "GET", "executions":
                return {"value": [asdict(execution) for execution in self._executions.all()]}
            case "POST", "executions", "cancel":
                self._executions.cancel(str(document["executionId"]))
                return {"canceled": 1}
            case _:
                return None

    def _register(self, documents: Sequence[Any]) -> Any:
        for document in documents:
            self._projects.put(read_project(document))
        return {"value": self._projects.rows()}

    def _remove(self, name: str) -> Any:
        self._projects.remove(name)
        self._tracking.forget(name)
        return {"value": self._projects.rows()}

    def _track(self, label: str, option: str) -> Any:
        try:
            self._tracking.turn(entity_of(label), option)
        except FinopsError as error:
            raise AdminError(f"{error.text}; known: {', '.join(self._tracking.options())}") from error
        return dict(self._tracking.options())
