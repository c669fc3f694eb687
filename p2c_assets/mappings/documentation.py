"""docs/mappings.md, made from the mappings themselves, so that it cannot drift from them (a test compares the two)."""

from collections.abc import Iterable, Mapping

from p2c_assets.mappings import value_maps
from p2c_assets.mappings.catalogue import tasks
from p2c_assets.mappings.model import Check, Condition, FieldMap, Filter, Task
from p2c_assets.mappings.reasons import REASONS
from p2c_assets.mappings.rules import (
    Clamp,
    Concat,
    Constant,
    Copy,
    Currency,
    Customer,
    FromHeader,
    FromSetting,
    NamedReference,
    OrderReference,
    Owner,
    PriceList,
    Quotient,
    Reference,
    Rule,
    SalesNumber,
    Sum,
    Unit,
    ValueMap,
)
from p2c_assets.settings import MappingSettings

EVIDENCE: Mapping[str, str] = {
    "D:grid": "the pictured mapping grids of the template pages "
    "(MicrosoftDocs/dynamics-365-unified-operations-public, articles/supply-chain/sales-marketing/media, 2017)",
    "D:acc, D:con, D:prd, D:quo, D:ord, D:inv": "the text of the template pages, same folder: accounts-, contacts-, "
    "products-, sales-quotation-, sales-order- and sales-invoice-template-mapping",
    "D:old-acc, D:old-con, D:old-quo, D:old-ord": "the pages of the earlier, CDS-staged templates, same folder",
    "D:mig": "migrate-prospect-to-cash.md in the dual-write folder of the same repository",
    "D:dw": "mapping-reference.md there: dual-write pairs the same columns",
    "D:sol": "the CRMP2C solution (microsoft/Dynamics-365-FastTrack-Implementation-Assets, Administration/Dual-write/P2C)",
    "D:fo": "OData clients made from a live $metadata of Finance and Operations (10.0.4x)",
    "D:dv": "microsoft/CDM schemaDocuments/core/applicationCommon",
    "D:fs": "field-service-work-order.md and data-integrator.md",
    "I": "inferred; check it against your own organisation",
    "p2c.toml": "your own configuration",
}

CHECKS: Mapping[Check, tuple[str, str, str]] = {
    "superseded_revision": ("a later revision of the quote is active too", "superseded_revision", "D:quo"),
    "already_ordered_from_quote": (
        "SCM's quotation of the order's quote has a GeneratedSalesOrderNumber",
        "already_ordered_from_quote",
        "D:fo, I",
    ),
    "number_claims": ("another company uses the number in Sales too", "key_used_by_other_company", "I"),
    "product_owner": (
        "another company owns the product and a company before this one has the same price list",
        "price_list_shared",
        "I",
    ),
    "customer_numbers": ("an account and an active contact have the same number", "duplicate_key", "I"),
}
"""What the tasks' checks look for, the reason they give, and the evidence."""

_INTRO = """# Mappings

*Generated from `p2c_assets/mappings`; a test fails when this page is not current. Change the mappings, not the page.*

Twelve tasks carry records from one system to the other. Every target field has one rule, one mode and its evidence:

- `synced`: compared with the destination and sent where it differs.
- `on_create`: sent when the row is created, never again, so that it never overwrites what people changed.
- `reconciled`: computed by the destination; neither sent nor compared by the plan, but checked by reconciliation.

A field is changed in `p2c.toml`, without touching code:

```toml
[mappings.accounts_to_customers.CustomerGroupId]
constant = "20"            # or setting, source, sources (+ separator), value_map; also blank, mode, required

[mappings.accounts_to_customers.extra_fields]
PrimaryContactTwitter = true                 # a documented addition (listed with each task)
AddressCounty = { source = "address1_county", mode = "on_create" }   # one of your own

[value_maps.units]
pcs = "Piece"              # SCM's symbol = Sales' unit
```

A name that does not exist stops the start with the names that do. Columns are those of `p2c_assets/mappings/sales.py` and
`scm.py`; a column of your own is added there first. What several pages leave open is a setting under
`[mapping]`; see the end of this page.
"""


def render() -> str:
    """The whole page, for the shipped settings."""
    settings = MappingSettings()
    parts = [_INTRO, _evidence(), *(_task(task) for task in tasks(settings).values())]
    return "\n".join([*parts, _value_maps(settings), _settings(settings), _reasons()])


def _evidence() -> str:
    return "## Evidence\n\n" + _table(("Tag", "Source"), EVIDENCE.items())


def _task(task: Task) -> str:
    head = f"## {task.title}: `{task.name}`\n\n`{task.source.entity_set}` -> `{task.target.entity_set}`, "
    head += f"key {_keys(task)}, asset `mapped/{task.asset}`"
    head += ". Created once; SCM owns the document from then on.\n\n" if task.policy == "create_only" else ".\n\n"
    parts = [head, _fields(task.fields)]
    if task.filters or task.checks:
        parts.append("\nRows that do not go (the first that applies):\n\n" + _filters(task))
    parts += [_block_text(block.name, block.only_when_filled) for block in task.blocks]
    if task.optional:
        parts.append("\nDocumented additions, off unless `extra_fields` names them:\n\n" + _fields(task.optional))
    return "".join(parts)


def _keys(task: Task) -> str:
    return ", ".join(f"`{target}`" for _, target in task.key)


def _block_text(name: str, only_when_filled: bool) -> str:
    text = f"\nThe {name} is sent as a whole or not at all: not without a country"
    return text + (", and only where one of its sources is filled.\n" if only_when_filled else ".\n")


def _fields(fields: Iterable[FieldMap]) -> str:
    rows = ((f"`{f.target}`", _rule(f.rule), f.mode, f.evidence, _note(f)) for f in fields)
    return _table(("Target", "Made of", "Mode", "Evidence", "Note"), rows)


def _note(field: FieldMap) -> str:
    return f"{field.note} Required.".strip() if field.required else field.note


def _rule(rule: Rule) -> str:
    sources = ", ".join(f"`{source}`" for source in rule.uses)
    match rule:
        case Copy():
            return sources + ("" if rule.blank is None else f", blank: `{rule.blank}`")
        case Constant():
            return f"constant `{rule.value}`"
        case FromSetting():
            return f"setting `{rule.setting}`"
        case ValueMap():
            return _map_rule(rule, sources)
        case Concat():
            return f"{sources}, joined"
        case Sum():
            return f"sum of {sources}"
        case Quotient():
            return f"`{rule.source}` / `{rule.divisor}`"
        case Clamp():
            return f"{sources}, {rule.minimum} to {rule.maximum}"
        case Reference():
            return f"the row of `{rule.entity}` whose `{rule.by}` is {sources}"
        case NamedReference():
            return f"the row of `{rule.entity}` whose `{rule.by}` is the setting `{rule.setting}`"
        case FromHeader():
            return f"the header's `{rule.field}`"
        case _:
            return _other_rule(rule, sources)


def _other_rule(rule: Rule, sources: str) -> str:
    match rule:
        case Customer():
            return f"the account, else the contact, with the number {sources}"
        case PriceList():
            return f"the price list for {sources}"
        case Unit():
            return f"the unit for {sources}, value map `units`"
        case SalesNumber() | OrderReference():
            return f"{sources}, with the company's prefix where it has one"
        case Currency():
            return f"{sources}, value map `currencies`"
        case Owner():
            return "setting `company.owner_team`"
        case _:
            return sources or "the GUID that the row has or will always get"


def _map_rule(rule: ValueMap, sources: str) -> str:
    text = f"{sources}, value map `{rule.value_map}`" + (" backwards" if rule.inverse else "")
    if rule.blank_setting is not None:
        return f"{text}, blank: setting `{rule.blank_setting}`"
    return text if rule.blank is None else f"{text}, blank: `{rule.blank}`"


def _filters(task: Task) -> str:
    rows = [(_condition(row_filter), f"`{row_filter.reason}`", row_filter.evidence) for row_filter in task.filters]
    rows += [(CHECKS[check][0], f"`{CHECKS[check][1]}`", CHECKS[check][2]) for check in task.checks]
    return _table(("Where", "Reason", "Evidence"), rows)


def _condition(row_filter: Filter) -> str:
    return " and ".join(_comparison(condition) for condition in row_filter.when)


def _comparison(condition: Condition) -> str:
    value = ", ".join(str(v) for v in condition.value) if isinstance(condition.value, tuple) else condition.value
    words = {"eq": f"is {value}", "ne": f"is not {value}", "in": f"is one of {value}", "not_in": f"is none of {value}"}
    return f"`{condition.source}` {words.get(condition.operator, f'is {condition.operator}')}"


def _value_maps(settings: MappingSettings) -> str:
    maps = value_maps.shipped(settings)
    rows = [(f"`{name}`", _entries(entries)) for name, entries in maps.items()]
    text = "Left sides are compared whatever their case. Two-way maps are written SCM = Sales.\n\n"
    return "## Value maps\n\n" + text + _table(("Map", "Entries"), rows)


def _entries(entries: Mapping[str, str]) -> str:
    if len(entries) > 20:
        return f"{len(entries)} entries of ISO 3166-1 (`countries.py`)"
    return "; ".join(f"{left} = {right}" for left, right in entries.items()) or "none"


def _settings(settings: MappingSettings) -> str:
    hidden = {"companies", "value_maps", "overrides"}
    rows = [(f"`{name}`", f"`{value}`") for name, value in settings if name not in hidden]
    return "## Settings under `[mapping]`\n\n" + _table(("Setting", "Default"), rows)


def _reasons() -> str:
    rows = ((f"`{r.code}`", r.outcome, r.cause, r.owner, r.fix, str(r.dipv or "")) for r in REASONS.values())
    return "## Reasons\n\n" + _table(("Code", "Outcome", "What it means", "Who acts", "What to do", "DIPV"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
