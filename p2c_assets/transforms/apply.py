"""A task applied to the rows of one company: raw frames in, one mapped frame out, one row per source row.

    source rows -> columns behind lookups -> header -> values -> destination form -> key -> checks -> identity -> outcome

Nothing raises for a row: what is wrong with it becomes its outcome. The parts are in the modules beside this one; what a
task is made of is in `mappings`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import polars as pl

from p2c_assets.mappings import value_maps
from p2c_assets.mappings.model import Check, Filter, Task
from p2c_assets.mappings.rules import Identity
from p2c_assets.settings import Company, MappingSettings
from p2c_assets.transforms import addresses, filters, keys, quotes, references, rules
from p2c_assets.transforms.claims import number_claims
from p2c_assets.transforms.columns import AMOUNT, mapped_schema
from p2c_assets.transforms.customers import customer_numbers
from p2c_assets.transforms.headers import header_missing, with_header
from p2c_assets.transforms.identities import with_identity
from p2c_assets.transforms.lookups import with_paths
from p2c_assets.transforms.normalise import fit
from p2c_assets.transforms.orders import already_ordered_from_quote
from p2c_assets.transforms.outcomes import with_outcome
from p2c_assets.transforms.products import PRODUCT, item_product, product_owner
from p2c_assets.transforms.quotes import superseded_revision
from p2c_assets.transforms.rounding import half_away_from_zero
from p2c_assets.transforms.scene import HEADER, VALUE, Checked, Finding, Scene, about, value

_CHECKS: Mapping[Check, Callable[[pl.DataFrame, Scene], Checked]] = {
    "superseded_revision": superseded_revision,
    "already_ordered_from_quote": already_ordered_from_quote,
    "number_claims": number_claims,
    "product_owner": product_owner,
    "customer_numbers": customer_numbers,
}


def apply(
    task: Task,
    inputs: Mapping[str, pl.DataFrame],
    company: Company,
    settings: MappingSettings,
    today: date | None = None,
) -> pl.DataFrame:
    """Map one company's rows of the task's source.

    `inputs`: the frames that `task.inputs` names (those of other companies may be among the rows), for line tasks also
    `mapped.<header task>` where it is there already. `today`: for the validity of price lists; None: not checked.
    Columns: those of `columns.mapped_schema(task)`. Raises SettingsError where a frame or the company's setting is missing.
    """
    scene = Scene(task, inputs, company, settings, value_maps.resolved(settings), today)
    source = scene.rows(task.source.reference).filter(pl.col("row_company") == company.id)
    frame = with_paths(source, task.sources, scene)
    frame = with_header(frame, scene, lambda header: apply(header, inputs, company, settings, today))
    frame, valued = _with_values(frame, scene)
    frame, fitted, warnings = _with_fitted(frame, scene)
    frame = keys.with_target_key(frame, scene)
    frame, judged, more_warnings = _with_checks(frame, scene)
    first, last = _filters(frame, scene)
    found = (*_flaws(), *first, *last, *judged, *valued, *fitted)
    duplicates = keys.duplicates(scene, found)
    frame, awaited = keys.with_destination(frame, scene)
    every = (*found, *duplicates, *header_missing(scene), *awaited)
    place = None if task.header is None else len(_flaws()) + len(first)
    frame = with_outcome(_with_warnings(frame, (*warnings, *more_warnings)), every, header_before=place)
    return _selected(frame, scene)


def _flaws() -> tuple[Finding, ...]:
    column = pl.col("row_flaws").str.extract(r"^(\w+):")
    return (
        Finding("wrong_type", pl.col("row_flaws").is_not_null(), pl.col("row_flaws"), cause=about("column", column)),
    )


def _filters(frame: pl.DataFrame, scene: Scene) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """A line's own filters; then, after its header's outcome, the copies of the header's conditions on the line."""

    def of(wanted: Sequence[Filter]) -> tuple[Finding, ...]:
        return filters.findings(frame, wanted)

    own = [row_filter for row_filter in scene.task.filters if not row_filter.of_header]
    copied = [row_filter for row_filter in scene.task.filters if row_filter.of_header]
    return of(own), of(copied)


def _with_values(frame: pl.DataFrame, scene: Scene) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """A column `=<target>` per field as its rule makes it; `=<target>_type` beside polymorphic lookups."""
    values: list[pl.Expr] = []
    found: list[Finding] = []
    for field in scene.task.fields:
        if isinstance(field.rule, Identity):
            continue
        if isinstance(field.rule, references.REFERENCE_RULES):
            frame, evaluated = references.evaluate(frame, field.rule, f"@{field.target}", scene)
        else:
            evaluated = rules.evaluate(frame, field.rule, scene)
        values.append(evaluated.value.alias(f"{VALUE}{field.target}"))
        found += evaluated.findings
        if evaluated.kind is not None:
            values.append(evaluated.kind.alias(f"{VALUE}{field.target}_type"))
    return frame.with_columns(values), tuple(found)


def _with_fitted(frame: pl.DataFrame, scene: Scene) -> tuple[pl.DataFrame, tuple[Finding, ...], tuple[pl.Expr, ...]]:
    """Values in the destination's form. Findings and warnings become columns, since they look at what was before."""
    sent = addresses.sent_by_field(frame, scene)
    columns: list[pl.Expr] = []
    found: list[Finding] = []
    warnings: list[pl.Expr] = list(addresses.warnings(frame, scene))
    for field in scene.task.fields:
        if isinstance(field.rule, Identity):
            continue
        name = f"{VALUE}{field.target}"
        fitted = fit(frame, field, scene, _currency(scene))
        is_sent = sent.get(field.target)
        columns.append((fitted.value if is_sent is None else pl.when(is_sent).then(fitted.value)).alias(name))
        for finding in (*fitted.findings, *keys.required(frame, field, scene)):
            hit, detail, cause = (f"@{what} {len(found)}" for what in ("hit", "detail", "cause"))
            about_it = pl.lit(None, dtype=pl.String) if finding.cause is None else finding.cause
            columns += [finding.when.alias(hit), finding.detail.alias(detail), about_it.alias(cause)]
            found.append(Finding(finding.reason, pl.col(hit), pl.col(detail), cause=pl.col(cause)))
        if fitted.warning is not None:
            warning = fitted.warning if is_sent is None else pl.when(is_sent).then(fitted.warning)
            columns.append(warning.alias(f"@warning {field.target}"))
            warnings.append(pl.col(f"@warning {field.target}"))
    return frame.with_columns(columns), tuple(found), tuple(warnings)


def _with_checks(frame: pl.DataFrame, scene: Scene) -> tuple[pl.DataFrame, tuple[Finding, ...], tuple[pl.Expr, ...]]:
    """The checks, then the identity: only rows with a key that make their target row may get a new GUID."""
    found: list[Finding] = []
    warnings: list[pl.Expr] = []
    for check in scene.task.checks:
        checked = _CHECKS[check](frame, scene)
        frame = checked.frame
        found += checked.findings
        warnings += checked.warnings
    makes = pl.col("contribution") == PRODUCT if "contribution" in frame.columns else pl.lit(value=True)
    frame = with_identity(frame, scene, create=pl.col("target_key").is_not_null() & makes)
    return frame, tuple(found), tuple(warnings)


def _currency(scene: Scene) -> pl.Expr:
    """The ISO code of the money at stake; null where a task has none."""
    name = scene.task.currency
    return pl.lit(None, dtype=pl.String) if name is None else pl.col(name).str.strip_chars().str.to_uppercase()


def _with_warnings(frame: pl.DataFrame, warnings: Sequence[pl.Expr]) -> pl.DataFrame:
    said = frame.select(warning.cast(pl.String).alias(f"!{number}") for number, warning in enumerate(warnings))
    heard = [name for name in said.columns if said[name].null_count() < said.height]
    nothing = pl.lit(None, dtype=pl.String)
    frame = frame.hstack([said[name] for name in heard])
    lists = pl.concat_list([nothing, *(pl.col(name) for name in heard)]).list.drop_nulls()
    return frame.with_columns(lists.alias("warnings")).drop(heard)


def _selected(frame: pl.DataFrame, scene: Scene) -> pl.DataFrame:
    task = scene.task
    if "product_owner" in task.checks:
        frame = item_product(frame, task.target)
    own = quotes.document(frame, pl.col(task.document).str.strip_chars())
    named = pl.coalesce(pl.col(f"{HEADER}document"), own) if task.header else own
    given = {
        "company": pl.lit(scene.company.id),
        "source_id": pl.col("row_id"),
        "source_version": pl.col("row_version"),
        "document": pl.coalesce(pl.when(named != "").then(named), pl.col("row_id")),
        "amount": pl.lit(None) if task.amount is None else half_away_from_zero(pl.col(task.amount), AMOUNT.scale),
        "currency": _currency(scene),
    }
    schema = mapped_schema(task)
    targets = {name for name in schema if f"{VALUE}{name}" in frame.columns}
    return frame.select(
        (value(name) if name in targets else given.get(name, pl.col(name))).cast(kind).alias(name)
        for name, kind in schema.items()
    )
