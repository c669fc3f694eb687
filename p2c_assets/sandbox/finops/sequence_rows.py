"""Number sequences as the two shared entities show them: SequenceV2Tables and NumberSequencesV2References, read-only.

They are of no company; a scope says whose a sequence is. Both are made of the internal table `_number_sequences`; where
that says nothing of a company, its numbers have to be given (`number_sequences`). Source: clients generated from a live
$metadata (keys, columns), traces of a live environment on which `$select`, `$orderby` and filters by enums of these two
sets failed. assumptions.SEQUENCES_ARE_READ_WHOLE, SEQUENCE_DATA_TYPES.
"""

from collections.abc import Callable, Mapping
from typing import Any

from p2c_assets.sandbox.finops.assumptions import SEQUENCE_DATA_TYPES
from p2c_assets.sandbox.finops.reference import Reference
from p2c_assets.sandbox.messages import Request, Response, Unsupported
from p2c_assets.sandbox.store import Row

TABLES = "SequenceV2Tables"
REFERENCES = "NumberSequencesV2References"
SEQUENCE_SETS = (TABLES, REFERENCES)
_SCOPE = "DataArea"
_TAKEN = frozenset({"cross-company", "$format"})
_CODES: Mapping[str, str] = {"Customer": "Cust", "SalesQuotation": "Quot", "SalesOrder": "Sale"}


class SequenceRows:
    """Answers GET of the two sets."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    def answer(self, name: str, request: Request) -> Response:
        """All rows. Raises Unsupported for what is not known to work on these sets."""
        if request.method != "GET":
            raise Unsupported(f"{request.method} of the entity set {name}")
        options = sorted(set(request.query) - _TAKEN)
        if options:
            raise Unsupported(f"{options[0]} of the entity set {name}")
        made: Callable[[str, str, Row | None], dict[str, Any]] = _table if name == TABLES else _reference
        value = [
            made(company, reference, self._reference.find("_number_sequences", company, reference))
            for company in sorted(self._reference.companies())
            for reference in _CODES
        ]
        context = {"@odata.context": f"{request.base_url}/data/$metadata#{name}"}
        return Response.json(200, {**context, "value": value})


def _table(company: str, reference: str, sequence: Row | None) -> dict[str, Any]:
    """A sequence that takes given numbers is manual, or lets its users change them."""
    mode = str((sequence or {}).get("mode") or "manual")
    changeable = _yes(mode == "changeable")
    return {
        "NumberSequenceCode": _code(company, reference),
        "ScopeType": _SCOPE,
        "ScopeValue": company,
        "Name": f"{reference} of {company}",
        "Next": int((sequence or {}).get("next") or 1),
        "Format": str((sequence or {}).get("format") or ""),
        "Manual": _yes(mode == "manual"),
        "ToALowerNumber": changeable,
        "ToAHigherNumber": changeable,
        "Continuous": _yes((sequence or {}).get("continuous") == "Yes"),
        "Stopped": "No",
        "InUse": "Yes",
    }


def _reference(company: str, reference: str, _sequence: Row | None) -> dict[str, Any]:
    return {
        "DataTypeName": SEQUENCE_DATA_TYPES[reference],
        "NumberSequenceCode": _code(company, reference),
        "ReuseNumbers": "No",
        "ScopeType": _SCOPE,
        "ScopeValue": company,
    }


def _code(company: str, reference: str) -> str:
    return f"{_CODES[reference]}_{company}"


def _yes(condition: bool) -> str:
    return "Yes" if condition else "No"
