"""Rules that find a row of Sales by what SCM calls it, and give its GUID.

Rows are found among those of the company where the table has one; of several with one key the first by id is taken.
"""

import polars as pl

from p2c_assets.mappings import value_maps
from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets.mappings.folding import folded_expr
from p2c_assets.mappings.rules import (
    Customer,
    NamedReference,
    OrderReference,
    PriceList,
    Reference,
    Rule,
    SalesNumber,
    Unit,
)
from p2c_assets.settings import Company
from p2c_assets.transforms.lookups import FOUND, KEY, by_column, index, with_found
from p2c_assets.transforms.rules import looked_up
from p2c_assets.transforms.scene import Evaluated, Finding, Scene, about, is_blank, sentence

REFERENCE_RULES = (Reference, NamedReference, Customer, PriceList, Unit, SalesNumber, OrderReference)


def evaluate(frame: pl.DataFrame, rule: Rule, name: str, scene: Scene) -> tuple[pl.DataFrame, Evaluated]:
    """Add what the rule joins (columns that begin with `name`) and give the value."""
    match rule:
        case Reference():
            return _reference(frame, rule, name, scene)
        case NamedReference():
            return frame, _named(rule, scene)
        case Customer():
            return _customer(frame, rule, name, scene)
        case PriceList():
            return _price_list(frame, rule, name, scene)
        case Unit():
            return _unit(frame, rule, name, scene)
        case SalesNumber():
            return _number(frame, rule, name, scene)
        case OrderReference():
            return _order(frame, rule, name, scene)
        case _:
            raise TypeError(f"{rule.kind} does not look for a row of Sales")


def _reference(frame: pl.DataFrame, rule: Reference, name: str, scene: Scene) -> tuple[pl.DataFrame, Evaluated]:
    rows = scene.own_rows(rule.entity) if rule.of_company else scene.rows(rule.entity)
    frame = with_found(frame, pl.col(rule.source), by_column(rows, ENTITIES[rule.entity], rule.by), name)
    absent = ~is_blank(frame, rule.source) & pl.col(name).is_null()
    detail = sentence(f"{rule.source} {{}} is not in {rule.entity} ({rule.by})", rule.source)
    kind = "currency" if rule.absent == "unmapped_currency" else rule.entity
    cause = about(kind, pl.col(rule.source))
    return frame, Evaluated(pl.col(name), (Finding(rule.absent, absent, detail, cause=cause),))


def _named(rule: NamedReference, scene: Scene) -> Evaluated:
    wanted = str(scene.setting(rule.setting))
    found = by_column(scene.rows(rule.entity), ENTITIES[rule.entity], rule.by).filter(pl.col(KEY) == wanted.lower())
    key = None if found.is_empty() else str(found[FOUND][0])
    detail = pl.lit(f"{rule.setting} {wanted!r} is not in {rule.entity}")
    cause = about(rule.entity, pl.lit(wanted))
    return Evaluated(pl.lit(key, dtype=pl.String), (Finding(rule.absent, pl.lit(key is None), detail, cause=cause),))


def _customer(frame: pl.DataFrame, rule: Customer, name: str, scene: Scene) -> tuple[pl.DataFrame, Evaluated]:
    """Account first, then contact. Source: MicrosoftDocs dual-write mapping-reference (the same lookup path)."""
    for entity, number in (("sales.accounts", "accountnumber"), ("sales.contacts", "msdynce_contactnumber")):
        rows = by_column(scene.own_rows(entity), ENTITIES[entity], number)
        frame = with_found(frame, pl.col(rule.source), rows, f"{name} {entity}")
    account, contact = pl.col(f"{name} sales.accounts"), pl.col(f"{name} sales.contacts")
    value = pl.coalesce(account, contact)
    kind = pl.when(account.is_not_null()).then(pl.lit("account")).when(contact.is_not_null()).then(pl.lit("contact"))
    detail = sentence(f"{rule.source} {{}} is neither an account nor a contact of the company in Sales", rule.source)
    cause = about("customer", pl.col(rule.source))
    return frame, Evaluated(value, (Finding("parent_missing", value.is_null(), detail, cause=cause),), kind)


def price_lists(scene: Scene, company: Company) -> pl.DataFrame:
    """The price list of each currency for a company, by the folded ISO code.

    The named one (the company's own, for its currency; the settings' for others), else the first by name; only lists that
    are active and valid today. Source: MicrosoftDocs products-template-mapping-direct (alphabetically first valid list).
    """
    currencies = scene.rows("sales.transactioncurrencies").select("transactioncurrencyid", "isocurrencycode")
    lists = scene.rows("sales.pricelevels").filter(_valid(scene)).join(currencies, on="transactioncurrencyid")
    code, name = folded_expr(pl.col("isocurrencycode")), folded_expr(pl.col("name"))
    wanted = looked_up(code, _named_lists(scene, company))
    usable = lists.filter(wanted.is_null() | (wanted == name)).sort("name", "row_id")
    found = usable.select(code.alias(KEY), pl.col("pricelevelid").alias(FOUND))
    return found.unique(KEY, keep="first", maintain_order=True)


def _valid(scene: Scene) -> pl.Expr:
    active = pl.col("statecode").eq_missing(pl.lit(0))
    if scene.today is None:
        return active
    begun = pl.col("begindate").is_null() | (pl.col("begindate") <= scene.today)
    return active & begun & (pl.col("enddate").is_null() | (pl.col("enddate") >= scene.today))


def _named_lists(scene: Scene, company: Company) -> dict[str, str]:
    named = dict(scene.settings.default_price_list_by_currency)
    if company.price_list is not None:
        named[company.currency] = company.price_list
    return {code.lower(): name.strip().lower() for code, name in named.items()}


def _price_list(frame: pl.DataFrame, rule: PriceList, name: str, scene: Scene) -> tuple[pl.DataFrame, Evaluated]:
    frame = with_found(frame, pl.col(rule.source), price_lists(scene, scene.company), name)
    named = ", ".join(sorted(_named_lists(scene, scene.company).values())) or "none"
    detail = sentence(f"no valid price list in {{}} (named in the settings: {named})", rule.source)
    absent = ~is_blank(frame, rule.source) & pl.col(name).is_null()
    cause = about("currency", pl.col(rule.source))
    return frame, Evaluated(pl.col(name), (Finding("no_price_list", absent, detail, cause=cause),))


def _unit(frame: pl.DataFrame, rule: Unit, name: str, scene: Scene) -> tuple[pl.DataFrame, Evaluated]:
    """A unit's name is unique within its unit group only."""
    frame, group = _unit_group(frame, rule, name, scene)
    unit = looked_up(folded_expr(pl.col(rule.source)), value_maps.lowered(scene.maps["units"]))
    units = index(scene.rows("sales.uoms"), _in_group(pl.col("uomscheduleid"), pl.col("name")), pl.col("uomid"))
    frame = with_found(frame, _in_group(group, unit), units, name)
    absent = ~is_blank(frame, rule.source) & pl.col(name).is_null()
    detail = sentence(f"{rule.source} {{}} has no unit in the product's unit group", rule.source)
    cause = about("units", pl.col(rule.source))
    return frame, Evaluated(pl.col(name), (Finding("unmapped_unit", absent, detail, cause=cause),))


def _unit_group(frame: pl.DataFrame, rule: Unit, name: str, scene: Scene) -> tuple[pl.DataFrame, pl.Expr]:
    schedules = by_column(scene.rows("sales.uomschedules"), ENTITIES["sales.uomschedules"], "name")
    usual = schedules.filter(pl.col(KEY) == scene.settings.unit_group.strip().lower())
    group = pl.lit(None if usual.is_empty() else str(usual[FOUND][0]), dtype=pl.String)
    if rule.product is None:
        return frame, group
    groups = index(scene.rows("sales.products"), pl.col("productnumber"), pl.col("defaultuomscheduleid"))
    frame = with_found(frame, pl.col(rule.product), groups, f"{name} group")
    return frame, pl.coalesce(pl.col(f"{name} group"), group)


def _in_group(group: pl.Expr, name: pl.Expr) -> pl.Expr:
    return pl.concat_str(group, folded_expr(name), separator="|")


def sales_number(bare: pl.Expr, known: pl.Expr, prefix: pl.Expr) -> pl.Expr:
    """SCM's number in Sales: bare where the company has such a row there already, else behind the company's prefix."""
    return pl.when(known).then(bare).otherwise(pl.concat_str(prefix, bare))


def _number(frame: pl.DataFrame, rule: SalesNumber, name: str, scene: Scene) -> tuple[pl.DataFrame, Evaluated]:
    known = by_column(scene.own_rows(rule.entity), ENTITIES[rule.entity], rule.by)
    frame = with_found(frame, pl.col(rule.source), known, name)
    prefix = pl.lit(scene.company.sales_number_prefix)
    number = sales_number(pl.col(rule.source), pl.col(name).is_not_null(), prefix)
    return frame, Evaluated(pl.when(~is_blank(frame, rule.source)).then(number))


def _order(frame: pl.DataFrame, rule: OrderReference, name: str, scene: Scene) -> tuple[pl.DataFrame, Evaluated]:
    orders = by_column(scene.own_rows("sales.salesorders"), ENTITIES["sales.salesorders"], "ordernumber")
    frame = with_found(frame, pl.col(rule.source), orders, f"{name} bare")
    prefixed = pl.concat_str(pl.lit(scene.company.sales_number_prefix), pl.col(rule.source))
    frame = with_found(frame, prefixed, orders, name)
    value = pl.coalesce(pl.col(f"{name} bare"), pl.col(name))
    absent = ~is_blank(frame, rule.source) & value.is_null()
    detail = sentence(f"{rule.source} {{}} is not an order of the company in Sales", rule.source)
    cause = about("sales.salesorders", pl.col(rule.source))
    return frame, Evaluated(value, (Finding("parent_missing", absent, detail, cause=cause),))
