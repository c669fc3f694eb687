"""Line numbers given to document lines that have none of their own, kept for ever and never given twice.

Source: mappings.md 3.6 (lines with an empty sequencenumber are numbered before sending). The number is the next free one of
the document by (lineitemnumber, createdon, id); it is stored before anything is sent. Once a line was sent under it, it is
that line's number whatever Sales calls the line later: in SCM the number is the key.
"""

from collections.abc import Sequence

from p2c_assets.warehouse.database import Database

_CREATE = """
CREATE TABLE IF NOT EXISTS ledger.line_numbers (
    entity VARCHAR, line_id VARCHAR, document_id VARCHAR, number BIGINT, sent BOOLEAN, PRIMARY KEY (entity, line_id));
"""

_TAKEN = """EXISTS (SELECT 1 FROM ledger.line_numbers t JOIN raw.{entity} o ON o.row_id = t.line_id
    WHERE t.entity = '{entity}' AND t.document_id = r.{parent} AND t.sent AND t.number = r.sequencenumber
      AND t.line_id <> r.row_id)"""
"""Another line of the document, still there, was sent under the number that this one has in Sales."""


def prepare(database: Database) -> None:
    """Create the table where it is not there yet."""
    database.run(_CREATE)


def assign(database: Database, entity: str, parent: str, company: str) -> int:
    """Number the current lines of a company in `raw.<entity>` whose sequencenumber is empty or taken.

    Returns how many were new.

    `parent` is the column that holds the document's id (`quoteid`, `salesorderid`).
    """
    sql = f"""
    WITH used AS (
        SELECT {parent} AS document_id, max(number) AS highest FROM (
            SELECT {parent}, sequencenumber AS number FROM raw.{entity} WHERE row_company = $company
            UNION ALL
            SELECT document_id, number FROM ledger.line_numbers WHERE entity = $entity)
        GROUP BY 1),
    waiting AS (
        SELECT row_id, {parent} AS document_id,
               row_number() OVER (PARTITION BY {parent} ORDER BY lineitemnumber NULLS LAST, createdon, row_id) AS rank
        FROM raw.{entity} r
        WHERE row_company = $company AND (sequencenumber IS NULL OR {_TAKEN.format(entity=entity, parent=parent)})
          AND {parent} IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM ledger.line_numbers n WHERE n.entity = $entity AND n.line_id = r.row_id))
    INSERT INTO ledger.line_numbers
    SELECT $entity, w.row_id, w.document_id, coalesce(u.highest, 0) + w.rank, false
    FROM waiting w LEFT JOIN used u USING (document_id)
    RETURNING 1
    """
    return len(database.connection.execute(sql, {"entity": entity, "company": company}).fetchall())


def mark_sent(database: Database, entity: str, lines: Sequence[str]) -> None:
    """Before the request leaves: from here on these lines keep the numbers that they were given, where they were."""
    database.run(
        "UPDATE ledger.line_numbers SET sent = true WHERE entity = ? AND NOT sent AND list_contains(?, line_id)",
        [entity, list(lines)],
    )


def numbered_sql(entity: str, parent: str) -> str:
    """The query of `raw.<entity>` with `assigned_line_number`: the number given to a line, where it counts.

    It does for lines that have none in Sales, that were sent under it, or whose own belongs to another line in SCM.
    """
    taken = _TAKEN.format(entity=entity, parent=parent)
    return (
        f"SELECT r.*, CASE WHEN n.sent OR r.sequencenumber IS NULL OR {taken} THEN n.number END AS assigned_line_number "
        f"FROM raw.{entity} r LEFT JOIN ledger.line_numbers n ON n.entity = '{entity}' AND n.line_id = r.row_id"
    )
