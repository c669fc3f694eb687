"""Change tracking: which records of an entity were written since a project's last run.

Source: entity-change-track. It is off until it is turned on for an entity; a file export then carries what was created or
updated since the last run of that project, as whole records, and never what was deleted. assumptions.EXPORT_STATE_IS_PER_PROJECT.
"""

from collections.abc import Mapping

from p2c_assets.sandbox.finops.columns import EntitySet
from p2c_assets.sandbox.finops.packages.labels import LABELS
from p2c_assets.sandbox.finops.records import Records, visible
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Key, Row
from p2c_assets.sandbox.twin import AdminError

ENTIRE_ENTITY = "entire entity"
OFF = "off"
_OTHER_OPTIONS = ("primary table", "custom query")
_TRACKED = "_tracked_entities"
_STATE = "_export_state"
_VERSION = "change version"


class Tracking:
    """Versions of writes for the entities that are tracked, and each project's last version."""

    def __init__(self, store: Store, records: Records) -> None:
        self._store = store
        records.watch(self._note)

    def turn(self, entity_set: EntitySet, option: str) -> None:
        """Turn tracking of an entity on or off; either way what was known of it is lost. Raises AdminError, Unsupported."""
        if option in _OTHER_OPTIONS:
            raise Unsupported(f"change tracking of a {option}")
        if option not in (ENTIRE_ENTITY, OFF):
            raise AdminError(f"the option is {option!r}; known: {', '.join((ENTIRE_ENTITY, *_OTHER_OPTIONS, OFF))}")
        changes = self._store.table(_changes(entity_set))
        for key, _ in changes.items():
            changes.delete(key)
        tracked = self._store.table(_TRACKED)
        if option == OFF and entity_set.name in tracked:
            tracked.delete(entity_set.name)
        if option == ENTIRE_ENTITY:
            tracked.put(entity_set.name, {"since": self._store.sequence(_VERSION)})

    def options(self) -> Mapping[str, str]:
        """Label -> option, for every entity."""
        tracked = self._store.table(_TRACKED)
        return {label: ENTIRE_ENTITY if name in tracked else OFF for name, label in LABELS.items()}

    def keys_since_last_run(self, project: str, entity_set: EntitySet) -> set[Key] | None:
        """Keys of what was written since the project's last run; None when everything is due.

        Everything is due on the first run, without tracking, and when tracking was turned on after the last run.
        """
        tracked = self._store.table(_TRACKED).get(entity_set.name)
        state = self._store.table(_STATE).get(_key(project, entity_set))
        if tracked is None or state is None or state["version"] < tracked["since"]:
            return None
        changes = self._store.table(_changes(entity_set)).items()
        return {key for key, change in changes if change["version"] > state["version"]}

    def note_run(self, project: str, entity_set: EntitySet) -> None:
        """The project has everything up to now."""
        version = self._store.sequence(_VERSION)
        self._store.table(_STATE).put(_key(project, entity_set), {"version": version})

    def forget(self, project: str) -> None:
        """Lose a project's state: its next run is a full one."""
        table = self._store.table(_STATE)
        for key, _ in table.items():
            if isinstance(key, tuple) and key[0] == project.lower():
                table.delete(key)

    def _note(self, entity_set: EntitySet, before: Row | None, after: Row | None) -> None:
        if entity_set.name not in self._store.table(_TRACKED):
            return
        key = entity_set.key_of(after or before or {})
        changes = self._store.table(_changes(entity_set))
        if before is not None and (old := entity_set.key_of(before)) != key and old in changes:
            changes.delete(old)
        if visible(after):
            changes.put(key, {"version": self._store.sequence(_VERSION)})
        elif key in changes:
            changes.delete(key)


def _changes(entity_set: EntitySet) -> str:
    return f"_changes {entity_set.name}"


def _key(project: str, entity_set: EntitySet) -> tuple[str | int, ...]:
    return project.lower(), entity_set.name
