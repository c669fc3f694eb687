"""Ids of rows that we create in Sales: the same row always gets the same GUID, so that a replay doubles nothing."""

from uuid import UUID, uuid5

NAMESPACE = UUID("6f1f0a1e-2c9b-5d3a-9a55-7d1c0b6f4e21")
"""Fixed for ever: changing it would make a replay create second rows."""


def sales_id(company: str, table: str, natural_key: str) -> str:
    """The GUID of a new Sales row. `table` is the entity set; company is empty for rows that all companies share."""
    return str(uuid5(NAMESPACE, f"{company}|{table}|{natural_key}"))
