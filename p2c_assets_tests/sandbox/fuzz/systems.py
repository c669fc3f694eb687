"""The two systems as the random requests see them: a start state each, how answers are judged, where batches go."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis.strategies import SearchStrategy

from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.exact_json import dumps
from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.twin import Twin
from p2c_assets_tests.sandbox.dataverse import world
from p2c_assets_tests.sandbox.finops.scm_rows import REFERENCE, customer, order, order_line, quotation, quotation_line
from p2c_assets_tests.sandbox.fuzz import sales_requests, scm_requests
from p2c_assets_tests.sandbox.fuzz.judgement import Judge, check_sales, check_scm
from p2c_assets_tests.sandbox.fuzz.pieces import BOUNDARY, Part, Sent, multipart
from p2c_assets_tests.sandbox.fuzz.sales_rows import LOOSE_ACCOUNT, ORDER, ORDER_LINE, QUOTE
from p2c_assets_tests.sandbox.fuzz.twins import Example, State


@dataclass(frozen=True)
class System:
    """One of the two. continues: whether a batch goes on after a failed part without being asked to."""

    name: str
    root: str
    make: Callable[[Store], Twin]
    state: Callable[[], State]
    judge: Judge
    operations: SearchStrategy[Sent]
    parts: SearchStrategy[list[Part]]
    continues: bool

    def example(self) -> Example:
        """A twin in its start state."""
        return Example(self.name, self.make, self.state())

    def batch(self, body: bytes, headers: Mapping[str, str]) -> Sent:
        """A `$batch` with this body."""
        content_type = f"multipart/mixed; boundary={BOUNDARY}"
        return Sent("POST", f"{self.root}/$batch", {"Content-Type": content_type, **headers}, body)

    def batch_of(self, parts: list[Part], *, goes_on: bool) -> Sent:
        return self.batch(multipart(parts), {"Prefer": "odata.continue-on-error"} if goes_on else {})


@cache
def sales_state() -> State:
    """The rows of `world`, an order and a quote with a line each, an account that nothing refers to."""
    loose = {"accountid": LOOSE_ACCOUNT, "name": "Loose", "accountnumber": "L1"}
    rows = world.rows()
    example = Example("sales", DataverseTwin, {})
    example.admin("load", {"rows": {**rows, "accounts": [*rows["accounts"], loose]}})
    _post(
        example,
        world.API,
        {
            "salesorders": {**world.order("SO-1"), "salesorderid": ORDER},
            "salesorderdetails": {**world.line(ORDER), "salesorderdetailid": ORDER_LINE},
            "quotes": {**world.order(), "quoteid": QUOTE},
            "quotedetails": world.line(QUOTE, parent="quote"),
        },
    )
    return example.state()


@cache
def scm_state() -> State:
    """Customer C1 with an order and a quotation of a line each, and a customer that nothing refers to."""
    example = Example("scm", FinopsTwin, {})
    example.admin("load", {"rows": REFERENCE})
    _post(example, "/data", {"CustomersV2": customer("LOOSE")})
    _post(
        example,
        "/data",
        {
            "CustomersV2": customer(),
            "CDSSalesOrderHeaders": order(),
            "CDSSalesOrderLines": order_line(),
            "CDSSalesQuotationHeaders": quotation(),
            "CDSSalesQuotationLines": quotation_line(),
        },
    )
    return example.state()


def _post(example: Example, root: str, bodies: Mapping[str, Any]) -> None:
    for entity_set, body in bodies.items():
        created = example.send(Sent("POST", f"{root}/{entity_set}", {}, dumps(body)))
        assert created.status in {201, 204}, created.body


SALES = System(
    "sales",
    world.API,
    DataverseTwin,
    sales_state,
    check_sales,
    sales_requests.operations(),
    sales_requests.parts(),
    continues=False,
)
SCM = System(
    "scm", "/data", FinopsTwin, scm_state, check_scm, scm_requests.operations(), scm_requests.parts(), continues=True
)
