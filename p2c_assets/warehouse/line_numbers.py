"""Line numbers given to document lines that have none of their own, kept for ever and never given twice.

Source: mappings.md 3.6 (lines with an empty sequencenumber are numbered before sending). The number is the next free one of
the document by (lineitemnumber, createdon, id); it is stored before anything is sent and never changed afterwards.
"""

from p2c_assets.warehouse.database import Database

_CREATE = """
CREATE TABLE IF NOT EXISTS ledger.line_numbers (
    entity VARCHAR, line_id VARCHAR, document_id VARCHAR, number BIGINT, PRIMARY KEY (entity, line_id));
"""


def prepare(database: Database) -> None:
    """Create the table where it is not there yet."""
    database.run(_CREATE)


def assign(database: Database, entity: str, parent: str, company: str) -> int:
    """Number the current lines of a company in `raw.<entity>` whose sequencenumber is empty; returns how many were new.

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
        WHERE row_company = $company AND sequencenumber IS NULL AND {parent} IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM ledger.line_numbers n WHERE n.entity = $entity AND n.line_id = r.row_id))
    INSERT INTO ledger.line_numbers
    SELECT $entity, w.row_id, w.document_id, coalesce(u.highest, 0) + w.rank
    FROM waiting w LEFT JOIN used u USING (document_id)
    RETURNING 1
    """
    return len(database.connection.execute(sql, {"entity": entity, "company": company}).fetchall())
