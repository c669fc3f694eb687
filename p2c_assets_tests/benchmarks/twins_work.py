"""What the benchmark of the twins loads, reads and writes: rows with what rows of these tables usually hold, the selects
that the platform's readers send, the parts that its connectors render.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from p2c_assets.connectors import batch
from p2c_assets.connectors.dataverse import requests as dataverse
from p2c_assets.connectors.exact_json import dumps
from p2c_assets.connectors.finops import requests as finops
from p2c_assets.connectors.protocol import Operation
from p2c_assets.extraction.reader import query_of
from p2c_assets.mappings import sales, scm
from p2c_assets.mappings.model import Entity
from p2c_assets_tests.sandbox.dataverse import world
from p2c_assets_tests.sandbox.finops.scm_rows import REFERENCE, customer

PAGE = 5000
OPERATIONS = 1000
"""In one `$batch`, targets of one bulk message: the most that Dataverse takes."""

LINES = 9
Row = dict[str, Any]
T = TypeVar("T")


class Call(NamedTuple):
    """One request with how many rows it writes."""

    target: str
    headers: Mapping[str, str]
    body: bytes
    rows: int


def reference() -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
    """What both systems have before anything is measured."""
    return world.rows(), {**REFERENCE, "CustomersV2": [{"dataAreaId": "usmf", **customer("C1")}]}


def accounts(rows: int) -> list[Row]:
    return [_account(number) for number in range(rows)]


def customers(rows: int) -> list[Row]:
    return [{"dataAreaId": "usmf", **_customer(number)} for number in range(rows)]


def sales_lines(rows: int) -> list[Row]:
    """Lines of orders that are not there: read, and never settled."""
    return [_sales_line(number) for number in range(rows)]


def scm_lines(rows: int) -> list[Row]:
    return [_scm_line(number) for number in range(rows)]


def _account(number: int) -> Row:
    return {
        "accountid": world.guid(0x1000, number),
        "accountnumber": f"US-{number:07}",
        "name": f"Contoso Retail {number}",
        "telephone1": f"425-555-{number:07}",
        "fax": f"425-556-{number:07}",
        "emailaddress1": f"office{number}@contoso.example",
        "websiteurl": f"https://contoso{number}.example",
        "creditlimit": Decimal(f"{number % 900}.50"),
        "numberofemployees": number % 5000,
        "customertypecode": 3,
        "description": "A customer since the beginning, who wants invoices by e-mail",
        "transactioncurrencyid": world.USD,
        **_address("address1_", number),
        **_address("address2_", number + 1),
    }


def _address(prefix: str, number: int) -> Row:
    values = {"line1": f"{number} Main Street", "city": "Redmond", "stateorprovince": "WA", "postalcode": "98052"}
    return {f"{prefix}{name}": value for name, value in {**values, "country": "USA"}.items()}


def _sales_line(number: int) -> Row:
    quantity, price = Decimal(number % 20 + 1), Decimal(f"{number % 300}.9950")
    return {
        "salesorderdetailid": world.guid(0x2000, number),
        "salesorderid": world.guid(0x2001, number // LINES),
        "lineitemnumber": number % LINES + 1,
        "sequencenumber": number % LINES + 1,
        "productid": world.BIKE,
        "isproductoverridden": False,
        "uomid": world.EACH,
        "quantity": quantity,
        "priceperunit": price,
        "ispriceoverridden": False,
        "baseamount": quantity * price,
        "manualdiscountamount": Decimal("1.00"),
        "volumediscountamount": Decimal(0),
        "tax": Decimal("2.50"),
        "extendedamount": quantity * price + Decimal("1.50"),
        "transactioncurrencyid": world.USD,
        **_address("shipto_", number),
    }


def _customer(number: int) -> Row:
    return customer(
        f"C{number:07}",
        OrganizationName=f"Contoso Retail {number}",
        CreditLimit=Decimal(f"{number % 900}.50"),
        SalesMemo="A customer since the beginning, who wants invoices by e-mail",
        PrimaryContactEmail=f"office{number}@contoso.example",
        PrimaryContactPhone=f"425-555-{number:07}",
        LanguageId="en-US",
    )


def _scm_line(number: int) -> Row:
    return {
        "dataAreaId": "usmf",
        "SalesOrderNumber": f"SO-{number // LINES:07}",
        "LineCreationSequenceNumber": number % LINES + 1,
        "ProductNumber": "P1",
        "OrderedSalesQuantity": Decimal(number % 20 + 1),
        "SalesPrice": Decimal(f"{number % 300}.99"),
        "SalesUnitSymbol": "ea",
        "CurrencyCode": "USD",
        "LineAmount": Decimal(f"{number % 3000}.90"),
        "ShippingSiteId": "1",
        "ShippingWarehouseId": "13",
        "DeliveryAddressStreet": f"{number} Main Street",
        "DeliveryAddressCity": "Redmond",
        "DeliveryAddressZipCode": "98052",
    }


def sales_page(entity: Entity) -> tuple[str, Mapping[str, str]]:
    """The first page as the platform's reader asks for it."""
    return dataverse.page_url(dataverse.API, query_of(entity, None, {})), dataverse.page_headers(PAGE)


def tracked_page(entity: Entity) -> tuple[str, Mapping[str, str]]:
    """The same with change tracking."""
    return sales_page(entity)[0], dataverse.change_headers(PAGE)


def sql_page() -> tuple[str, Mapping[str, str]]:
    """The first page of a query whose order is not that of the key."""
    query = "select accountid, name, accountnumber, telephone1 from account order by telephone1 desc"
    return f"{dataverse.API}/accounts?sql={quote(query)}", dataverse.page_headers(PAGE)


def scm_pages(entity: Entity, keys: Sequence[Sequence[object]]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Keyset pages as the platform's reader asks for them; `keys` are those of all rows in their order."""
    query = query_of(entity, "usmf", {})
    for start in range(0, len(keys), PAGE):
        last = keys[start - 1] if start else None
        yield finops.page_url("/data", query, PAGE, last), finops.keyset_headers()


def linked_page(entity: Entity) -> tuple[str, Mapping[str, str]]:
    """The first page of the system's own paging, whose links lead on."""
    query = query_of(entity, "usmf", {})._replace(keyset=())
    return finops.page_url("/data", query, PAGE), finops.page_headers(PAGE)


def customer_keys(rows: int) -> list[tuple[str]]:
    return sorted([("C1",), *((f"C{number:07}",) for number in range(rows))])


def line_keys(rows: int) -> list[tuple[str, int]]:
    return [(f"SO-{number // LINES:07}", number % LINES + 1) for number in range(rows)]


def accounts_created(rows: int) -> list[Call]:
    """Changesets of one row each."""
    return _sales_batches([[Operation("POST", "accounts", None, _new_account(n))] for n in range(rows)])


def accounts_changed(rows: int) -> list[Call]:
    """One column of rows that are there."""
    changes = [{"name": f"Contoso {number}", "telephone1": "425-555-0100"} for number in range(rows)]
    keys = [{"accountid": world.guid(0x1000, number)} for number in range(rows)]
    return _sales_batches(
        [[Operation("PATCH", "accounts", key, change)] for key, change in zip(keys, changes, strict=True)]
    )


def accounts_multiple(rows: int, message: str, kind: int) -> list[Call]:
    """A bulk message on a table without plug-ins."""
    targets = [_target(number, kind) for number in range(rows)]
    address = f"{dataverse.API}/accounts/Microsoft.Dynamics.CRM.{message}"
    return [
        Call(address, _JSON, dumps({"Targets": chunk}).encode(), len(chunk)) for chunk in _chunks(targets, OPERATIONS)
    ]


def sales_orders_created(documents: int) -> list[Call]:
    """A header and its lines in one changeset, priced by the system."""
    return _sales_batches([_sales_order(number) for number in range(documents)])


def customers_created(rows: int) -> list[Call]:
    return _scm_batches([[Operation("POST", "CustomersV2", None, _new_customer(n))] for n in range(rows)])


def customers_changed(rows: int) -> list[Call]:
    keys = [{"dataAreaId": "usmf", "CustomerAccount": f"C{number:07}"} for number in range(rows)]
    change = {"SalesMemo": "changed", "PrimaryContactPhone": "425-555-0100"}
    return _scm_batches([[Operation("PATCH", "CustomersV2", key, change)] for key in keys])


def scm_orders_created(documents: int) -> list[Call]:
    return _scm_batches([_scm_order(number) for number in range(documents)])


_JSON = {"Content-Type": "application/json"}


def _new_account(number: int, kind: int = 0x3000) -> Row:
    plain = {name: value for name, value in _account(number).items() if name != "transactioncurrencyid"}
    numbers = {"accountid": world.guid(kind, number), "accountnumber": f"{kind:x}-{number:07}"}
    return {**plain, **numbers, "transactioncurrencyid@odata.bind": f"/transactioncurrencies({world.USD})"}


def _target(number: int, kind: int) -> Row:
    return {"@odata.type": "Microsoft.Dynamics.CRM.account", **_new_account(number, kind)}


def _sales_order(number: int) -> list[Operation]:
    key = world.guid(0x4000, number)
    ship = _address("shipto_", number)
    header = {**world.order(f"SO-{number:07}"), "salesorderid": key, "msdynce_ismaintainedexternally": True, **ship}
    lines = [world.line(key, quantity=str(line + 1), **_priced(line), **ship) for line in range(LINES)]
    return [
        Operation("POST", "salesorders", None, header),
        *(Operation("POST", "salesorderdetails", None, line) for line in lines),
    ]


def _priced(line: int) -> Row:
    return {
        "sequencenumber": line + 1,
        "ispriceoverridden": True,
        "priceperunit": Decimal(f"{line}9.9950"),
        "manualdiscountamount": Decimal("1.00"),
        "tax": Decimal("2.50"),
    }


def _new_customer(number: int) -> Row:
    account = f"N{number:07}"
    return {"dataAreaId": "usmf", **_customer(number), "CustomerAccount": account, "PartyNumber": account}


def _scm_order(number: int) -> list[Operation]:
    name = f"NEW-{number:07}"
    header = {"dataAreaId": "usmf", "SalesOrderNumber": name, "OrderingCustomerAccountNumber": "C1"}
    return [
        Operation("POST", "CDSSalesOrderHeaders", None, header),
        *(Operation("POST", "CDSSalesOrderLines", None, _new_scm_line(name, line)) for line in range(LINES)),
    ]


def _new_scm_line(order: str, line: int) -> Row:
    return {
        "dataAreaId": "usmf",
        "SalesOrderNumber": order,
        "LineCreationSequenceNumber": line + 1,
        "ProductNumber": "P1",
        "OrderedSalesQuantity": Decimal(line + 1),
        "SalesPrice": Decimal(f"{line}9.99"),
    }


def _sales_batches(documents: Sequence[Sequence[Operation]]) -> list[Call]:
    parts = [[dataverse.part(dataverse.API, one) for one in document] for document in documents]
    return _batches(f"{dataverse.API}/$batch", dataverse.batch_headers(), parts)


def _scm_batches(documents: Sequence[Sequence[Operation]]) -> list[Call]:
    parts = [[finops.part("/data", one) for one in document] for document in documents]
    return _batches("/data/$batch", finops.batch_headers(), parts)


def _batches(target: str, headers: Mapping[str, str], documents: Sequence[Sequence[batch.Part]]) -> list[Call]:
    typed = {**headers, "Content-Type": "multipart/mixed; boundary=batch_1"}
    size = max(OPERATIONS // len(documents[0]), 1)
    return [
        Call(target, typed, batch.render(chunk, "batch_1"), sum(len(document) for document in chunk))
        for chunk in _chunks(documents, size)
    ]


def _chunks(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


ACCOUNTS, SALES_LINES = sales.ACCOUNTS, sales.SALESORDERDETAILS
CUSTOMERS, SCM_LINES = scm.CUSTOMERS_V2, scm.SALES_ORDER_LINES
