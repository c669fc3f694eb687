"""Orders: those taken by sales people are born in Sales, web orders are born in SCM on its first day.

SCM applies the file's tax (over the lines, by largest remainder) and freight (a header charge), both rounded to cents. Lines
keep their four-decimal prices; a discount is a fraction of the price in the file, an amount of the line here. Amounts are
the file's numbers in the company's currency.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from p2c_assets.sandbox.adventureworks.account import Expected, Fate, FileAccount, account_of, left_out, loaded_as
from p2c_assets.sandbox.adventureworks.files import Files, Record, by
from p2c_assets.sandbox.adventureworks.parties import customer_number, store_rows
from p2c_assets.sandbox.adventureworks.territories import COMPANIES, COMPANY_OF
from p2c_assets.sandbox.money import ZERO, round_half_away
from p2c_assets.sandbox.scenario.documents import NO_ADDRESS, Address, Line, Order, account_customer
from p2c_assets.sandbox.scenario.erp import ErpOrder, Plan


class Orders(NamedTuple):
    """Orders of both births, SCM's plans for all of them, and the accounts."""

    born_in_sales: list[Order]
    born_in_scm: list[ErpOrder]
    plans: list[Plan]
    expected: tuple[Expected, ...]
    files: tuple[FileAccount, ...]
    warnings: tuple[str, ...]


class _Book(NamedTuple):
    """The files' rows by their keys."""

    addresses: Mapping[str, Record]
    states: Mapping[str, Record]
    products: Mapping[str, Record]
    customers: Mapping[str, Record]
    stores: Mapping[str, Record]
    lines: Mapping[str, list[Record]]


def order_number(header: Record) -> str:
    """AdventureWorks' own order number."""
    return f"SO{header['salesorderid']}"


def is_born_in_sales(header: Record) -> bool:
    return header["onlineorderflag"] == "f"


def products_of_sales(files: Files) -> set[str]:
    """Ids of the products on orders that are born in Sales."""
    born = {header["salesorderid"] for header in files.sales_order_header if is_born_in_sales(header)}
    return {line["productid"] for line in files.sales_order_detail if line["salesorderid"] in born}


def orders(files: Files) -> Orders:
    """All orders of the publication."""
    book = _book(files)
    headers = files.sales_order_header
    return Orders(
        [_sales_order(header, book) for header in headers if is_born_in_sales(header)],
        [_web_order(header, book) for header in headers if not is_born_in_sales(header)],
        [_plan(header) for header in headers],
        tuple(_expected(headers, book)),
        _accounts(files, book),
        _warnings(files, book),
    )


def _book(files: Files) -> _Book:
    lines: defaultdict[str, list[Record]] = defaultdict(list)
    for line in files.sales_order_detail:
        lines[line["salesorderid"]].append(line)
    return _Book(
        by(files.address, "addressid"),
        by(files.state_province, "stateprovinceid"),
        by(files.product, "productid"),
        by(files.customer, "customerid"),
        store_rows(files),
        lines,
    )


def _sales_order(header: Record, book: _Book) -> Order:
    """An order of a store, a draft; the loader has it activated."""
    store = book.stores[book.customers[header["customerid"]]["storeid"]]
    return Order(
        COMPANY_OF[header["territoryid"]],
        order_number(header),
        account_customer(customer_number(store)),
        f"AdventureWorks {order_number(header)}",
        _lines(header, book),
        _address(header, book),
        activated=False,
    )


def _web_order(header: Record, book: _Book) -> ErpOrder:
    return ErpOrder(
        COMPANY_OF[header["territoryid"]],
        order_number(header),
        customer_number(book.customers[header["customerid"]]),
        _lines(header, book),
        _address(header, book),
        name=f"AdventureWorks {order_number(header)}",
        reference=header["accountnumber"],
    )


def _lines(header: Record, book: _Book) -> tuple[Line, ...]:
    return tuple(_line(line, book) for line in book.lines[header["salesorderid"]])


def _line(line: Record, book: _Book) -> Line:
    number = book.products[line["productid"]]["productnumber"]
    return Line(number, line["orderqty"], line["unitprice"], str(_discount(line)))


def _discount(line: Record) -> Decimal:
    """The fraction of the price as an amount of the line, in cents."""
    return round_half_away(Decimal(line["orderqty"]) * Decimal(line["unitprice"]) * Decimal(line["unitpricediscount"]))


def _address(header: Record, book: _Book) -> Address:
    """Where the order goes; nowhere when the address is not in address.csv."""
    address = book.addresses.get(header["shiptoaddressid"])
    if address is None:
        return NO_ADDRESS
    state = book.states[address["stateprovinceid"]]
    return Address(
        address["addressline1"],
        address["city"],
        address["postalcode"],
        state["countryregioncode"],
        state["stateprovincecode"].strip(),
        address["addressline2"],
    )


def _plan(header: Record) -> Plan:
    tax, freight = _cents(header["taxamt"]), _cents(header["freight"])
    return Plan(COMPANY_OF[header["territoryid"]], order_number(header), tax=str(tax), freight=str(freight))


def _cents(amount: str) -> Decimal:
    return round_half_away(Decimal(amount))


def _expected(headers: Iterable[Record], book: _Book) -> Iterable[Expected]:
    for company in COMPANIES:
        mine = [header for header in headers if COMPANY_OF[header["territoryid"]] is company]
        total = sum((expected_total(header, book.lines[header["salesorderid"]]) for header in mine), ZERO)
        file_total = sum((_file_total(header) for header in mine), ZERO)
        yield Expected(company.id, len(mine), total, file_total)


def expected_total(header: Record, lines: Iterable[Record]) -> Decimal:
    """What SCM's total of an order comes to: each line, the tax and the freight rounded once."""
    net = sum((_cents_of_line(line) for line in lines), ZERO)
    return net + _cents(header["taxamt"]) + _cents(header["freight"])


def _cents_of_line(line: Record) -> Decimal:
    return round_half_away(Decimal(line["orderqty"]) * Decimal(line["unitprice"]) - _discount(line))


def _file_total(header: Record) -> Decimal:
    """The file's own total, rounded to cents once."""
    return round_half_away(Decimal(header["subtotal"]) + Decimal(header["taxamt"]) + Decimal(header["freight"]))


def _accounts(files: Files, book: _Book) -> tuple[FileAccount, ...]:
    headers = by(files.sales_order_header, "salesorderid")
    addresses = [
        book.addresses[row["shiptoaddressid"]] for row in headers.values() if row["shiptoaddressid"] in book.addresses
    ]
    used = {row["addressid"] for row in addresses}
    states = {row["stateprovinceid"] for row in addresses}
    countries = {book.states[state]["countryregioncode"] for state in states}
    nowhere = "no order is delivered there"
    return (
        account_of(
            "address.csv", (_fate(row["addressid"] in used, "delivery addresses", nowhere) for row in files.address)
        ),
        account_of(
            "state_province.csv",
            (
                _fate(row["stateprovinceid"] in states, "states of delivery addresses", nowhere)
                for row in files.state_province
            ),
        ),
        account_of(
            "country_region.csv",
            (
                _fate(row["countryregioncode"] in countries, "countries of delivery addresses", nowhere)
                for row in files.country_region
            ),
        ),
        account_of("sales_order_header.csv", (_header_fate(row) for row in files.sales_order_header)),
        account_of(
            "sales_order_detail.csv",
            (
                _fate(row["salesorderid"] in headers, "order lines", "its order is not in sales_order_header.csv")
                for row in files.sales_order_detail
            ),
        ),
    )


def _header_fate(header: Record) -> Fate:
    return loaded_as(
        "orders born in Sales, activated" if is_born_in_sales(header) else "web orders, booked in SCM on day 1"
    )


def _fate(used: bool, loaded: str, reason: str) -> Fate:
    return loaded_as(loaded) if used else left_out(reason)


def _warnings(files: Files, book: _Book) -> tuple[str, ...]:
    headers = files.sales_order_header
    nowhere = [row for row in headers if row["shiptoaddressid"] not in book.addresses]
    persons = by(files.person, "businessentityid")
    faceless = [row for row in headers if book.customers[row["customerid"]]["personid"] not in persons]
    elsewhere = [row for row in headers if row["billtoaddressid"] != row["shiptoaddressid"]]
    return (
        f"{len(nowhere)} orders point to an address that is not there: delivered without an address block",
        f"{len(faceless)} orders of stores name a person that is not there: the order goes without a contact",
        f"{len(elsewhere)} orders have a billing address of their own: invoices go to the customer's",
    )
