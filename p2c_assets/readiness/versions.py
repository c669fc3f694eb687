"""Versions of several numbers, compared number by number: 10.0.2 is later than 9.1.30."""


def parsed(version: str) -> tuple[int, ...] | None:
    """The numbers; None for what is no version. Missing numbers at the end are nought."""
    parts = version.strip().split(".")
    if not all(part.isdecimal() for part in parts):
        return None
    return (*(int(part) for part in parts), *[0] * (4 - len(parts)))


def is_at_least(version: str, least: str) -> bool:
    """Whether a version is the least that is needed, or later. False for what is no version."""
    found, wanted = parsed(version), parsed(least)
    return found is not None and wanted is not None and found >= wanted
