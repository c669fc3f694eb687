"""Which field of which line: both sides' documents of a flow compared part by part, all at once.

What people state (quantity, price, discount, tax, charges) is compared with the other side's. What a system computes from it is
compared with its own computation; where a stated field differs, also with the computation from the other side's, so that
one wrong field is one finding and not one in every total above it. Arithmetic is half away from zero at the currency's
decimals, as both systems do it. A pair that agrees as a whole and not in its parts is no agreement: `kinds.PARTS_DIFFER`.

One row per finding. Sources: MicrosoftDocs sales-order-template-mapping-direct-two-ways (split of the discount); column
descriptions of salesorderdetail.md and salesorder.md (system pricing).
"""

from collections.abc import Iterator

import polars as pl

from p2c_assets.reconcile.document_fields import FIELDS, SINGLE, DocumentFields
from p2c_assets.reconcile.kinds import AGREED, IN_FLIGHT, PARTS_DIFFER, UNEXPLAINED
from p2c_assets.reconcile.parts import KEPT_IN_SALES, KEPT_IN_SCM
from p2c_assets.warehouse import line_numbers
from p2c_assets.warehouse.database import Database

DOCUMENT = "document"
"""The line of a finding that is about the header."""

MISSING = {"sales": "line_missing_in_sales", "scm": "line_missing_in_scm"}
NET_AGREES = (AGREED, IN_FLIGHT, "tax_and_charges_of_scm")
"""Classes whose pairs have to agree in every part that both sides know."""

SCHEMA = {
    "flow": pl.String,
    "company": pl.String,
    "key": pl.String,
    "currency": pl.String,
    "month": pl.String,
    "line": pl.String,
    "product": pl.String,
    "field": pl.String,
    "sales_field": pl.String,
    "scm_field": pl.String,
    "sales": pl.Decimal(38, 10),
    "scm": pl.Decimal(38, 10),
    "expected": pl.Decimal(38, 10),
    "class": pl.String,
    "unexplained": pl.Boolean,
}

_DECIMAL = "DECIMAL(38, 10)"
_TEN = "10000000000::HUGEINT"


def attribute(database: Database, flow: str, pairs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The pairs, those that differ in a part in that class, and one row per finding (columns: SCHEMA)."""
    findings = _of_documents(database, flow, pairs) if flow in FIELDS else _of_single_fields(flow, pairs)
    kept = pairs.filter(pl.col("class").is_in([KEPT_IN_SALES, KEPT_IN_SCM])).select("key", kept="class").unique("key")
    named = findings.join(kept, on="key", how="left")
    is_kept = pl.col("kept").is_not_null() & pl.col("field").is_in(list(MISSING.values()))
    explained = pl.when(is_kept).then("kept").when(pl.col("class").is_in(NET_AGREES)).then(pl.lit(PARTS_DIFFER))
    named = named.with_columns(explained.otherwise("class").alias("class"))
    named = named.with_columns(pl.col("class").is_in(UNEXPLAINED).alias("unexplained"))
    wrong = named.filter(pl.col("class") == PARTS_DIFFER)["key"].unique()
    differs = pl.col("key").is_in(wrong.implode()) & pl.col("class").is_in(NET_AGREES)
    marked = pairs.with_columns(pl.when(differs).then(pl.lit(PARTS_DIFFER)).otherwise("class").alias("class"))
    return marked, named.select([pl.col(name).cast(kind) for name, kind in SCHEMA.items()])


def _of_single_fields(flow: str, pairs: pl.DataFrame) -> pl.DataFrame:
    ours, theirs = SINGLE[flow]
    differing = pairs.filter((pl.col("sales_amount") != pl.col("scm_amount")) & ~_is_alone())
    return differing.select(
        "flow", "company", "key", "currency", "month", "class",
        pl.lit(DOCUMENT).alias("line"),
        pl.lit("").alias("product"),
        pl.lit(ours).alias("field"),
        pl.lit(ours).alias("sales_field"),
        pl.lit(theirs).alias("scm_field"),
        pl.col("sales_amount").alias("sales"),
        pl.col("scm_amount").alias("scm"),
        pl.lit(None).alias("expected"),
    )  # fmt: skip


def _is_alone() -> pl.Expr:
    return pl.col("sales_row").is_null() | pl.col("scm_row").is_null()


def _of_documents(database: Database, flow: str, pairs: pl.DataFrame) -> pl.DataFrame:
    fields = FIELDS[flow]
    both = pairs.filter(~_is_alone() & ~pl.col("class").is_in(["key_is_not_unique", "currency_differs"]))
    columns = ["flow", "company", "key", "currency", "month", "class", "sales_row", "scm_row"]
    with database.given("compared", both.select(columns)):
        database.run(f"CREATE OR REPLACE TEMP TABLE headers AS {_headers(fields)}")
    database.run(f"CREATE OR REPLACE TEMP TABLE lines AS {_lines(fields)}")
    database.run(f"CREATE OR REPLACE TEMP TABLE judged AS {_judged(fields)}")
    database.run(f"CREATE OR REPLACE TEMP TABLE totals AS {_totals(fields)}")
    selects = [*_line_findings(fields), *_header_findings(fields)]
    found = database.frame(
        f"SELECT h.flow, h.company, h.key, h.currency, h.month, h.class, f.* EXCLUDE (pair) "
        f"FROM ({' UNION ALL '.join(selects)}) f JOIN headers h USING (pair) ORDER BY h.key, f.line, f.field"
    )
    for table in ("headers", "lines", "judged", "totals"):
        database.run(f"DROP TABLE {table}")
    return found


def _exact(column: str | None, alias: str) -> str:
    """A column as an exact number; nothing counts as zero."""
    return f"coalesce({column or 'NULL'}, 0)::{_DECIMAL} AS {alias}"


def _headers(fields: DocumentFields) -> str:
    """Pairs with both headers; `back`: tax and charges have come back; `places`: decimals of the currency."""
    misc = fields.misc_tax
    return f"""
    SELECT row_number() OVER () AS pair, p.*, {fields.comes_back} AS back, {fields.is_current} AS is_current,
           coalesce(c.currencyprecision, 2) AS places,
           s.discountamount AS own_discount, s.totaldiscountamount AS stored_discount,
           {_exact("s.totaldiscountamount", "s_discount")}, {_exact("s.discountpercentage", "s_percentage")},
           {_exact("s.freightamount", "s_charges")}, {_exact(f"s.{misc}" if misc else None, "s_header_tax")},
           s.totallineitemamount, s.totallineitemdiscountamount, s.totalamountlessfreight, s.totaltax, s.totalamount,
           {_exact(f"h.{fields.discount}", "x_discount")}, {_exact(f"h.{fields.charges}", "x_charges")},
           {_exact(f"h.{fields.header_tax}", "x_header_tax")},
           h.{fields.total_discount} AS x_total_discount, h.{fields.total_tax} AS x_total_tax, h.{fields.total} AS x_total
    FROM compared p
    JOIN raw.{fields.sales_header} s ON s.row_id = p.sales_row
    JOIN raw.{fields.scm_header} h ON h.row_id = p.scm_row AND h.row_company = p.company
    LEFT JOIN raw.sales_transactioncurrencies c ON c.row_id = s.transactioncurrencyid
    """


def _lines(fields: DocumentFields) -> str:
    """Lines of both sides beside each other by number. `misc`: those that stand for tax on charges are summed elsewhere."""
    unit, charge, per = fields.unit_discount, fields.line_charge, fields.price_unit
    number = "coalesce(n.assigned_line_number::VARCHAR, n.sequencenumber::VARCHAR, n.row_id)"
    return f"""
    WITH ours AS (
        SELECT h.pair, {number} AS line,
               coalesce(p.productnumber, n.productdescription, '') AS product,
               {_exact("n.quantity", "q")}, {_exact("n.priceperunit", "p")}, {_exact("n.volumediscountamount", "v")},
               {_exact("n.manualdiscountamount", "d")}, {_exact("n.tax", "t")},
               n.baseamount AS base, n.extendedamount AS extended,
               row_number() OVER (PARTITION BY h.pair, {number} ORDER BY n.row_id) AS copy
        FROM ({line_numbers.numbered_sql(fields.sales_lines, fields.parent)}) n
        JOIN headers h ON h.sales_row = n.{fields.parent}
        LEFT JOIN raw.sales_products p ON p.row_id = n.productid
        WHERE {_is_no_misc_tax(fields)}),
    theirs AS (
        SELECT g.pair, x.LineCreationSequenceNumber::VARCHAR AS line, coalesce(x.ProductNumber, '') AS product,
               {_exact(f"x.{fields.quantity}", "xq")}, {_exact(_price(per, 4), "xp")},
               {_exact(_price(per, 10), "xe")}, {_exact(f"x.{fields.line_discount}", "xd")},
               {_exact(f"x.{fields.line_tax}", "xt")}, {_exact(f"x.{unit}" if unit else None, "u")},
               {_exact(f"x.{charge}" if charge else None, "c")}, {_exact("x.LineAmount", "amount")},
               row_number() OVER (PARTITION BY g.pair, x.LineCreationSequenceNumber ORDER BY x.row_id) AS copy
        FROM raw.{fields.scm_lines} x
        JOIN raw.{fields.scm_header} h ON x.row_company = h.row_company AND {fields.joined}
        JOIN headers g ON g.scm_row = h.row_id AND g.company = h.row_company)
    SELECT pair, line, coalesce(ours.product, theirs.product) AS product, ours.* EXCLUDE (pair, line, product, copy),
           theirs.* EXCLUDE (pair, line, product, copy), ours.q IS NOT NULL AS here, theirs.xq IS NOT NULL AS there
    FROM ours FULL JOIN theirs USING (pair, line, copy)
    """


def _price(per: str | None, places: int) -> str:
    """SCM's price for one piece, as it goes to Sales or as it counts in SCM."""
    if per is None:
        return "x.SalesPrice"
    each = f"round(x.SalesPrice / x.{per}, {places})::{_DECIMAL}"
    return f"CASE WHEN coalesce(x.{per}, 0) IN (0, 1) THEN x.SalesPrice ELSE {each} END"


def _is_no_misc_tax(fields: DocumentFields) -> str:
    return "n.msdynce_ismisctax IS DISTINCT FROM true" if fields.misc_tax else "true"


def _rounded(value: str) -> str:
    """Half away from zero at the currency's decimals; DuckDB rounds decimals so, and wants a constant."""
    scales = " ".join(f"WHEN {places} THEN round({value}, {places})::DECIMAL(38, 4)" for places in (0, 1, 3, 4))
    return f"(CASE places {scales} ELSE round({value}, 2)::DECIMAL(38, 4) END)"


def _unit(discount: str, quantity: str) -> str:
    """A whole discount per unit, to the cent: in whole numbers, since DuckDB's quotient of decimals is none."""
    cents, pieces = f"(abs({discount}) * 100)::HUGEINT", f"(abs({quantity}) * {_TEN})::HUGEINT"
    whole = f"((2 * {cents} * {_TEN} + {pieces}) // (2 * {pieces}))::DECIMAL(38, 4)"
    return (
        f"(CASE WHEN {quantity} = 0 OR {discount} = 0 THEN 0 "
        f"ELSE sign({discount}) * sign({quantity}) * {whole} * 0.01 END)::DECIMAL(38, 6)"
    )


def _judged(fields: DocumentFields) -> str:
    """Lines with what each side's computed fields should be, from its own stated fields and from the other's."""
    has_split = fields.unit_discount is not None
    return f"""
    WITH known AS (
        SELECT l.*, h.places, h.back, here AND there AS paired, CASE WHEN h.back THEN xt ELSE t END AS other_tax,
               {_unit("xd", "xq")} AS xu, {_unit("d", "q")} AS su
        FROM lines l JOIN headers h USING (pair)),
    computed AS (
        SELECT *, {_rounded("q * (p - v)")} AS base_own, {_rounded("xq * (xp - v)")} AS base_other,
               {_rounded("xq * u - c")} AS discount_split,
               round(xq * xu - xd, 2) AS xc, round(q * su - d, 2) AS sc,
               {_rounded("q * u - c")} AS split_mixed, {_rounded("q * su - round(q * su - d, 2)")} AS shown
        FROM known),
    amounts AS (
        SELECT *, base_own - d AS net_own, base_other - xd AS net_other,
               {_rounded("xq * (xe - u) + c") if has_split else "NULL"} AS amount_stored,
               {_rounded("q * (p - u) + c") if has_split else "NULL"} AS amount_mixed,
               {_rounded("xq * (xe - xu) + xc")} AS amount_own, {_rounded("q * (p - su) + sc")} AS amount_other,
               {"xd = discount_split OR (paired AND xd = split_mixed)" if has_split else "true"} AS split_fits
        FROM computed)
    SELECT *, d = xd OR (NOT back AND xd = shown) AS discount_fits,
           base IS NULL OR base = base_own OR (paired AND base = base_other) AS base_fits,
           extended IS NULL OR extended = net_own + t OR (paired AND extended = net_other + other_tax) AS extended_fits,
           coalesce(amount IN (amount_stored, round(xq * (xe - u) + c, 2)), false) OR amount = amount_own
             OR (paired AND (coalesce(amount = amount_mixed, false) OR amount = amount_other)){_shown_a_cent_off(fields)}
             AS amount_fits,
           CASE WHEN split_fits THEN coalesce(amount_stored, amount_own) ELSE amount_own END AS amount_expected
    FROM amounts
    """


def _shown_a_cent_off(fields: DocumentFields) -> str:
    """Where SCM hides the split: the discount that it shows may be a cent off the one that it split (`discount_split`)."""
    if fields.unit_discount is not None:
        return ""
    found: list[str] = []
    for quantity, price, discount in (("xq", "xe", "xd"), ("q", "p", "d")):
        for total in (f"({discount} - 0.01)", f"({discount} + 0.01)"):
            unit = _unit(total, quantity)
            charge = f"round({quantity} * {unit} - {total}, 2)"
            is_shown = f"round({quantity} * {unit} - {charge}, 2) = {discount}"
            amount = _rounded(f"{quantity} * ({price} - {unit}) + {charge}")
            found.append(f"({discount} > 0 AND {quantity} <> trunc({quantity}) AND {is_shown} AND amount = {amount})")
    return "".join(f" OR coalesce({one}, false)" for one in found)


_SUMS = """
SELECT pair, coalesce(sum(net_own) FILTER (here), 0) AS net_own, coalesce(sum(net_other) FILTER (there), 0) AS net_other,
       coalesce(sum(d) FILTER (here), 0) AS d, coalesce(sum(xd) FILTER (there), 0) AS xd,
       coalesce(sum(t) FILTER (here), 0) AS t, coalesce(sum(xt) FILTER (there), 0) AS xt,
       coalesce(sum(CASE WHEN amount_fits THEN amount ELSE amount_expected END) FILTER (there), 0) AS amount
FROM headers LEFT JOIN judged USING (pair) GROUP BY 1
"""


def _totals(fields: DocumentFields) -> str:
    """Headers beside the sums of their lines."""
    misc = f"JOIN ({_misc(fields)}) USING (pair)" if fields.misc_tax else ""
    return f"SELECT * FROM headers JOIN ({_SUMS}) USING (pair) {misc}"


def _finding(
    table: str, when: str, field: str, ours: str = "NULL", theirs: str = "NULL", expected: str = "NULL",
    sales_field: str = "NULL", scm_field: str = "NULL", line: str = "line", product: str = "product",
) -> str:  # fmt: skip
    return (
        f"SELECT pair, {line} AS line, {product} AS product, {field} AS field, {sales_field}::VARCHAR AS sales_field, "
        f"{scm_field}::VARCHAR AS scm_field, ({ours})::{_DECIMAL} AS sales, ({theirs})::{_DECIMAL} AS scm, "
        f"({expected})::{_DECIMAL} AS expected FROM {table} WHERE {when}"
    )


def _line_findings(fields: DocumentFields) -> Iterator[str]:
    yield _finding("judged", "NOT there", f"'{MISSING['scm']}'", ours="net_own", sales_field="'extendedamount'")
    yield _finding("judged", "NOT here", f"'{MISSING['sales']}'", theirs="amount", scm_field="'LineAmount'")
    stated = (
        ("quantity", "q", "xq", fields.quantity, "true"),
        ("priceperunit", "p", "xp", "SalesPrice", "true"),
        ("manualdiscountamount", "d", "xd", fields.line_discount, "NOT discount_fits"),
        ("tax", "t", "xt", fields.line_tax, "back"),
        ("volumediscountamount", "v", "0", "", "true"),
    )
    for name, ours, theirs, scm_field, when in stated:
        yield _finding(
            "judged", f"paired AND {when} AND {ours} <> {theirs}", f"'{name}'", ours, theirs,
            sales_field=f"'{name}'", scm_field=f"nullif('{scm_field}', '')",
        )  # fmt: skip
    computed = (("baseamount", "base", "base_own"), ("extendedamount", "extended", "net_own + t"))
    for name, column, expected in computed:
        yield _finding(
            "judged", f"paired AND NOT {column}_fits", f"'{name}'", column, expected=expected, sales_field=f"'{name}'"
        )
    if fields.unit_discount is not None:
        blamed = f"CASE WHEN u <> xu THEN '{fields.unit_discount}' ELSE '{fields.line_charge}' END"
        yield _finding(
            "judged", "paired AND NOT split_fits AND discount_fits", blamed, theirs="CASE WHEN u <> xu THEN u ELSE c END",
            expected="CASE WHEN u <> xu THEN xu ELSE xc END", scm_field=blamed,
        )  # fmt: skip
    yield _finding(
        "judged",
        "paired AND NOT amount_fits",
        "'LineAmount'",
        theirs="amount",
        expected="amount_expected",
        scm_field="'LineAmount'",
    )


def _header_findings(fields: DocumentFields) -> Iterator[str]:
    where = {"line": f"'{DOCUMENT}'", "product": "''"}
    stated = (
        ("totaldiscountamount", "s_discount", "x_discount", fields.discount, "true"),
        ("freightamount", "s_charges", "x_charges", fields.charges, "back"),
        (fields.misc_tax, "s_header_tax", "x_header_tax", fields.header_tax, "back"),
    )
    for name, ours, theirs, scm_field, when in stated:
        if name is not None:
            yield _finding(
                "totals", f"{when} AND {ours} <> {theirs}", f"'{name}'", ours, theirs,
                sales_field=f"'{name}'", scm_field=f"'{scm_field}'", **where,
            )  # fmt: skip
    for name, stored, expected in _sales_totals(fields):
        fits = " OR ".join(f"{stored} = {one}" for one in expected)
        yield _finding(
            "totals", f"{stored} IS NOT NULL AND NOT ({fits})", f"'{name}'", stored, expected=expected[0],
            sales_field=f"'{name}'", **where,
        )  # fmt: skip
    for name, stored, expected in _scm_totals(fields):
        fits = " OR ".join(f"{stored} = {one}" for one in expected)
        yield _finding(
            "totals", f"is_current AND {stored} IS NOT NULL AND NOT ({fits})", f"'{name}'", theirs=stored,
            expected=expected[0], scm_field=f"'{name}'", **where,
        )  # fmt: skip


def _misc(fields: DocumentFields) -> str:
    """Sales' lines that stand for the tax on charges."""
    return (
        f"SELECT h.pair, coalesce(sum(n.tax), 0)::{_DECIMAL} AS misc, "
        f"coalesce(sum(n.extendedamount), 0)::{_DECIMAL} AS misc_extended "
        f"FROM headers h LEFT JOIN raw.{fields.sales_lines} n "
        f"ON n.{fields.parent} = h.sales_row AND n.msdynce_ismisctax GROUP BY 1"
    )


def _sales_totals(fields: DocumentFields) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Sales' computed fields of the header, with what each should be: from its own lines, or from SCM's."""
    misc = "s_header_tax" if fields.misc_tax else "0"
    other_misc = "x_header_tax" if fields.misc_tax else "0"
    yield "totallineitemamount", "totallineitemamount", ("net_own", "net_other")
    yield "totallineitemdiscountamount", "totallineitemdiscountamount", ("d", "xd")
    less = ("net_own - s_discount", "net_other - s_discount", "net_own - x_discount")
    yield "totalamountlessfreight", "totalamountlessfreight", less
    taxes = (f"t + {misc}", f"(CASE WHEN back THEN xt ELSE t END) + {misc}", f"t + {other_misc}")
    yield "totaltax", "totaltax", taxes
    whole = (
        f"net_own - s_discount + s_charges + t + {misc}",
        f"net_other - s_discount + s_charges + (CASE WHEN back THEN xt ELSE t END) + {misc}",
        f"net_own - x_discount + s_charges + t + {misc}",
        f"net_own - s_discount + x_charges + t + {misc}",
        f"net_own - s_discount + s_charges + t + {other_misc}",
    )
    yield "totalamount", "totalamount", whole
    if fields.misc_tax:
        yield "tax of the Freight Tax line", "misc", ("s_header_tax", "x_header_tax")
        yield "extendedamount of the Freight Tax line", "misc_extended", ("s_header_tax", "x_header_tax")
    rest = "CASE WHEN s_percentage = 0 AND s_discount = x_discount THEN s_discount ELSE own_discount END"
    yield "discountamount", "own_discount", (rest,)


def _scm_totals(fields: DocumentFields) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """SCM's computed fields of the header, with what each should be: from its own lines, or from those of Sales."""
    yield fields.total_discount, "x_total_discount", ("xd + x_discount", "d + x_discount", "xd + s_discount")
    tax = ("xt + x_header_tax", "(CASE WHEN back THEN t ELSE xt END) + x_header_tax", "xt + s_header_tax")
    yield fields.total_tax, "x_total_tax", tax if fields.misc_tax else tax[:1]
    own_tax = "xt + x_header_tax"
    whole = [
        f"amount - x_discount + x_charges + {own_tax}",
        f"amount - s_discount + x_charges + {own_tax}",
    ]
    if fields.misc_tax:
        whole += [
            f"amount - x_discount + s_charges + {own_tax}",
            f"amount - x_discount + x_charges + {tax[1]}",
            f"amount - x_discount + x_charges + {tax[2]}",
        ]
    yield fields.total, "x_total", tuple(whole)
