"""How keys are compared: without outer blanks and whatever their case, as both systems compare them.

A key is written as its own system spells it; two spellings that fold to one text name one record. Source: MicrosoftDocs
query/filter-rows (Dataverse compares strings without case); for SCM the page odata has keys that are "compared
case-insensitively" (dataAreaId), and its database's collation does the same with all text.
"""

import polars as pl

BLANKS = " \t\r\n"


def folded(key: str) -> str:
    """`US-005` and ` us-005 ` are one key."""
    return key.strip(BLANKS).lower()


def folded_sql(expression: str) -> str:
    """The same as an expression of SQL; null stays null."""
    return f"lower(trim({expression}, ' \t\r\n'))"


def folded_expr(expression: pl.Expr) -> pl.Expr:
    """The same as an expression of Polars; null stays null."""
    return expression.cast(pl.String).str.strip_chars(BLANKS).str.to_lowercase()
