"""Addresses beside OData that the real system answers and the sandbox refuses by name.

Sources: recurring-integrations, custom-services.
"""

from collections.abc import Sequence


def absent(parts: Sequence[str]) -> str | None:
    """The feature behind a path outside `/data`; None when it is none of the system's."""
    match parts:
        case ["api", "connector", verb, *_]:
            return f"recurring integrations ({verb})"
        case ["api", "services", group, service, operation]:
            return f"the custom service {group}/{service}/{operation}"
        case ["api", "services", *_]:
            return "the list of custom services"
        case ["api" | "namespaces" | "soap", *_]:
            return f"/{'/'.join(parts)}"
        case _:
            return None
