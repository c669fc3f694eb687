"""What sales people do: they correct accounts and contacts, write quotes, and activate orders.

Documents are written after the pattern of ones that SCM has already, so that they are such as arrive; numbers begin with the
seed's letter. Source of the steps of an activation: CRMP2C solution, msdynce_p2c.js (the Activate button).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from p2c_assets.sandbox.live.arrivals import Arrivals, Expected, Rows
from p2c_assets.sandbox.live.sales_app import SalesApp
from p2c_assets.sandbox.store import Row

ACTIVE = 647390000
_LINES_AT_MOST = 3


class Document(NamedTuple):
    """How a kind of document is called in Sales, and where it arrives in SCM."""

    header: str
    line: str
    parent: str
    number: str
    scm_set: str
    scm_number: str


QUOTES = Document("quotes", "quotedetails", "quote", "quotenumber", "CDSSalesQuotationHeaders", "SalesQuotationNumber")
ORDERS = Document(
    "salesorders", "salesorderdetails", "salesorder", "ordernumber", "CDSSalesOrderHeaders", "SalesOrderNumber"
)


class SalesPeople:
    """Each act is done at once; returns what was done, or None where there was nothing to do it with."""

    def __init__(self, app: SalesApp, rows: Rows, random: Random, prefix: str, arrivals: Arrivals) -> None:
        self._app = app
        self._rows = rows
        self._random = random
        self._prefix = prefix
        self._arrivals = arrivals

    def edit_account(self) -> str | None:
        """A new telephone number of an account that SCM has as customer."""
        return self._edit(
            "account", "accounts", "accountid", "accountnumber", "CustomersV2", "CustomerAccount", "PrimaryContactPhone"
        )

    def edit_contact(self) -> str | None:
        """The same of a contact that SCM has as contact person."""
        return self._edit(
            "contact",
            "contacts",
            "contactid",
            "msdynce_contactnumber",
            "CDSContactPersons",
            "ContactPersonPartyNumber",
            "PrimaryPhoneNumber",
        )

    def write_quote(self) -> str | None:
        """A quote with its lines, activated."""
        made = self._write(QUOTES)
        if made is None:
            return None
        number, key, lines = made
        self._app.change("quotes", key, {"statecode": 1, "statuscode": 2})
        return self._expect("quote", QUOTES, number, f"quote {number} activated, {len(lines)} lines")

    def activate_order(self) -> str | None:
        """An order with its lines, activated."""
        made = self._write(ORDERS)
        if made is None:
            return None
        number, key, lines = made
        for line in lines:
            self._app.change("salesorderdetails", line, {"msdynce_orderissubmitted": True})
        self._app.change("salesorders", key, {"msdynce_processingstatus": ACTIVE})
        return self._expect("order", ORDERS, number, f"order {number} activated, {len(lines)} lines")

    def _edit(
        self, kind: str, entity_set: str, key: str, number: str, scm_set: str, scm_number: str, scm_column: str
    ) -> str | None:
        there = {row[scm_number] for row in self._rows("scm", scm_set)}
        known = [
            row for row in self._rows("sales", entity_set) if row.get(number) in there and row.get("statecode") == 0
        ]
        known = [row for row in known if not self._arrivals.waits_for(scm_set, {scm_number: row[number]})]
        if not known:
            return None
        row = self._random.choice(sorted(known, key=lambda row: str(row[number])))
        phone = f"+1 555 {self._random.randrange(10_000_000):07d}"
        self._app.change(entity_set, row[key], {"telephone1": phone})
        words = f"{kind} {row[number]} has the telephone {phone}"
        expected = Expected(kind, words, "scm", scm_set, {scm_number: row[number]}, scm_column, frozenset({phone}))
        self._arrivals.expect(expected)
        return words

    def _write(self, document: Document) -> tuple[str, str, Sequence[str]] | None:
        """A draft like one that has arrived before: number, id, ids of its lines."""
        pattern = self._pattern(document)
        if pattern is None:
            return None
        header, lines = pattern
        number = self._next_number(document)
        key = self._app.create(document.header, {document.number: number, **_header(header, number)})
        many = self._random.randint(1, _LINES_AT_MOST)
        made = [
            self._app.create(
                document.line, {**_line(self._random.choice(lines), document, key), **self._quantity(place)}
            )
            for place in range(1, many + 1)
        ]
        return number, key, made

    def _quantity(self, place: int) -> Mapping[str, Any]:
        return {"quantity": Decimal(self._random.randint(1, 9)), "sequencenumber": place}

    def _pattern(self, document: Document) -> tuple[Row, Sequence[Row]] | None:
        """A header and its lines whose document SCM has, all lines of a product."""
        there = {row[document.scm_number] for row in self._rows("scm", document.scm_set)}
        lines: dict[str, list[Row]] = {}
        for line in self._rows("sales", document.line):
            lines.setdefault(str(line.get(f"_{document.parent}id_value")), []).append(line)
        found = [
            (row, lines[row[f"{document.parent}id"]])
            for row in self._rows("sales", document.header)
            if row.get(document.number) in there
            and all(line.get("_productid_value") for line in lines.get(row[f"{document.parent}id"], [{}]))
        ]
        return self._random.choice(sorted(found, key=lambda one: str(one[0][document.number]))) if found else None

    def _next_number(self, document: Document) -> str:
        taken = {row.get(document.number) for row in self._rows("sales", document.header)}
        count = 1
        while f"{self._prefix}{count:04d}" in taken:
            count += 1
        return f"{self._prefix}{count:04d}"

    def _expect(self, kind: str, document: Document, number: str, words: str) -> str:
        self._arrivals.expect(Expected(kind, words, "scm", document.scm_set, {document.scm_number: number}))
        return words


_TABLES = {"account": "accounts", "contact": "contacts"}


def _header(pattern: Row, number: str) -> Mapping[str, Any]:
    kind = pattern["customerid_type"]
    address = {name: value for name, value in pattern.items() if name.startswith("shipto_") and value is not None}
    return {
        "name": f"Written live: {number}",
        f"customerid_{kind}@odata.bind": f"/{_TABLES[kind]}({pattern['_customerid_value']})",
        "pricelevelid@odata.bind": f"/pricelevels({pattern['_pricelevelid_value']})",
        "transactioncurrencyid@odata.bind": f"/transactioncurrencies({pattern['_transactioncurrencyid_value']})",
        "ownerid@odata.bind": f"/teams({pattern['_ownerid_value']})",
        **address,
    }


def _line(pattern: Row, document: Document, header: str) -> Mapping[str, Any]:
    return {
        f"{document.parent}id@odata.bind": f"/{document.header}({header})",
        "productid@odata.bind": f"/products({pattern['_productid_value']})",
        "uomid@odata.bind": f"/uoms({pattern['_uomid_value']})",
        "ispriceoverridden": True,
        "priceperunit": pattern["priceperunit"],
    }
