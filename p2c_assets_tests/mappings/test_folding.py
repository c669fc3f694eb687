import duckdb
import polars as pl
import pytest

from p2c_assets.mappings.folding import folded, folded_expr, folded_sql


@pytest.mark.parametrize("key", ["US-005", " us-005 ", "Über-1", "ÉCOLE\t", "straße", "", "A|b", "\r\nX"])
def test_a_key_folds_to_one_text_in_python_sql_and_frames(key: str) -> None:
    (in_sql,) = duckdb.sql(f"SELECT {folded_sql('$key')}", params={"key": key}).fetchall()[0]
    in_frame = pl.DataFrame({"key": [key]}).select(folded_expr(pl.col("key"))).item()
    assert folded(key) == in_sql == in_frame


def test_two_spellings_fold_to_one_text() -> None:
    assert folded("US-005 ") == folded("us-005")
    assert folded("US-005") != folded("US-05")
