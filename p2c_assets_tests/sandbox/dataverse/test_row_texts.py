"""Rows encoded many at once are what `rendering` shows of each of them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.formatting import FORMATTED
from p2c_assets.sandbox.dataverse.options import TwinOptions
from p2c_assets.sandbox.dataverse.preferences import Preferences
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.rendering import LOOKUP_NAME, NAVIGATION, renderer, shown
from p2c_assets.sandbox.dataverse.row_texts import encoder
from p2c_assets.sandbox.dataverse.schema import BY_LOGICAL
from p2c_assets.sandbox.exact_json import dumps
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row
from p2c_assets_tests.sandbox.test_column_texts import VALUES

STORE = Store("sales")
RECORDS = Records(STORE, Clock(STORE), TwinOptions())
TABLES = [BY_LOGICAL[name] for name in ("contact", "salesorder", "salesorderdetail", "product")]
ANNOTATIONS = ((), (LOOKUP_NAME,), (NAVIGATION,), ("Microsoft.Dynamics.CRM.*",))


def preferring(*annotations: str) -> Preferences:
    return Preferences(None, representation=False, continue_on_error=False, annotations=annotations)


@st.composite
def rows(draw: st.DrawFn, table: Table) -> list[Row]:
    found: list[Row] = []
    for version in draw(st.lists(st.integers(1000, 1003), min_size=1, max_size=4)):
        row: Row = dict.fromkeys(table.by_stored) if draw(st.booleans()) else {}
        row |= {column.stored: draw(st.sampled_from(VALUES)) for column in table.columns[:12]}
        row |= {column.stored: draw(st.none() | st.just("id")) for column in table.lookups}
        kinds = {column.stored_type: [target.logical for target in column.targets] for column in table.lookups}
        row |= {name: draw(st.sampled_from([*kind, None, "other"])) for name, kind in kinds.items() if name}
        found.append({**row, "versionnumber": version})
    return found


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.logical)
@pytest.mark.parametrize("annotations", ANNOTATIONS)
def test_rows_are_encoded_as_each_is_rendered(table: Table, annotations: tuple[str, ...]) -> None:
    what, prefer = shown(table, None, None), preferring(*annotations)
    render = renderer(table, RECORDS, what, prefer)

    @settings(derandomize=True, database=None, deadline=None, max_examples=12)
    @given(rows(table))
    def check(some: list[Row]) -> None:
        stored = Store("sales").table(table.logical)
        for number, row in enumerate(some):
            stored.insert(str(number), {**row})
        encode = encoder(table, what, prefer, stored.common)
        assert encode is not None
        assert encode(stored.rows()) == b"".join(dumps(render(row)) + b"," for row in some)

    check()


@pytest.mark.parametrize(
    ("logical", "expand", "annotation"),
    [("account", "primarycontactid", LOOKUP_NAME), ("account", None, FORMATTED), ("systemuser", None, LOOKUP_NAME)],
)
def test_what_shows_more_than_the_row_is_not_encoded_so(logical: str, expand: str | None, annotation: str) -> None:
    table: Any = BY_LOGICAL[logical]
    assert encoder(table, shown(table, None, expand), preferring(annotation), RECORDS.common(table)) is None
