"""Admin routes of events: what administrators do on the pages of endpoints and of both catalogues.

GET/POST event-endpoints; GET active-events; POST business-events, data-events and .../deactivate.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from p2c_assets.sandbox.finops.events.business_events import check_event
from p2c_assets.sandbox.finops.events.data_events import event_of
from p2c_assets.sandbox.finops.events.subscriptions import Subscriptions


class EventAdministration:
    """Answers the routes; every POST answers what is then there."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self._subscriptions = subscriptions

    def answer(self, method: str, path: Sequence[str], document: Any) -> Any:
        """One admin call. Raises AdminError, Unsupported; None for a route that is not here."""
        match method, *path:
            case "GET", "event-endpoints":
                return self._endpoints()
            case "POST", "event-endpoints":
                self._subscriptions.add_endpoint(document)
                return self._endpoints()
            case "GET", "active-events":
                return self._active()
            case "POST", ("business-events" | "data-events") as kind:
                self._subscriptions.activate(_event(kind, document), *_where(document))
                return self._active()
            case "POST", ("business-events" | "data-events") as kind, "deactivate":
                self._subscriptions.deactivate(_event(kind, document), *_where(document))
                return self._active()
            case _:
                return None

    def _endpoints(self) -> Any:
        return {
            "value": [{name: row[name] for name in ("name", "type", "url")} for row in self._subscriptions.endpoints()]
        }

    def _active(self) -> Any:
        return {"value": list(self._subscriptions.active())}


def _event(kind: str, document: Mapping[str, Any]) -> str:
    if kind == "data-events":
        return event_of(str(document["set"]), str(document["operation"]))
    check_event(str(document["event"]))
    return str(document["event"])


def _where(document: Mapping[str, Any]) -> tuple[str, str]:
    return str(document.get("company", "")), str(document["endpoint"])
