"""The admin path's work on this system's data: load rows as they are, alter them silently, show them.

Loaded rows may be flawed on purpose: a value that does not fit its column's type is kept as it came.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from p2c_assets.sandbox.finops.addresses import from_customer
from p2c_assets.sandbox.finops.columns import UNNUMBERED, EntitySet
from p2c_assets.sandbox.finops.customers import CustomerRules, customer_name
from p2c_assets.sandbox.finops.document_headers import DocumentHeaders
from p2c_assets.sandbox.finops.document_lines import DEFAULT_SITE
from p2c_assets.sandbox.finops.number_sequences import check_sequence
from p2c_assets.sandbox.finops.orders import flags_of, mirrored
from p2c_assets.sandbox.finops.parties import Parties
from p2c_assets.sandbox.finops.population import DISTINCT, NUMBER, NUMBERED_SETS, SELLABLE, shown
from p2c_assets.sandbox.finops.records import HIDDEN, Records, public
from p2c_assets.sandbox.finops.reference import INTERNAL_TABLES, Reference, internal_key
from p2c_assets.sandbox.finops.schema import ENTITY_SETS
from p2c_assets.sandbox.finops.schema_orders import ORDER_HEADERS, ORDER_LINES
from p2c_assets.sandbox.finops.schema_parties import CONTACT_PERSONS, CUSTOMERS_V2
from p2c_assets.sandbox.finops.schema_products import SELLABLE_RELEASED_PRODUCTS
from p2c_assets.sandbox.finops.status import DELIVERED, DOCUMENT, INVOICED, posted_status
from p2c_assets.sandbox.finops.values import coerce, number
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import AdminError

PRODUCTS = "_released_products"
_READ_ONLY_TABLES = ("_agenda", "_refused_agenda")


class Administration:
    """Load, alter and show, without the rules that guard the protocol."""

    def __init__(
        self,
        store: Store,
        records: Records,
        reference: Reference,
        parties: Parties,
        headers: DocumentHeaders,
        customers: CustomerRules,
        default_company: str,
    ) -> None:
        self._store = store
        self._records = records
        self._reference = reference
        self._parties = parties
        self._headers = headers
        self._customers = customers
        self._default_company = default_company

    def load(self, rows: Mapping[str, Sequence[Row]]) -> dict[str, int]:
        """Store rows by set, references first. Raises AdminError for an unknown set, column or company."""
        known = [*INTERNAL_TABLES, PRODUCTS, *ENTITY_SETS]
        for name in rows:
            if name not in known:
                raise AdminError(f"unknown set {name!r}; known: {', '.join(known)}")
        return {name: self._load(name, rows[name]) for name in known if name in rows}

    def alter(self, name: str, key: Mapping[str, Any], values: Row) -> None:
        """Change stored values. Raises AdminError when the row is not there."""
        if name in INTERNAL_TABLES:
            self._alter_internal(name, key, values)
            return
        entity_set = _entity_set(name)
        row = self._records.table(entity_set).get(entity_set.key_of(_key(entity_set, key)))
        if row is None:
            raise AdminError(f"{name} has no row {dict(key)}")
        changed = {**row, **_coerced(entity_set, values, name)}
        self._records.alter(entity_set, row, shown(changed) if name == PRODUCTS else changed)

    def rows(self, name: str) -> list[Row]:
        """Rows as stored; `sellable` beside the columns of released products."""
        if name in INTERNAL_TABLES or name in _READ_ONLY_TABLES:
            return self._store.table(name).rows()
        entity_set = _entity_set(name)
        rows = self._records.table(entity_set).rows()
        if name == PRODUCTS:
            return [{**public(entity_set, row), "sellable": row.get(SELLABLE, True)} for row in rows]
        return [public(entity_set, row) for row in rows if not row.get(HIDDEN)]

    def _load(self, name: str, rows: Sequence[Row]) -> int:
        if name in INTERNAL_TABLES:
            for row in rows:
                if name == "_number_sequences":
                    check_sequence(row)
                self._store.table(name).put(internal_key(name, row), dict(row))
            return len(rows)
        entity_set = _entity_set(name)
        for row in rows:
            self._load_row(entity_set, _coerced(entity_set, row, name))
        return len(rows)

    def _load_row(self, entity_set: EntitySet, given: Row) -> None:
        company = str(given.setdefault("dataAreaId", self._default_company))
        if self._reference.find("_companies", company) is None:
            raise AdminError(f"a row of {entity_set.name} is of an unknown company {company!r}; load _companies first")
        row = self._completed(entity_set, {**entity_set.blank, **given}, given)
        before = self._records.table(entity_set).get(entity_set.key_of(row))
        if entity_set is SELLABLE_RELEASED_PRODUCTS:
            row = shown({**(before or {}), DISTINCT: True, **row})
        if before is None:
            self._records.insert(entity_set, row)
        else:
            self._records.update(entity_set, before, row)
        if entity_set is CUSTOMERS_V2:
            self._customers.propagate(row)

    def _completed(self, entity_set: EntitySet, row: Row, given: Row) -> Row:
        """What the ERP would have filled in, where the loaded row does not say."""
        if entity_set.name in NUMBERED_SETS and row[NUMBER] == 0:
            row = {**row, UNNUMBERED: self._store.sequence("unnumbered line")}
        if entity_set is CUSTOMERS_V2:
            return self._customer(row)
        if entity_set is CONTACT_PERSONS:
            self._register(row["ContactPersonPartyNumber"], "Person", "")
        if entity_set is ORDER_HEADERS:
            return self._order(row, given)
        if entity_set is ORDER_LINES:
            return self._order_line(row, given)
        return row

    def _customer(self, row: Row) -> Row:
        number = row["PartyNumber"] or row["CustomerAccount"]
        kind = row["PartyType"] or "Organization"
        row = {**row, "PartyNumber": number, "PartyType": kind}
        self._register(number, kind, customer_name(row))
        return row

    def _register(self, number: Any, kind: str, name: str) -> None:
        if self._parties.find(str(number)) is None:
            self._parties.register(str(number), kind, name)

    def _order(self, row: Row, given: Row) -> Row:
        sales, document = posted_status(row["SalesOrderProcessingStatus"])
        row = {
            **row,
            "InvoiceCustomerAccountNumber": row["InvoiceCustomerAccountNumber"] or row["OrderingCustomerAccountNumber"],
        }
        computed = {**flags_of(self._headers, row), "SalesOrderStatus": sales, DOCUMENT: document}
        payer = self._headers.find_customer(row, "InvoiceCustomerAccountNumber")
        if payer is not None:
            computed |= from_customer(payer, ("InvoiceAddress", "Address"), ORDER_HEADERS, "InvoiceAddress")
        return {**row, **{name: value for name, value in computed.items() if name not in given}}

    def _order_line(self, row: Row, given: Row) -> Row:
        header = self._records.get(ORDER_HEADERS, row["dataAreaId"], str(row["SalesOrderNumber"]))
        if header is None:
            return row
        computed: Row = {
            **mirrored(header),
            "CurrencyCode": header["CurrencyCode"],
            "SalesOrderLineStatus": header["SalesOrderStatus"],
        }
        row = {**row, **{name: value for name, value in computed.items() if name not in given}}
        quantity = number(row["OrderedSalesQuantity"])
        delivered = quantity if row["SalesOrderLineStatus"] in {"Delivered", "Invoiced"} else 0
        invoiced = quantity if row["SalesOrderLineStatus"] == "Invoiced" else 0
        return {**row, DELIVERED: number(delivered), INVOICED: number(invoiced)}

    def _alter_internal(self, name: str, key: Mapping[str, Any], values: Row) -> None:
        table, stored = self._store.table(name), internal_key(name, key)
        row = table.get(stored)
        if row is None:
            raise AdminError(f"{name} has no row {dict(key)}")
        table.replace(stored, {**row, **values})


def _entity_set(name: str) -> EntitySet:
    if name == PRODUCTS:
        return SELLABLE_RELEASED_PRODUCTS
    if name not in ENTITY_SETS:
        raise AdminError(f"unknown set {name!r}; known: {', '.join([*INTERNAL_TABLES, PRODUCTS, *ENTITY_SETS])}")
    return ENTITY_SETS[name]


def _key(entity_set: EntitySet, key: Mapping[str, Any]) -> Row:
    missing = [name for name in entity_set.keys if name not in key]
    if missing:
        raise AdminError(f"the key of {entity_set.name} lacks {', '.join(missing)}")
    return {name: coerce(entity_set.by_name[name], key[name]) for name in entity_set.keys}


def _is_false(value: Any) -> bool:
    return str(value).lower() in {"false", "no", "0", ""}


def _coerced(entity_set: EntitySet, given: Mapping[str, Any], name: str) -> Row:
    row: Row = {}
    for column, value in given.items():
        if name == PRODUCTS and column == "sellable":
            row[SELLABLE] = not _is_false(value)
        elif name == PRODUCTS and column == "distinct":
            row[DISTINCT] = not _is_false(value)
        elif name == PRODUCTS and column == "SiteId":
            row[DEFAULT_SITE] = "" if value is None else str(value)
        elif column in entity_set.by_name:
            row[column] = coerce(entity_set.by_name[column], value)
        else:
            raise AdminError(f"{name} has no column {column!r}; it has {', '.join(entity_set.names)}")
    return row
