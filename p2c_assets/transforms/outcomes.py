"""Findings become one outcome per row: wrong type before filtered before rejected before held before mapped.

Several reasons of one class: the first is the reason, all are in the detail. Line rows share what their header got.
"""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from p2c_assets.mappings.reasons import REASONS
from p2c_assets.transforms.scene import HEADER, Finding

CLASSES = ("filtered", "rejected", "held")
WRONG_TYPE = "wrong_type"


class _Part(NamedTuple):
    """What one finding says of each row: nulls where it does not apply."""

    reason: pl.Expr
    detail: pl.Expr
    scope: pl.Expr
    cause: pl.Expr


def with_outcome(frame: pl.DataFrame, findings: Sequence[Finding], *, header_before: int | None) -> pl.DataFrame:
    """Add outcome, reason, detail, cause, scope. `header_before`: where among the findings the header's own outcome stands."""
    names = [f"?{number}" for number in range(len(findings))]
    hits = frame.select(
        finding.when.fill_null(value=False).alias(name) for finding, name in zip(findings, names, strict=True)
    )
    frame = frame.with_columns(_as_wide_as(hits, frame))
    applies = [name for name in names if frame[name].any()]
    parts: dict[str, list[_Part]] = {name: [] for name in (WRONG_TYPE, *CLASSES)}
    for number, (finding, name) in enumerate(zip(findings, names, strict=True)):
        if number == header_before:
            _add_header(parts)
        if name in applies:
            parts[_class(finding)].append(_part(finding, name))
    if header_before is not None and header_before >= len(findings):
        _add_header(parts)
    return frame.with_columns(*_columns(parts)).drop(names)


def _as_wide_as(hits: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """Findings made of constants only give one row."""
    if hits.height == frame.height:
        return hits
    return hits.select(pl.col(name).first().repeat_by(frame.height).explode() for name in hits.columns)


def _class(finding: Finding) -> str:
    return WRONG_TYPE if finding.reason == WRONG_TYPE else REASONS[finding.reason].outcome


def _part(finding: Finding, name: str) -> _Part:
    reason = REASONS[finding.reason]
    hit = pl.col(name)
    detail = pl.concat_str(finding.detail.fill_null(reason.cause), pl.lit(f"; {reason.fix}"))
    return _Part(
        pl.when(hit).then(pl.lit(finding.reason)),
        pl.when(hit).then(detail),
        pl.when(hit).then(pl.lit(finding.scope)),
        _cause(hit, finding.cause),
    )


def _cause(hit: pl.Expr, cause: pl.Expr | None) -> pl.Expr:
    """Empty where a finding applies that has none: the cause stands beside the reason, which is the first finding's."""
    named = pl.lit("") if cause is None else cause.fill_null("")
    return pl.when(hit).then(named)


def _add_header(parts: dict[str, list[_Part]]) -> None:
    for name in CLASSES:
        hit = pl.col(f"{HEADER}outcome") == name
        detail = pl.concat_str(pl.lit("the document's header: "), pl.col(f"{HEADER}detail"))
        own = _Part(
            pl.when(hit).then(pl.col(f"{HEADER}reason")),
            pl.when(hit).then(detail),
            pl.when(hit).then(pl.lit("document")),
            _cause(hit, pl.col(f"{HEADER}cause")),
        )
        parts[name].append(own)


def _columns(parts: dict[str, list[_Part]]) -> list[pl.Expr]:
    reasons = {name: _first([part.reason for part in found]) for name, found in parts.items()}
    outcome = pl.lit("mapped")
    reason = detail = cause = pl.lit(None, dtype=pl.String)
    scope = pl.lit("document")
    for name in reversed((WRONG_TYPE, *CLASSES)):
        hit = reasons[name].is_not_null()
        outcome = pl.when(hit).then(pl.lit("rejected" if name == WRONG_TYPE else name)).otherwise(outcome)
        reason = pl.when(hit).then(reasons[name]).otherwise(reason)
        detail = pl.when(hit).then(_all([part.detail for part in parts[name]])).otherwise(detail)
        scope = pl.when(hit).then(_first([part.scope for part in parts[name]])).otherwise(scope)
        cause = pl.when(hit).then(_first([part.cause for part in parts[name]])).otherwise(cause)
    named = pl.when(cause != "").then(cause)
    return [
        outcome.alias("outcome"),
        reason.alias("reason"),
        detail.alias("detail"),
        named.alias("cause"),
        scope.alias("scope"),
    ]


def _first(expressions: list[pl.Expr]) -> pl.Expr:
    return pl.coalesce(expressions) if expressions else pl.lit(None, dtype=pl.String)


def _all(expressions: list[pl.Expr]) -> pl.Expr:
    if not expressions:
        return pl.lit(None, dtype=pl.String)
    return pl.concat_str(expressions, separator="; also ", ignore_nulls=True)
