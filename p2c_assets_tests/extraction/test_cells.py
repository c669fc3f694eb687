"""Cells of files into OData's values: what is read, and what is refused because it would be a guess."""

from decimal import Decimal

import pytest

from p2c_assets.extraction import frames
from p2c_assets.extraction.cells import UnreadableCellError, odata_rows
from p2c_assets.mappings.schema import Entity, amount, day, flag, member, moment, text, whole

ENTITY = Entity(
    "scm",
    "things",
    "Things",
    "Thing",
    ("dataAreaId", "Number"),
    ("Number",),
    (
        text("dataAreaId"),
        text("Number"),
        whole("Count"),
        amount("Price"),
        flag("Open"),
        day("Day"),
        moment("Moment"),
        member("Kind"),
    ),
    "dataAreaId",
)
ROW = {
    "NUMBER": "A",
    "COUNT": "3",
    "PRICE": "12.50",
    "OPEN": "Yes",
    "DAY": "2026-01-05 00:00:00",
    "MOMENT": "2026-01-05 08:00:00",
    "KIND": "None",
}
ODATA = {
    "dataAreaId": "usmf",
    "Number": "A",
    "Count": 3,
    "Price": Decimal("12.5"),
    "Open": True,
    "Day": "2026-01-05T12:00:00Z",
    "Moment": "2026-01-05T08:00:00Z",
    "Kind": "None",
}


def test_each_type_makes_the_frame_that_odata_makes() -> None:
    """Source: finops.md 3.2 (file) and 2.1 (OData)."""
    by_package, by_pages = (
        frames.frame(ENTITY, rows, lambda row: row["dataAreaId"])
        for rows in (odata_rows(ENTITY, "usmf", [ROW]), [ODATA])
    )
    assert by_package.equals(by_pages)
    assert by_package["row_flaws"].to_list() == [None]


def test_blank_cells_are_empty_text_zero_and_no_date() -> None:
    """Source: finops.md 3.2 (empty date = blank); SCM knows no null."""
    (row,) = odata_rows(ENTITY, "usmf", [dict.fromkeys(ROW, "")])
    assert row == {
        "dataAreaId": "usmf",
        "Number": "",
        "Count": 0,
        "Price": 0,
        "Open": False,
        "Day": None,
        "Moment": None,
        "Kind": None,
    }


@pytest.mark.parametrize(
    ("name", "cell", "said"),
    [
        ("PRICE", "12,50", "a number with a point"),
        ("PRICE", "1.234,50", "a number with a point"),
        ("PRICE", "NaN", "a number with a point"),
        ("COUNT", "3.0", "a whole number"),
        ("DAY", "1/5/2026", "a date like 2026-01-05"),
        ("MOMENT", "05.01.2026 08:00", "a point in time like"),
        ("OPEN", "maybe", "yes or no"),
    ],
)
def test_what_would_be_a_guess_is_refused(name: str, cell: str, said: str) -> None:
    with pytest.raises(UnreadableCellError, match=f"{name}: '{cell}' is not {said}"):
        odata_rows(ENTITY, "usmf", [{**ROW, name: cell}])


def test_a_missing_column_is_refused() -> None:
    with pytest.raises(UnreadableCellError, match="no column KIND"):
        odata_rows(ENTITY, "usmf", [{name: cell for name, cell in ROW.items() if name != "KIND"}])
