"""What whoever starts the twin may choose about the organisation that it stands for.

Settings that a real organisation keeps in its `organizations` row are there, not here.
"""

from dataclasses import dataclass

from p2c_assets.sandbox.dataverse.assumptions import BULK_TABLES, CHANGE_TRACKED_TABLES, SOLUTION_NAME, SOLUTION_VERSION


@dataclass(frozen=True)
class TwinOptions:
    """`account_number_key`: whether the alternate key msdynce_AccountNumber is there (solution up to 15.0.0.1).
    `bulk_tables`: logical names of the tables with CreateMultiple and its kin. `key_index_status`: what the definitions
    say of the alternate keys' indexes (Pending, InProgress, Active, Failed)."""

    account_number_key: bool = True
    key_index_status: str = "Active"
    bulk_tables: frozenset[str] = BULK_TABLES
    change_tracked_tables: frozenset[str] = CHANGE_TRACKED_TABLES
    solution_name: str = SOLUTION_NAME
    solution_version: str = SOLUTION_VERSION
    tenant: str = "sandbox"
