"""What was found: level, kind, where, what is there, what is needed; with the documents and money it will stop.

A probe is a pure function of what a system answered to findings. A part that could not be read is a finding of its own,
never a silent "all is well".
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from p2c_assets.readiness.kinds import COULD_BE_LOOKED_AT, KINDS, Asset, of_asset

Level = Literal["error", "warning", "accepted", "ok"]
LEVELS: tuple[Level, ...] = ("error", "warning", "accepted", "ok")


class Unread(NamedTuple):
    """What stands in place of an answer: why there is none."""

    reason: str


class Finding(NamedTuple):
    """One finding. `subject`: the table, column, privilege, setting or code that it is about; `company` None: all of them.

    `documents` and `amount` (in `currency`): what waits for it, where that is known. `hides`: kinds of which nothing can
    be said because of it.
    """

    level: Level
    code: str
    company: str | None
    subject: str
    found: str
    needed: str
    documents: int = 0
    amount: Decimal | None = None
    currency: str | None = None
    hides: tuple[str, ...] = ()

    @property
    def system(self) -> Asset:
        """Where it was looked at."""
        return KINDS[self.code].asset

    @property
    def owner(self) -> str:
        """Who can act."""
        return KINDS[self.code].owner

    @property
    def fix(self) -> str:
        """How."""
        return KINDS[self.code].fix

    @property
    def name(self) -> str:
        """What `readiness.accepted` may hold besides the code alone: `sales_privileges_are_held:prvReadAccount`."""
        return f"{self.code}:{self.subject}" if self.subject else self.code


def error(code: str, found: str, needed: str, subject: str = "", company: str | None = None) -> Finding:
    """Something that has to be put right before the first document is sent."""
    return Finding("error", code, company, subject, found, needed)


def warning(code: str, found: str, needed: str, subject: str = "", company: str | None = None) -> Finding:
    """Something that somebody should look at; it stops no more than what it names."""
    return Finding("warning", code, company, subject, found, needed)


def unread(
    asset: Asset, what: str, reason: str, needed: str, company: str | None = None, hides: tuple[str, ...] = ()
) -> Finding:
    """Something that could not be read: what to look at by hand, and the kinds that are therefore not known to be well."""
    return Finding("warning", COULD_BE_LOOKED_AT[asset], company, what, reason, needed, hides=hides)


def complete(
    asset: Asset, found: Iterable[Finding], company: str | None = None, unlooked: tuple[str, ...] = ()
) -> list[Finding]:
    """The findings of an asset, and `ok` for each of its kinds that has none, that nothing hides, and that was looked at."""
    listed = list(found)
    seen = {*unlooked, *(code for finding in listed for code in (finding.code, *finding.hides))}
    passed = [Finding("ok", kind.code, company, "", kind.says, "") for kind in of_asset(asset) if kind.code not in seen]
    return [*listed, *passed]


def with_accepted(found: Iterable[Finding], accepted: Sequence[str]) -> list[Finding]:
    """The findings as the settings see them: those that somebody has accepted stop nothing."""
    names = {name.lower() for name in accepted}
    return [
        finding._replace(level="accepted")
        if finding.level in ("error", "warning") and names & {finding.code.lower(), finding.name.lower()}
        else finding
        for finding in found
    ]


def merged(found: Iterable[Finding]) -> list[Finding]:
    """Each finding once, worst first; what several companies' runs said of all companies is said once."""
    once = dict.fromkeys(found)
    return sorted(once, key=lambda one: (LEVELS.index(one.level), *_place(one)))


def _place(one: Finding) -> tuple[int, str, str]:
    return list(KINDS).index(one.code), one.company or "", one.subject


def errors_of(found: Iterable[Finding]) -> list[Finding]:
    """Those that keep a company from being ready."""
    return [finding for finding in found if finding.level == "error"]


def as_data(finding: Finding) -> Mapping[str, Any]:
    """A finding with who can act and how."""
    amount = None if finding.amount is None else str(finding.amount)
    more = {"system": finding.system, "owner": finding.owner, "fix": finding.fix}
    said = {name: value for name, value in finding._asdict().items() if name != "hides"}
    return {**said, **more, "amount": amount}


def sentence(finding: Finding) -> str:
    """What was found, what is needed, who can act and how: one line."""
    about = f"{finding.subject}: " if finding.subject else ""
    needed = f"; needed: {finding.needed}" if finding.needed else ""
    return f"{about}{finding.found}{needed}. {finding.owner}: {finding.fix}"
