"""Numbers that several companies use: SCM counts per company, Sales does not.

The claims frame (`scm.key_claims`) has one row per entity, company and key over all configured companies.
"""

import polars as pl

from p2c_assets.errors import SettingsError
from p2c_assets.mappings.folding import folded_expr
from p2c_assets.mappings.model import KEY_CLAIMS
from p2c_assets.mappings.rules import SalesNumber
from p2c_assets.transforms.lookups import FOUND, KEY, with_found
from p2c_assets.transforms.references import sales_number
from p2c_assets.transforms.scene import Checked, Finding, Scene, about, sentence, value


def companies(scene: Scene) -> pl.DataFrame:
    """The configured companies in their order: company, position, prefix. Raises SettingsError without this one."""
    configured = scene.settings.companies
    if scene.company.id not in [company.id for company in configured]:
        known = ", ".join(company.id for company in configured)
        raise SettingsError(f"mapping.companies lacks {scene.company.id}; it has: {known or 'none'}")
    rows = [(company.id, position, company.sales_number_prefix) for position, company in enumerate(configured)]
    schema = {"company": pl.String, "position": pl.Int64, "prefix": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def claims(scene: Scene) -> pl.DataFrame:
    """The task's claims of configured companies, with their position and prefix."""
    own = scene.rows(KEY_CLAIMS).filter(pl.col("entity") == scene.task.claims)
    return own.join(companies(scene), on="company")


def number_claims(frame: pl.DataFrame, scene: Scene) -> Checked:
    """A number that another company claims too, or has in Sales already, goes for neither. mappings.md, section 3.9."""
    field = next(field for field in scene.task.fields if isinstance(field.rule, SalesNumber))
    taken = _claimed_elsewhere(scene, field.rule) if isinstance(field.rule, SalesNumber) else frame.clear()
    frame = with_found(frame, value(field.target), taken, "@claimant")
    detail = sentence("{} is also used by {}", f"={field.target}", "@claimant")
    cause = about("number", value(field.target))
    claimed = pl.col("@claimant").is_not_null()
    return Checked(frame, (Finding("key_used_by_other_company", claimed, detail, cause=cause),))


def _claimed_elsewhere(scene: Scene, rule: SalesNumber) -> pl.DataFrame:
    """Sales numbers of other companies, by the folded number."""
    rows = scene.rows(rule.entity)
    existing = rows.select(
        pl.col("row_company").fill_null("an unknown company").alias("company"), pl.col(rule.by).alias("number")
    )
    everything = pl.concat([_promised(scene, existing), existing]).filter(pl.col("company") != scene.company.id)
    named = everything.select(folded_expr(pl.col("number")).alias(KEY), pl.col("company").alias(FOUND))
    unique = named.drop_nulls().unique().sort(KEY, FOUND)
    return unique.group_by(KEY, maintain_order=True).agg(pl.col(FOUND).str.join(", "))


def _promised(scene: Scene, existing: pl.DataFrame) -> pl.DataFrame:
    """The numbers that every company's keys have or will have in Sales."""
    known = existing.select("company", folded_expr(pl.col("number")).alias(KEY)).unique().with_columns(known=True)
    keyed = (
        claims(scene).with_columns(folded_expr(pl.col("key")).alias(KEY)).join(known, on=["company", KEY], how="left")
    )
    number = sales_number(pl.col("key"), pl.col("known").is_not_null(), pl.col("prefix"))
    return keyed.select("company", number.alias("number"))
