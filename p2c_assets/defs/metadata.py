"""What a materialization shows in the UI: counts, requests, seconds, schema and column lineage."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
import polars as pl

from p2c_assets.connectors.protocol import Statistics
from p2c_assets.warehouse.ledger import OUTCOMES

PREVIEW_ROWS = 5
PREVIEW_COLUMNS = 8


def table(schema: str, name: str, rows: pl.DataFrame) -> dict[str, Any]:
    """Row count, table name, column schema and a preview of the first rows."""
    return {
        "dagster/row_count": rows.height,
        "dagster/table_name": f"{schema}.{name}",
        "dagster/column_schema": column_schema(rows.schema),
        "preview": preview(rows),
    }


def column_schema(schema: Mapping[str, pl.DataType]) -> dg.TableSchema:
    """Polars' types as the UI shows them."""
    return dg.TableSchema(columns=[dg.TableColumn(name, str(kind)) for name, kind in schema.items()])


def preview(rows: pl.DataFrame) -> dg.MarkdownMetadataValue:
    """The first rows and columns as a markdown table."""
    columns = rows.columns[:PREVIEW_COLUMNS]
    head = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    body = [
        "| " + " | ".join(_cell(value) for value in row) + " |"
        for row in rows.head(PREVIEW_ROWS).select(columns).rows()
    ]
    return dg.MetadataValue.md("\n".join(head + body))


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")[:60]


def requests(statistics: Statistics, seconds: float) -> dict[str, Any]:
    """What the step asked of the system; tokens are counted under their own name."""
    asked = {f"requests/{method}": count for method, count in statistics.requests.items()}
    written = {f"operations/{method}": count for method, count in statistics.operations.items()}
    return {**asked, **written, "throttled_s": statistics.throttled_s, "seconds": round(seconds, 3)}


def outcomes(counts: Mapping[str, int]) -> dict[str, Any]:
    """Every outcome with its rows, zeros too, so that the UI plots a series."""
    return {f"outcome/{name}": counts.get(name, 0) for name in OUTCOMES}


def lineage(deps: Mapping[str, Sequence[tuple[dg.AssetKey, str]]]) -> dict[str, Any]:
    """Column lineage: target column -> (asset, column) it is made of."""
    by_column = {
        column: [dg.TableColumnDep(asset_key=key, column_name=name) for key, name in sources]
        for column, sources in deps.items()
        if sources
    }
    return {"dagster/column_lineage": dg.TableColumnLineage(deps_by_column=by_column)}


def preview_all(rows: pl.DataFrame) -> dg.MarkdownMetadataValue:
    """A small table, whole."""
    head = ["| " + " | ".join(rows.columns) + " |", "|" + " --- |" * len(rows.columns)]
    return dg.MetadataValue.md(
        "\n".join(head + ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows.rows()])
    )


def reasons(rows: pl.DataFrame) -> dg.MarkdownMetadataValue:
    """Why rows did not go on, most frequent first."""
    named = rows.filter(pl.col("reason").is_not_null())
    counts = named.group_by("outcome", "reason").agg(pl.len().alias("rows"), pl.col("detail").first().alias("example"))
    return preview_all(counts.sort("rows", "reason", descending=[True, False]))
