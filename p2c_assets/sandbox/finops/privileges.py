"""What the service user may not do: rows of the internal table `_privileges`, access none or read by entity set.

Source: live fixture of a restricted user (403, ODataSecurityException); such a user still gets the service document.
"""

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.columns import EntitySet
from p2c_assets.sandbox.finops.reference import Reference

_VERBS = {"GET": "read", "POST": "create", "PATCH": "update", "PUT": "update", "DELETE": "delete"}


class Privileges:
    """Sets without a row are open to the service user."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    def check(self, entity_set: EntitySet, method: str) -> None:
        """Raises FinopsError (403) for what the user may not do."""
        access = str((self._reference.find("_privileges", entity_set.name) or {}).get("access", "all"))
        verb = _VERBS.get(method, "read")
        if access == "none" or (access == "read" and verb != "read"):
            raise errors.not_authorized(entity_set, verb)
