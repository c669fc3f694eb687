"""The largest page and the largest batch, answered whole."""

from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.messages import Request
from p2c_assets.sandbox.store import Store
from p2c_assets_tests.sandbox.dataverse.multipart import batch, changeset, operation, statuses
from p2c_assets_tests.sandbox.dataverse.world import API, guid, line, order, rows

HEADERS = {"host": "sales.test"}


def _twin() -> DataverseTwin:
    twin = DataverseTwin(Store("sales"))
    twin.load(rows(), plugins=False)
    return twin


def test_a_page_holds_5000_rows_and_says_that_there_are_more() -> None:
    twin = _twin()
    twin.load(
        {"salesorderdetails": [{"quantity": n, "priceperunit": n, "tax": n} for n in range(20_000)]}, plugins=False
    )
    names = "lineitemnumber,sequencenumber,_productid_value,quantity,_uomid_value,priceperunit,tax,extendedamount"
    headers = {**HEADERS, "prefer": 'odata.maxpagesize=5000,odata.include-annotations="*"'}
    request = Request.of("GET", f"{API}/salesorderdetails?$select={names}", headers)
    response = twin.handle(request)
    assert response.status == 200
    assert response.body.count(b'"@odata.etag"') == 5000
    assert b'"@odata.nextLink"' in response.body


def test_a_batch_of_1000_operations_is_done_whole() -> None:
    twin = _twin()
    parts = [_document(number) for number in range(200)]
    body = batch(*parts).replace("\n", "\r\n").encode()
    headers = {**HEADERS, "content-type": "multipart/mixed; boundary=batch_1", "prefer": "odata.continue-on-error"}
    response = twin.handle(Request.of("POST", f"{API}/$batch", headers, body))
    assert statuses(response.body.decode()) == [204] * 1000


def _document(number: int) -> str:
    key = guid(70, number)
    header = operation("POST", "salesorders", {**order(f"SO-{number}"), "salesorderid": key}, "1")
    lines = [operation("POST", "salesorderdetails", line(key, quantity=str(n)), str(n)) for n in range(2, 6)]
    return changeset(header, *lines, boundary=f"changeset_{number}")
