"""Entity execution parameters: into how many tasks an import of an entity is split.

Source: optimize-data-migration (10,000 rows at a threshold of 2,500 are 4 tasks; texts of what is not allowed; the ceiling
of batch threads). What runs in parallel there runs one after the other here: tasks are counted.
"""

from collections.abc import Mapping
from typing import Any

from p2c_assets.sandbox.finops.packages import settings
from p2c_assets.sandbox.finops.packages.assumptions import SINGLE_TASK_ENTITIES
from p2c_assets.sandbox.finops.packages.labels import LABELS, check_known
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.twin import AdminError

_TABLE = "_entity_execution_parameters"


def configure(store: Store, document: Mapping[str, Any]) -> None:
    """{"entity": label, "threshold": rows, "tasks": n, "set_based": false}. Raises AdminError."""
    label, threshold, tasks = str(document["entity"]), int(document["threshold"]), int(document["tasks"])
    if label in SINGLE_TASK_ENTITIES and tasks > 1:
        raise AdminError(f"Custom sequence is defined for the entity '{label}', more than one task is not supported")
    check_known(label)
    if label not in LABELS.values():
        raise AdminError(f"unknown entity {label!r}; known: {', '.join(LABELS.values())}")
    if document.get("set_based"):
        raise AdminError(f"Set operations not supported for '{label}' entity")
    if threshold < 1 or tasks < 1:
        raise AdminError(f"threshold and tasks are counts; they are {threshold} and {tasks}")
    store.table(_TABLE).put(label, {"entity": label, "threshold": threshold, "tasks": tasks})


def parameters(store: Store) -> list[dict[str, Any]]:
    """What was configured."""
    return store.table(_TABLE).rows()


def tasks_of(store: Store, label: str, rows: int) -> int:
    """Tasks of an import of so many rows: one for each threshold, no more than allowed and than there are threads."""
    row = store.table(_TABLE).get(label)
    if row is None or rows < row["threshold"]:
        return 1
    return min(row["tasks"], -(-rows // row["threshold"]), settings.read(store).batch_threads)
