"""python-odata 0.8, a client of OData that knows neither system: `$metadata`, pages, filters, expansions, updates.

What it needs is in docs/sandbox.md, Other clients.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import pytest
import requests
from odata import ODataService
from odata.exceptions import ODataError
from odata.flags import ODataServerFlags

from p2c_assets.sandbox.dataverse.schema import BY_SET
from p2c_assets.sandbox.finops.schema import ENTITY_SETS
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, API, USD
from p2c_assets_tests.sandbox.finops.scm_rows import create, customer, order, order_line
from p2c_assets_tests.sandbox.running import Caller

PAGE_SIZE = 2
Connect = Callable[[Caller, str], ODataService]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """`connect(caller, path)`: a service whose session carries the token and asks for small pages of every company."""
    with ExitStack() as stack:

        def start(caller: Caller, path: str) -> ODataService:
            session = stack.enter_context(requests.Session())
            session.headers["Authorization"] = caller.http.headers["Authorization"]
            session.headers["Prefer"] = f"odata.maxpagesize={PAGE_SIZE}"
            flags = ODataServerFlags(skip_null_properties=True)
            return ODataService(
                f"{caller.url}{path}/", session=session, reflect_entities=True, quiet_progress=True, server_flags=flags
            )

        yield start


@pytest.fixture
def sales_service(sales: Caller, connect: Connect) -> ODataService:
    """The Sales twin with five accounts."""
    more = [{"name": f"Account {number}", "accountnumber": f"N{number}"} for number in range(3)]
    sales.admin("load", {"rows": {"accounts": more}})
    return connect(sales, API)


@pytest.fixture
def scm_service(scm: Caller, connect: Connect) -> ODataService:
    """The F&O twin with three customers and an order of three lines, in the service user's company."""
    for number in ("C1", "C2", "O'3"):
        create(scm, "CustomersV2", customer(number))
    create(scm, "CDSSalesOrderHeaders", order())
    for line in (1, 2, 3):
        create(scm, "CDSSalesOrderLines", order_line(line=line))
    return connect(scm, "/data")


def names(rows: Any, column: str) -> list[str]:
    return [getattr(row, column) for row in rows]


def test_every_set_of_sales_is_read_from_the_metadata(sales_service: ODataService) -> None:
    """webapi/web-api-service-documents: the CSDL document at $metadata."""
    assert set(BY_SET) <= set(sales_service.entities)
    for entity in sales_service.entities.values():
        assert entity.__odata_schema__["properties"]


def test_every_set_of_scm_is_read_from_the_metadata(scm_service: ODataService) -> None:
    """data-entities/odata: the CSDL document at $metadata."""
    assert set(ENTITY_SETS) <= set(scm_service.entities)
    keys = {
        name: [
            one["name"] for one in scm_service.entities[name].__odata_schema__["properties"] if one["is_primary_key"]
        ]
        for name in ENTITY_SETS
    }
    assert {name: set(entity_set.keys) for name, entity_set in ENTITY_SETS.items()} == {
        name: set(columns) for name, columns in keys.items()
    }


def test_accounts_are_paged_counted_and_filtered(sales_service: ODataService, sales: Caller) -> None:
    accounts = sales_service.entities["accounts"]
    sales.admin("requests/reset", {})
    found = sales_service.query(accounts).order_by(accounts.accountnumber.asc()).all()
    assert names(found, "accountnumber") == ["A1", "A2", "N0", "N1", "N2"]
    assert sales.admin("requests")["GET"] == 3
    assert sales_service.query(accounts).count() == 5
    query = sales_service.query(accounts)
    chosen = query.filter(query.or_(accounts.accountnumber == "A1", accounts.name.startswith("account 2"))).all()
    assert sorted(names(chosen, "accountnumber")) == ["A1", "N2"]


def test_customers_are_paged_counted_and_filtered(scm_service: ODataService, scm: Caller) -> None:
    customers = scm_service.entities["CustomersV2"]
    scm.admin("requests/reset", {})
    found = scm_service.query(customers).order_by(customers.CustomerAccount.desc()).all()
    assert names(found, "CustomerAccount") == ["O'3", "C2", "C1"]
    assert scm.admin("requests")["GET"] == 2
    assert scm_service.query(customers).count() == 3
    one = scm_service.query(customers).get(dataAreaId="usmf", CustomerAccount="O'3")
    assert one.OrganizationName == "Customer O'3"


def test_enumerations_are_pythons(scm_service: ODataService) -> None:
    customers = scm_service.entities["CustomersV2"]
    kind = scm_service.types["Microsoft.Dynamics.DataEntities.NoYes"]
    found = scm_service.query(customers).filter(customers.IsExternallyMaintained == kind.Yes).all()
    assert [one.IsExternallyMaintained for one in found] == [kind.Yes] * 3


def test_what_hangs_together_is_expanded(sales_service: ODataService, scm_service: ODataService) -> None:
    accounts, lines = sales_service.entities["accounts"], scm_service.entities["CDSSalesOrderLines"]
    account = (
        sales_service.query(accounts).expand(accounts.transactioncurrencyid).filter(accounts.name == "Adventure Works")
    )
    assert account.first().transactioncurrencyid.isocurrencycode == "USD"
    line = scm_service.query(lines).filter(lines.LineCreationSequenceNumber == 2).first()
    assert (line.OrderedSalesQuantity, line.SalesPrice) == (Decimal(3), Decimal(100))


def test_other_companies_are_asked_for_by_a_parameter_of_the_session(scm: Caller, connect: Connect) -> None:
    """data-entities/odata: cross-company."""
    create(scm, "CustomersV2", customer("C1"))
    create(scm, "CustomersV2", customer("F1", dataAreaId="frsi", SalesCurrencyCode="EUR"))
    service = connect(scm, "/data")
    customers = service.entities["CustomersV2"]
    assert names(service.query(customers), "CustomerAccount") == ["C1"]
    service.default_context.connection.session.params = {"cross-company": "true"}
    assert sorted(names(service.query(customers), "CustomerAccount")) == ["C1", "F1"]


def test_a_changed_column_is_written_and_read_back(sales_service: ODataService, scm_service: ODataService) -> None:
    accounts, customers = sales_service.entities["accounts"], scm_service.entities["CustomersV2"]
    account = sales_service.query(accounts).get(ACCOUNT)
    account.name = "Renamed"
    sales_service.save(account)
    assert (account.name, account._transactioncurrencyid_value) == ("Renamed", USD)
    one = scm_service.query(customers).get(dataAreaId="usmf", CustomerAccount="C1")
    one.OrganizationName = "Renamed"
    scm_service.save(one)
    assert one.OrganizationName == "Renamed"


def test_a_new_row_is_written(sales_service: ODataService, scm_service: ODataService) -> None:
    accounts, customers = sales_service.entities["accounts"], scm_service.entities["CustomersV2"]
    account = accounts()
    account.name, account.accountnumber = "New", "NEW"
    sales_service.save(account)
    assert sales_service.query(accounts).filter(accounts.accountnumber == "NEW").first().name == "New"
    one = customers()
    kind = scm_service.types["Microsoft.Dynamics.DataEntities.NoYes"]
    for name, value in customer("NEW", IsExternallyMaintained=kind.Yes).items():
        setattr(one, name, value)
    scm_service.save(one)
    assert (one.dataAreaId, one.IsExternallyMaintained) == ("usmf", kind.Yes)


def test_a_refusal_is_read(sales_service: ODataService, scm_service: ODataService) -> None:
    """webapi/compose-http-requests-handle-errors, and data-entities/odata for the inner error."""
    accounts, customers = sales_service.entities["accounts"], scm_service.entities["CustomersV2"]
    account = sales_service.query(accounts).get(ACCOUNT)
    account.name = "x" * 161
    with pytest.raises(ODataError, match="0x80044331"):
        sales_service.save(account)
    one = scm_service.query(customers).get(dataAreaId="usmf", CustomerAccount="C1")
    one.CustomerGroupId = "none"
    with pytest.raises(ODataError, match="is not found in the related table"):
        scm_service.save(one)
