"""A plan as it is shown: text, markdown, and nothing of a record that becomes markup."""

import json
from decimal import Decimal
from typing import Any

from p2c_assets.reports.plans import Plan, documents, money, risks
from p2c_assets.reports.plans_text import as_data, lines, markdown

PLAN = "`p2c approve PLAN`"


def row(document: str, risk: str | None, **more: Any) -> dict[str, Any]:
    change = {
        "entity": "customers_v2",
        "key": document,
        "field": "OrganizationName",
        "before": "",
        "after": "A | B\n<b>",
    }
    plain = {"action": "update", "money_delta": None, "money_currency": "USD", "hold": None, "hold_detail": None}
    return {
        **plain,
        "document": document,
        "risk": risk,
        "approval": None,
        "lines": 0,
        "changes": json.dumps([change]),
        **more,
    }


ROWS = [
    row("US-1", "new", action="create", money_delta=Decimal("10.5000")),
    row("US-2", "money", money_delta=Decimal("-0.5000")),
    row("US-3", None, action="unchanged"),
    row("US-4", "change", hold="guard", hold_detail=f"5 of 6 would change; {PLAN}", money_delta=Decimal(0)),
]
FOUND = Plan(
    "P7-1a2b", "scm/customers_from_accounts", "accounts", "usmf", "run1", None, documents(ROWS), {"unchanged": 1}
)


def test_what_waits_comes_first_then_the_gravest() -> None:
    assert [one.document for one in FOUND.documents] == ["US-4", "US-2", "US-1"]
    assert risks(FOUND.documents) == {"removal": 0, "money": 1, "state": 0, "change": 1, "new": 1}
    assert money(FOUND.documents) == {"USD": Decimal(10)}


def test_a_plan_is_told_with_how_to_release_it_and_every_field() -> None:
    assert list(lines([FOUND], 2)) == [
        "plan P7-1a2b: accounts of usmf, written to SCM",
        "    goes: 2 (money 1, new 1); waits: 1 (change 1); not written: unchanged 1",
        "    money: +10.00 USD",
        "    1 document waiting: 5 of 6 would change; `p2c approve P7-1a2b`",
        "    - US-4: update, change, waits for guard",
        "        customers_v2 US-4",
        "            OrganizationName                     (blank) -> A | B <b>",
        "    - US-2: update, money, -0.50 USD",
        "        customers_v2 US-2",
        "            OrganizationName                     (blank) -> A | B <b>",
        "    and 1 more (--all, --json, or --document NUMBER)",
        "",
        "1 plan with 3 documents to write, 1 of them waiting; 0 plans with nothing to write",
    ]


def test_the_table_on_the_asset_has_no_markup_of_the_data() -> None:
    table = markdown(FOUND.documents).splitlines()
    assert table[2] == "| US-4 | update, change, waits for guard | OrganizationName |  | A \\| B \\<b\\> |"
    assert markdown(()) == "nothing would be written"
    assert markdown(FOUND.documents * 10).endswith("and 15 more: `p2c plan --all`")


def test_the_same_as_data() -> None:
    (data,) = as_data([FOUND])
    assert (data["name"], data["waiting"], data["money"], data["others"]) == (
        "P7-1a2b",
        1,
        {"USD": "10.00"},
        {"unchanged": 1},
    )
    assert json.loads(json.dumps(data))["documents"][0]["fields"][0]["before"] == ""
