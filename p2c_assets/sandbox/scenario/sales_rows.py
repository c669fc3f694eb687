"""Rows of the Sales twin as its load request takes them: columns by logical name, lookups as `_name_value`.

Builders that the scenario and AdventureWorks share; what they are filled with is theirs. A row's id is a GUID made of its
table and natural key, so that loading the same data twice gives the same ids.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from p2c_assets.sandbox.scenario.companies import ROOT_BUSINESS_UNIT, ROOT_TEAM, SandboxCompany, price_list_name

_NAMESPACE = UUID("5a17d0b0-0000-4000-8000-5a9db0c5e5e5")

UNIT_GROUP = "Default Unit"
UNITS = ("Primary Unit", "Box", "Hour", "Kilogram", "Pallet")
"""Units of the one unit group. Pallet has no counterpart in SCM."""

Row = dict[str, Any]


def identity(table: str, *key: object) -> str:
    """The GUID of a row of sandbox data."""
    return str(uuid5(_NAMESPACE, "|".join((table, *map(str, key)))))


def lookup(column: str, target: str, *key: object) -> Row:
    """A lookup to a row of sandbox data by its natural key."""
    return {f"_{column}_value": identity(target, *key)}


def party(column: str, target: str, *key: object) -> Row:
    """A lookup that may lead to an account or to a contact."""
    return {**lookup(column, target, *key), f"{column}_type": target}


def owned_by(company: SandboxCompany | None) -> Row:
    """Owner of a row: the company's team; for None the team of the root business unit, which is no company's."""
    team, unit = (company.owner_team, company.business_unit) if company else (ROOT_TEAM, ROOT_BUSINESS_UNIT)
    return {
        "_ownerid_value": team,
        "ownerid_type": "team",
        "_owningteam_value": team,
        "_owningbusinessunit_value": unit,
    }


def currency(code: str) -> Row:
    return lookup("transactioncurrencyid", "transactioncurrency", code)


def business_units(companies: Sequence[SandboxCompany]) -> list[Row]:
    root = {"businessunitid": ROOT_BUSINESS_UNIT, "name": "Contoso", "isdisabled": False}
    return [root, *(_business_unit(company) for company in companies)]


def _business_unit(company: SandboxCompany) -> Row:
    parent = {"_parentbusinessunitid_value": ROOT_BUSINESS_UNIT}
    return {"businessunitid": company.business_unit, "name": company.name, "isdisabled": False, **parent}


def teams(companies: Sequence[SandboxCompany]) -> list[Row]:
    """The default team of every business unit, named like it."""
    root = {"teamid": ROOT_TEAM, "name": "Contoso", "_businessunitid_value": ROOT_BUSINESS_UNIT, "isdefault": True}
    return [root, *(_team(company) for company in companies)]


def _team(company: SandboxCompany) -> Row:
    unit = {"_businessunitid_value": company.business_unit}
    return {"teamid": company.owner_team, "name": company.name, "isdefault": True, "teamtype": 0, **unit}


def transaction_currency(code: str, name: str, symbol: str, precision: int, rate: str) -> Row:
    return {
        "transactioncurrencyid": identity("transactioncurrency", code),
        "isocurrencycode": code,
        "currencyname": name,
        "currencysymbol": symbol,
        "currencyprecision": precision,
        "exchangerate": Decimal(rate),
        "statecode": 0,
        "statuscode": 1,
    }


def unit_group() -> Row:
    return {"uomscheduleid": identity("uomschedule", UNIT_GROUP), "name": UNIT_GROUP, "baseuomname": UNITS[0]}


def unit(name: str) -> Row:
    """One unit of the group. Each is its own measure: quantities are never converted between them."""
    return {
        "uomid": identity("uom", name),
        "name": name,
        "quantity": Decimal(1),
        "isschedulebaseuom": name == UNITS[0],
        **lookup("uomscheduleid", "uomschedule", UNIT_GROUP),
    }


def price_list(code: str, name: str | None = None, end: str | None = None) -> Row:
    name = name or price_list_name(code)
    state = {"statecode": 0, "statuscode": 100001}
    return {"pricelevelid": identity("pricelevel", name), "name": name, "enddate": end, **currency(code), **state}


def price_list_item(product: str, code: str, unit_name: str, amount: Decimal) -> Row:
    name = price_list_name(code)
    return {
        "productpricelevelid": identity("productpricelevel", name, product, unit_name),
        "amount": amount,
        "pricingmethodcode": 1,
        "quantitysellingcode": 1,
        **lookup("pricelevelid", "pricelevel", name),
        **lookup("productid", "product", product),
        **lookup("uomid", "uom", unit_name),
        **lookup("uomscheduleid", "uomschedule", UNIT_GROUP),
        **currency(code),
    }


def product(number: str, name: str, unit_name: str, price: Decimal, cost: Decimal, code: str, **more: Any) -> Row:
    """An active product that came from SCM earlier: externally maintained, so that orders may carry it."""
    return {
        "productid": identity("product", number),
        "productnumber": number,
        "name": name,
        "price": price,
        "currentcost": cost,
        "quantitydecimal": 0,
        "producttypecode": 1,
        "productstructure": 1,
        "isstockitem": True,
        "msdynce_ismaintainedexternally": True,
        "statecode": 0,
        "statuscode": 1,
        **lookup("defaultuomid", "uom", unit_name),
        **lookup("defaultuomscheduleid", "uomschedule", UNIT_GROUP),
        **currency(code),
        **more,
    }


def account(company: SandboxCompany | None, number: str, name: str, **more: Any) -> Row:
    """An active account in its company's currency; `more` sets or overrides columns."""
    row = {
        "accountid": identity("account", number),
        "accountnumber": number,
        "name": name,
        "customertypecode": 3,
        "statecode": 0,
        "statuscode": 1,
        **owned_by(company),
        **currency(company.currency if company else "USD"),
    }
    return {**row, **more}


def contact(company: SandboxCompany | None, number: str, first: str | None, last: str | None, **more: Any) -> Row:
    """An active contact; `more` sets or overrides columns, such as the parent or msdynce_isactivecustomer."""
    row = {
        "contactid": identity("contact", number),
        "msdynce_contactnumber": number,
        "firstname": first,
        "lastname": last,
        "fullname": " ".join(part for part in (first, last) if part),
        "donotemail": False,
        "msdynce_isactivecustomer": False,
        "msdynce_iscompanyanaccount": more.get("parentcustomerid_type") == "account",
        "statecode": 0,
        "statuscode": 1,
        **owned_by(company),
        **currency(company.currency if company else "USD"),
    }
    return {**row, **more}
