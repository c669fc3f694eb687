"""Sales people and ERP clerks at work, each through the protocol or the admin path of their system.

They pick a record by a number that chance gives them. What their system refuses they leave; what it answers otherwise than a
system would, raises.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import httpx

from p2c_assets.mappings.schema import System
from p2c_assets.sandbox import exact_json
from p2c_assets.sandbox.scenario.companies import USMF
from p2c_assets.sandbox.scenario.sales_rows import identity
from p2c_assets.sandbox.serve import CLIENT_ID, CLIENT_SECRET, TENANT
from p2c_assets_tests.chaos import world
from p2c_assets_tests.chaos.systems import URLS, Twins

Row = Mapping[str, Any]
ROOTS: Mapping[System, str] = {"sales": "/api/data/v9.2", "scm": "/data"}
BIND = "@odata.bind"
NOT_IN_THE_TWIN = 501


class Desk:
    """One system as its people see it."""

    def __init__(self, twins: Twins, system: System) -> None:
        self._twins = twins
        self._system: System = system
        self._http = httpx.Client(base_url=URLS[system], transport=twins.direct(), timeout=None)
        form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        scope = {"scope": f"{URLS[system]}/.default"}
        answer = self._http.post(f"/{TENANT}/oauth2/v2.0/token", data={**form, **scope})
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}", "Content-Type": "application/json"}

    def rows(self, entity_set: str) -> list[dict[str, Any]]:
        """Everything of a set, as it is stored."""
        with self._twins.admin(self._system) as admin:
            return admin.rows(entity_set)

    def pick(self, entity_set: str, chance: int) -> dict[str, Any] | None:
        """One of its rows; None where there are none."""
        rows = self.rows(entity_set)
        return rows[chance % len(rows)] if rows else None

    def ask(self, method: str, path: str, body: object = None) -> bool:
        """Whether the system did it. Raises for an answer that is neither yes nor a refusal nor the twin's 501."""
        content = b"" if body is None else exact_json.dumps(body)
        headers = {**self._headers, **({"If-Match": "*"} if method == "PATCH" else {})}
        answer = self._http.request(method, f"{ROOTS[self._system]}/{path}", content=content, headers=headers)
        assert answer.status_code < 500 or answer.status_code == NOT_IN_THE_TWIN, (method, path, body, answer.text)
        return answer.is_success

    def administer(self, action: str, document: object) -> bool:
        """The same on the admin path."""
        answer = self._http.post(f"/_sandbox/{action}", content=exact_json.dumps(document), headers=self._headers)
        assert answer.status_code in (200, 400, NOT_IN_THE_TWIN), (action, document, answer.text)
        return answer.is_success

    def advance(self) -> None:
        """Let a day pass."""
        with self._twins.admin(self._system) as admin:
            admin.advance()


class SalesPeople(Desk):
    """Those who work in Sales."""

    def __init__(self, twins: Twins) -> None:
        super().__init__(twins, "sales")

    def edit(self, entity_set: str, key: str, chance: int, values: Row) -> str | None:
        """Change a record; its id where Sales let them."""
        row = self.pick(entity_set, chance)
        if row is None or not self.ask("PATCH", f"{entity_set}({row[key]})", values):
            return None
        return str(row[key])

    def delete(self, entity_set: str, key: str, chance: int) -> dict[str, Any] | None:
        """Delete a record; what it was where Sales let them."""
        row = self.pick(entity_set, chance)
        return row if row is not None and self.ask("DELETE", f"{entity_set}({row[key]})") else None

    def write(self, entity_set: str, number: str, chance: int, quantity: int) -> bool:
        """Write a quote or an order of one line, as a draft."""
        parent, name, key = _DOCUMENTS[entity_set]
        account = self.pick("accounts", chance)
        product = self.pick("products", chance)
        if account is None or product is None:
            return False
        document = identity(parent, number)
        header = {
            key: document,
            name: number,
            "name": f"Written as {number}",
            f"customerid_account{BIND}": f"/accounts({account['accountid']})",
            f"pricelevelid{BIND}": f"/pricelevels({identity('pricelevel', USMF.price_list)})",
            f"transactioncurrencyid{BIND}": f"/transactioncurrencies({identity('transactioncurrency', USMF.currency)})",
            f"ownerid{BIND}": f"/teams({USMF.owner_team})",
        }
        line = {
            f"{parent}id{BIND}": f"/{entity_set}({document})",
            f"productid{BIND}": f"/products({product['productid']})",
            f"uomid{BIND}": f"/uoms({identity('uom', world.UNIT)})",
            "quantity": Decimal(quantity),
        }
        return self.ask("POST", entity_set, header) and self.ask("POST", f"{parent}details", line)

    def activate(self, entity_set: str, chance: int) -> bool:
        """Activate a document with the button of the app, which takes a day."""
        parent, name, _ = _DOCUMENTS[entity_set]
        row = self.pick(entity_set, chance)
        if row is None:
            return False
        action = "activate_order" if parent == "salesorder" else "activate_quote"
        done = self.administer("agenda", {"items": [{"action": action, name: row[name]}]})
        self.advance()
        return done

    def revise_quote(self, chance: int) -> bool:
        """Close a quote and write it anew."""
        row = self.pick("quotes", chance)
        if row is None:
            return False
        close = {"quoteid@odata.bind": f"/quotes({row['quoteid']})", "@odata.type": f"{_TYPES}quoteclose"}
        self.ask("POST", "CloseQuote", {"QuoteClose": close, "Status": 5})
        return self.ask("POST", "ReviseQuote", {"QuoteId": row["quoteid"], "ColumnSet": {"AllColumns": True}})

    def cancel_order(self, chance: int) -> str | None:
        """Cancel an order; its number where Sales let them."""
        row = self.pick("salesorders", chance)
        if row is None:
            return None
        close = {
            "salesorderid@odata.bind": f"/salesorders({row['salesorderid']})",
            "@odata.type": f"{_TYPES}orderclose",
        }
        done = self.ask("POST", "CancelSalesOrder", {"OrderClose": close, "Status": -1})
        return str(row["ordernumber"]) if done else None


class Clerks(Desk):
    """Those who work in the ERP."""

    def __init__(self, twins: Twins) -> None:
        super().__init__(twins, "scm")

    def edit(self, entity_set: str, key: Sequence[str], chance: int, values: Row) -> dict[str, Any] | None:
        """Change a record; what it was where the ERP let them."""
        row = self.pick(entity_set, chance)
        return row if row is not None and self.ask("PATCH", _path(entity_set, key, row), values) else None

    def delete(self, entity_set: str, key: Sequence[str], chance: int) -> dict[str, Any] | None:
        """Delete a record; what it was where the ERP let them."""
        row = self.pick(entity_set, chance)
        return row if row is not None and self.ask("DELETE", _path(entity_set, key, row)) else None

    def post(self, document: str, chance: int) -> str | None:
        """Confirm, pick, deliver, invoice or cancel an order; its number where the ERP let them."""
        row = self.pick("CDSSalesOrderHeaders", chance)
        if row is None:
            return None
        order = {"dataAreaId": world.COMPANY, "SalesOrderNumber": row["SalesOrderNumber"], "document": document}
        return str(row["SalesOrderNumber"]) if self.administer("post", order) else None

    def close_quotation(self, chance: int, status: str, order: str) -> str | None:
        """Send, lose, cancel or confirm a quotation, which makes an order; the quotation's number where the ERP let them."""
        row = self.pick("CDSSalesQuotationHeaders", chance)
        if row is None:
            return None
        number = str(row["SalesQuotationNumber"])
        document = {"dataAreaId": world.COMPANY, "SalesQuotationNumber": number, "status": status}
        return number if self.administer("quotation", {**document, "SalesOrderNumber": order}) else None

    def calculate_totals(self) -> bool:
        """Run the batch job Calculate sales totals."""
        return self.administer("jobs", {"job": "calculate_sales_totals"}) and self.administer("jobs/run", {})

    def change_product(self, chance: int, values: Row) -> bool:
        """Change a released product."""
        row = self.pick("_released_products", chance)
        key = {"dataAreaId": world.COMPANY, "ProductNumber": row["ProductNumber"]} if row else {}
        return self.administer("alter", {"set": "_released_products", "key": key, "values": values})

    def book_order(self, number: str, chance: int, quantity: int) -> bool:
        """Take an order of a customer that comes from Sales."""
        customer, product = self.pick("CustomersV2", chance), self.pick("_released_products", chance)
        if customer is None or product is None:
            return False
        key = {"dataAreaId": world.COMPANY, "SalesOrderNumber": number}
        header = {
            **key,
            "OrderingCustomerAccountNumber": customer["CustomerAccount"],
            "CurrencyCode": USMF.currency,
        }
        line = {
            **key,
            "LineCreationSequenceNumber": 1,
            "ProductNumber": product["ProductNumber"],
            "OrderedSalesQuantity": Decimal(quantity),
            "SalesUnitSymbol": "ea",
            "SalesPrice": product["SalesPrice"],
        }
        return self.ask("POST", "CDSSalesOrderHeaders", header) and self.ask("POST", "CDSSalesOrderLines", line)


_TYPES = "#Microsoft.Dynamics.CRM."
_DOCUMENTS = {
    "quotes": ("quote", "quotenumber", "quoteid"),
    "salesorders": ("salesorder", "ordernumber", "salesorderid"),
}


def _path(entity_set: str, key: Sequence[str], row: Row) -> str:
    literals = [f"{name}={_literal(row[name])}" for name in ("dataAreaId", *key)]
    return f"{entity_set}({','.join(literals)})"


def _literal(value: object) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"
