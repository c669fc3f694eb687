"""The page of proofs says what the code has: rules and tables."""

from p2c_assets.delivery.alterations import ALTERATIONS
from p2c_assets_tests.docs.pages import rows

SYSTEMS = {"sales": "Sales", "scm": "SCM"}


def test_every_rule_of_verification_is_documented_with_its_source_and_no_other() -> None:
    documented = [
        cells for cells in rows("proof.md") if cells[0].startswith("`") and len(cells) == 4 and cells[1][0] == "S"
    ]
    named = [
        [f"`{rule.name}`", ", ".join(SYSTEMS[system] for system in rule.systems), rule.what, rule.source]
        for rule in ALTERATIONS
    ]
    assert documented == named
