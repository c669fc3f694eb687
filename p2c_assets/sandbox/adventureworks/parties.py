"""Stores as accounts, store contacts and individual customers as contacts. Their country is that of their territory.

Source: README of the publication. customer.csv links a person and a store to a territory; its id makes the number of
whoever it stands for (AW00000001, AdventureWorks' own account numbers).
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from p2c_assets.sandbox.adventureworks.account import Fate, FileAccount, account_of, left_out, loaded_as
from p2c_assets.sandbox.adventureworks.files import Files, Record, by
from p2c_assets.sandbox.adventureworks.territories import COMPANY_OF
from p2c_assets.sandbox.scenario.companies import SandboxCompany
from p2c_assets.sandbox.scenario.sales_rows import Row, account, contact, party

STORE_CONTACT, INDIVIDUAL = "SC", "IN"
KINDS = {"GC": "general contacts", "EM": "employees", "VC": "vendors' contacts", "SP": "sales people"}


class Parties(NamedTuple):
    """Accounts and contacts with the files' accounts, and who stands behind a customer id."""

    accounts: list[Row]
    contacts: list[Row]
    files: tuple[FileAccount, ...]


def customer_number(customer: Record) -> str:
    """AdventureWorks' account number: AW and eight digits."""
    return f"AW{int(customer['customerid']):08d}"


def store_rows(files: Files) -> Mapping[str, Record]:
    """The customer row that stands for a store itself, by store."""
    return {row["storeid"]: row for row in files.customer if row["storeid"] and not row["personid"]}


def parties(files: Files) -> Parties:
    """All accounts and contacts of the publication."""
    persons = by(files.person, "businessentityid")
    ordering = {header["customerid"] for header in files.sales_order_header}
    links = [row for row in files.customer if row["personid"]]
    stores = store_rows(files)
    contacts = [row for link in links for row in _linked_contact(link, persons, stores, ordering)]
    unlinked = _unlinked(files, {link["personid"] for link in links})
    counts = (
        account_of("store.csv", (loaded_as("accounts") for _ in files.store)),
        account_of("person.csv", (_person_fate(person) for person in files.person)),
        account_of("customer.csv", (_customer_fate(row, persons, ordering) for row in files.customer)),
    )
    return Parties(list(_accounts(files)), [*contacts, *unlinked], counts)


def _accounts(files: Files) -> Iterator[Row]:
    stores = store_rows(files)
    for store in files.store:
        row = stores[store["businessentityid"]]
        company = _company(row)
        country = {"address1_country": company.country}
        yield account(company, customer_number(row), store["storename"], **country)


def _company(customer: Record) -> SandboxCompany:
    return COMPANY_OF[customer["territoryid"]]


def _linked_contact(
    link: Record, persons: Mapping[str, Record], stores: Mapping[str, Record], ordering: set[str]
) -> Iterator[Row]:
    """The contact that a customer row stands for; none for a store's contact who is not in person.csv."""
    person = persons.get(link["personid"])
    if link["storeid"]:
        if person is not None:
            store = customer_number(stores[link["storeid"]])
            yield _contact(_company(link), customer_number(link), person, **party("parentcustomerid", "account", store))
        return
    buys = link["customerid"] in ordering
    yield _contact(_company(link), customer_number(link), person, msdynce_isactivecustomer=buys)


def _contact(company: SandboxCompany | None, number: str, person: Record | None, **more: object) -> Row:
    """Without a row in person.csv the number is all that is known of a customer, and stands for the name."""
    names = person or {"firstname": "", "middlename": "", "lastname": number}
    country = {"address1_country": company.country if company else None, "middlename": names["middlename"] or None}
    return contact(company, number, names["firstname"] or None, names["lastname"], **country, **more)


def _unlinked(files: Files, linked: set[str]) -> list[Row]:
    """Store contacts whom no customer row links to a store: of no territory, hence of no company."""
    return [
        _contact(None, f"SC{int(person['businessentityid']):08d}", person)
        for person in files.person
        if person["persontype"] == STORE_CONTACT and person["businessentityid"] not in linked
    ]


def _person_fate(person: Record) -> Fate:
    kind = person["persontype"]
    if kind == STORE_CONTACT:
        return loaded_as("contacts: store contacts (those without a customer row belong to no company)")
    if kind == INDIVIDUAL:
        return loaded_as("contacts: individual customers")
    return left_out(f"{KINDS.get(kind, kind)} belong to neither system")


def _customer_fate(row: Record, persons: Mapping[str, Record], ordering: set[str]) -> Fate:
    known = row["personid"] in persons
    if row["storeid"]:
        return _store_link_fate(row, known)
    if not known:
        return loaded_as("contacts with their number as name, for person.csv has no row for them; not active customers")
    if row["customerid"] in ordering:
        return loaded_as("contacts that are active customers: they have orders")
    return loaded_as("contacts that are not active customers: they have no order")


def _store_link_fate(row: Record, known: bool) -> Fate:
    if not row["personid"]:
        return loaded_as("territory and number of a store's account")
    if known:
        return loaded_as("link of a store contact to the store's account")
    return left_out("its person is not in person.csv; the store itself is loaded, its orders too")
