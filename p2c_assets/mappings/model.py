"""A task: one source entity mapped to one target entity, field by field, as data.

Only the shape is here. The tasks themselves are in the modules named after the flows (`accounts` ... `invoices`), the rules of
their fields in `rules`, overrides from p2c.toml in `catalogue`, their execution in `transforms`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from p2c_assets.mappings import paths
from p2c_assets.mappings.rules import Rule
from p2c_assets.mappings.schema import Entity

Mode = Literal["synced", "on_create", "reconciled"]
"""synced: compared and sent. on_create: sent when the row is created, never again. reconciled: neither; checked later."""

Scope = Literal["row", "document"]
Operator = Literal["eq", "ne", "in", "not_in", "blank", "filled"]
Check = Literal[
    "superseded_revision", "already_ordered_from_quote", "number_claims", "product_owner", "customer_numbers"
]
"""What data alone cannot say; each has a function of its own in transforms."""

KEY_CLAIMS = "scm.key_claims"
"""Input: which company uses which key. Columns entity, company, key, name, unit."""


class Condition(NamedTuple):
    """One comparison with a source. Blank counts as unequal to every value."""

    source: str
    operator: Operator
    value: str | int | bool | tuple[str | int, ...] | None = None


class Filter(NamedTuple):
    """Rows for which all conditions hold get that reason; its outcome stands in the catalogue of reasons."""

    reason: str
    when: tuple[Condition, ...]
    evidence: str
    scope: Scope = "document"
    of_header: bool = False
    """A copy of the header's condition on the line: looked at after the header's own outcome."""


class Exists(NamedTuple):
    """The value must be there in the destination's company already, else the row is held."""

    reference: str
    column: str


@dataclass(frozen=True)
class FieldMap:
    """One target field.

    `evidence`: tag of the source (legend in docs/mappings.md); `required`: may not be blank; `as_key`: holds what another
    record is called, and is compared as keys are (mappings.folding), so that another spelling is no change.
    """

    target: str
    rule: Rule
    mode: Mode
    evidence: str
    note: str = ""
    required: bool = False
    exists: Exists | None = None
    as_key: bool = False


class Block(NamedTuple):
    """Fields of one address: sent together or not at all.

    Not sent where the country (a source) is blank and the company has no default for it; with `only_when_filled` also
    where all sources are blank. What is not sent is null.
    """

    name: str
    fields: tuple[str, ...]
    sources: tuple[str, ...]
    country: str
    only_when_filled: bool = False


@dataclass(frozen=True)
class Task:
    """One of the twelve tasks.

    `asset`: its mapped asset (`scm/sales_order_lines`); `unit`: what is planned and delivered together. `parent`: columns
    of a line that make up its header's row id; `header`: the header's task. `amount` and `currency`: sources of the money
    at stake. `optional`: documented additions, off unless `extra_fields` names them.
    """

    name: str
    flow: str
    title: str
    source: Entity
    target: Entity
    asset: str
    unit: str
    document: str
    fields: tuple[FieldMap, ...]
    filters: tuple[Filter, ...] = ()
    checks: tuple[Check, ...] = ()
    blocks: tuple[Block, ...] = ()
    optional: tuple[FieldMap, ...] = ()
    policy: Literal["upsert", "create_only"] = "upsert"
    header: "Task | None" = None
    parent: tuple[str, ...] = ()
    amount: str | None = None
    currency: str | None = None
    claims: str | None = None
    """The name of the key claims' entity that guards this task's numbers."""

    @cached_property
    def by_target(self) -> Mapping[str, FieldMap]:
        """Fields by target column."""
        return {field.target: field for field in self.fields}

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """The natural key as pairs (source, target)."""
        return tuple((_shown(self.by_target[name].rule), name) for name in self.target.natural_key)

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source that fields, filters, blocks and the money at stake use."""
        fields = [source for field in self.fields for source in field.rule.uses]
        conditions = [condition.source for row_filter in self.filters for condition in row_filter.when]
        blocks = [source for block in self.blocks for source in (*block.sources, block.country)]
        own = [source for source in (self.document, self.amount, self.currency, *self.parent) if source]
        return tuple(dict.fromkeys([*fields, *conditions, *blocks, *own]))

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The frames that `apply` needs, the source first; all rows of references, the company's of the source."""
        found = [self.source.reference]
        found += [step.reference for source in self.sources for step in paths.parse(source, self.source).steps]
        found += [name for field in self.fields for name in field.rule.reads]
        found += [field.exists.reference for field in self.fields if field.exists]
        found += [name for check in self.checks for name in _CHECK_INPUTS[check]]
        found += [self.target.reference] if self.target.system == "sales" else []
        found += self.header.inputs if self.header else ()
        return tuple(dict.fromkeys(found))


_CHECK_INPUTS: Mapping[Check, tuple[str, ...]] = {
    "superseded_revision": (),
    "customer_numbers": ("sales.accounts", "sales.contacts"),
    "already_ordered_from_quote": ("sales.quotes", "scm.sales_quotation_headers"),
    "number_claims": (KEY_CLAIMS,),
    "product_owner": (KEY_CLAIMS, "sales.products", "sales.pricelevels", "sales.transactioncurrencies"),
}


def lineage(task: Task) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Per target column the (frame, column) pairs that its value is made of: `("sales.accounts", "accountnumber")`."""
    return {field.target: _origins(task, field.rule) for field in task.fields}


def _origins(task: Task, rule: Rule) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for source in rule.uses:
        path = paths.parse(source, task.source)
        found.append((task.source.reference, path.column))
        found += [(step.reference, step.column) for step in path.steps]
    return tuple(dict.fromkeys(found))


def _shown(rule: Rule) -> str:
    return ", ".join(rule.uses)
