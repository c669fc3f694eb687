"""Classes of difference and the few kinds that they are of: what a controller asks first, and what is plotted.

DATA. Left is Sales, right is SCM. UNEXPLAINED are errors; every other class has a cause that somebody decided. A class that is
not named here has its cause in its name: `filtered:order_not_confirmed`, `quotation_kept_in_scm`.
"""

from collections.abc import Mapping

import polars as pl

AGREED = "agreed"
IN_FLIGHT = "in_flight"
PARTS_DIFFER = "parts_differ"

MISSING_LEFT = "missing_left"
MISSING_RIGHT = "missing_right"
VALUE_DIFFERS = "value_differs"
EXCLUDED = "excluded_by_rule"

KINDS = (AGREED, IN_FLIGHT, EXCLUDED, MISSING_LEFT, MISSING_RIGHT, VALUE_DIFFERS)

_KIND_OF: Mapping[str, str] = {
    AGREED: AGREED,
    IN_FLIGHT: IN_FLIGHT,
    "missing_in_scm": MISSING_RIGHT,
    "missing_in_sales": MISSING_LEFT,
    "lost_in_scm": MISSING_RIGHT,
    "lost_in_sales": MISSING_LEFT,
    "charges_of_sales_not_sent": VALUE_DIFFERS,
    "value_differs": VALUE_DIFFERS,
    PARTS_DIFFER: VALUE_DIFFERS,
    "currency_differs": VALUE_DIFFERS,
    "sales_total_is_not_its_lines": VALUE_DIFFERS,
    "scm_total_is_not_its_lines": VALUE_DIFFERS,
    "key_is_not_unique": VALUE_DIFFERS,
}

UNEXPLAINED = tuple(name for name in _KIND_OF if name not in (AGREED, IN_FLIGHT))


def kind_of(name: str) -> str:
    """The kind of a class."""
    return _KIND_OF.get(name, EXCLUDED)


def kind() -> pl.Expr:
    """The kind of the column `class`."""
    return pl.col("class").replace_strict(dict(_KIND_OF), default=EXCLUDED, return_dtype=pl.String)
