"""Endpoints and what is activated for them: which event, of which company.

Source: business-events home-page and data-events (endpoints are assigned on activation; a blank legal entity means all;
inactive by default; at most ten endpoints for an event in a legal entity).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from p2c_assets.sandbox.finops.events.assumptions import LARGEST_ENDPOINT_COUNT
from p2c_assets.sandbox.finops.reference import Reference
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import AdminError

HTTPS = "HTTPS"
OTHER_TYPES = (
    "Azure Service Bus Queue",
    "Azure Service Bus Topic",
    "Azure Event Grid",
    "Azure Event Hub",
    "Azure Blob Storage",
    "Microsoft Power Automate",
    "Microsoft Dataverse",
)
_ENDPOINTS = "_event_endpoints"
_ACTIVE = "_active_events"


class Subscriptions:
    """Endpoints by name, activations in the order in which they were made."""

    def __init__(self, store: Store, reference: Reference) -> None:
        self._store = store
        self._reference = reference

    def add_endpoint(self, document: Mapping[str, Any]) -> None:
        """{"name", "url", "type": "HTTPS", "headers": {}}. Raises AdminError, Unsupported."""
        kind, url = str(document.get("type", HTTPS)), str(document["url"])
        if kind in OTHER_TYPES:
            raise Unsupported(f"events to the endpoint type {kind}")
        if kind != HTTPS or not url.startswith(("http://", "https://")):
            raise AdminError(
                f"an endpoint of type {kind!r} at {url!r}; known types: {', '.join((HTTPS, *OTHER_TYPES))}"
            )
        headers = {str(name): str(value) for name, value in document.get("headers", {}).items()}
        name = str(document["name"])
        self._store.table(_ENDPOINTS).put(name, {"name": name, "url": url, "type": kind, "headers": headers})

    def activate(self, event: str, company: str, endpoint: str) -> None:
        """Send an event of a company ("" for all) to an endpoint. Raises AdminError."""
        company = company.lower()
        if endpoint not in self._store.table(_ENDPOINTS):
            known = ", ".join(row["name"] for row in self.endpoints()) or "none"
            raise AdminError(f"there is no endpoint {endpoint!r}; there are: {known}")
        if company and self._reference.find("_companies", company) is None:
            raise AdminError(f"unknown company {company!r}")
        there = [row for row in self.active() if (row["event"], row["company"]) == (event, company)]
        if len(there) >= LARGEST_ENDPOINT_COUNT and endpoint not in {row["endpoint"] for row in there}:
            raise AdminError(f"{event} has {LARGEST_ENDPOINT_COUNT} endpoints in {company or 'all companies'} already")
        row = {"event": event, "company": company, "endpoint": endpoint}
        self._store.table(_ACTIVE).put((event, company, endpoint), row)

    def deactivate(self, event: str, company: str, endpoint: str) -> None:
        """Take an activation back. Raises AdminError."""
        key = (event, company.lower(), endpoint)
        if key not in self._store.table(_ACTIVE):
            raise AdminError(f"{event} is not active in {company or 'all companies'} for {endpoint!r}")
        self._store.table(_ACTIVE).delete(key)

    def endpoints(self) -> Sequence[Row]:
        """Every endpoint."""
        return self._store.table(_ENDPOINTS).rows()

    def active(self) -> Sequence[Row]:
        """Every activation."""
        return self._store.table(_ACTIVE).rows()

    def any_active(self) -> bool:
        """Whether anything is activated at all."""
        return len(self._store.table(_ACTIVE)) > 0

    def endpoints_of(self, event: str, company: str) -> Sequence[Row]:
        """Where an event of this company goes; once to an endpoint, however it was activated."""
        names = dict.fromkeys(
            row["endpoint"] for row in self.active() if row["event"] == event and row["company"] in ("", company)
        )
        return [self._store.table(_ENDPOINTS)[name] for name in names]
