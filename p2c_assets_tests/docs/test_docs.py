"""The documentation says everything there is, and nothing that is not there."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from p2c_assets.cli.app import app
from p2c_assets.defs import checks
from p2c_assets.defs.approve import APPROVE_PLAN
from p2c_assets.defs.jobs import FLOWS, PLAN, PROSPECT_TO_CASH, READ_SALES, READINESS, READINESS_OF_ROWS
from p2c_assets.mappings.catalogue import SHIPPED
from p2c_assets.mappings.reasons import REASONS
from p2c_assets.readiness.kinds import KINDS
from p2c_assets.reconcile import parts
from p2c_assets.reconcile.compare import UNEXPLAINED
from p2c_assets.reconcile.sides import SIDES
from p2c_assets.settings import ApprovalSettings, Company, FlowApproval, MappingSettings, Settings, load
from p2c_assets_tests.docs import reasons_page
from p2c_assets_tests.docs.pages import PAGES, ROOT, anchors, blocks, everything, links, rows, text

FED_FROM_ELSEWHERE = {"companies", "value_maps", "overrides"}
"""Fields of MappingSettings that come from sections of their own."""
COST_TOLERANCE = 15


class Setting(NamedTuple):
    """One row of docs/settings.md."""

    name: str
    default: str
    variable: str


def in_code(model: type[BaseModel], prefix: tuple[str, ...] = ()) -> Iterator[Setting]:
    """Every setting of a model, nested ones by their own names."""
    for name, field in model.model_fields.items():
        path = (*prefix, name)
        if path == ("companies",):
            yield from in_code(Company, ("companies", "<id>"))
        elif path[0] == "approval" and name in FLOWS:
            yield from in_code(FlowApproval, ("approval", "<flow>")) if name == FLOWS[0] else ()
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from in_code(field.annotation, path)
        elif not (model is MappingSettings and name in FED_FROM_ELSEWHERE):
            yield Setting(".".join(path), default_of(path, field), "P2C_" + "__".join(path).upper())


def default_of(path: tuple[str, ...], field: FieldInfo) -> str:
    if path == ("companies", "<id>", "id"):
        return "the table's name"
    if field.is_required():
        return "required"
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    return "none" if value is None else json.dumps(str(value) if isinstance(value, Path) else value)


def in_settings_page() -> Iterator[Setting]:
    for cells in rows("settings.md"):
        if len(cells) == 5 and cells[0].startswith("`"):
            yield Setting(*(cells[position].strip("`") for position in (0, 2, 3)))


def test_every_setting_is_documented_with_its_default_and_variable_and_no_other() -> None:
    assert sorted(in_settings_page()) == sorted(in_code(Settings))


def another(setting: Setting) -> str:
    """A value other than the default that the setting takes, as a variable holds it."""
    choices = {
        "mapping.delivered_option": "packing_slip",
        "mapping.quote_address": "template",
        "approval.<flow>.mode": "always",
        "approval.<flow>.max_share_changed": "0.9",
        "approval.<flow>.max_money_delta": '{"USD": 1000}',
        "reading.sales": "pages",
        "reading.scm": "packages",
        "sensors.scm_interval_s_by_entity": '{"customers_v2": 60}',
        "delivery.deleted_lines.quotes": "keep",
        "delivery.deleted_lines.orders": "delete",
        "delivery.deleted_lines.returned_orders": "keep",
        "companies.<id>.confirmed": '["site"]',
        "readiness.solution_version": "2.0",
        "readiness.sales_version": "9.0",
        "readiness.scm_application_version": "10.0",
        "readiness.scm_platform_version": "7.1",
        **{f"delivery.conflicts.{flow}": "hold" for flow in FLOWS},
        **{f"delivery.removals.{kind}": "deactivate" for kind in ("accounts", "contacts", "products")},
        "delivery.conflicts.repeats": "5",
        "reading.packages": '{"customers_v2": "customers of {company}"}',
    }
    by_default = {
        "true": "false",
        "false": "true",
        "{}": '{"a": "b"}',
        '{"JPY": 0}': '{"BHD": 3}',
        "required": "other",
        "[]": '["a@b.example"]',
    }
    nested = {"mappings": '{"a": {"b": "c"}}', "value_maps": '{"a": {"b": "c"}}'}
    is_number = re.fullmatch(r"[\d.]+", setting.default) is not None
    usual = "3" if is_number else by_default.get(setting.default, "other")
    return {**choices, **nested}.get(setting.name, usual)


def with_other_values() -> list[Setting]:
    """All settings but the one that has just one value."""
    return [setting for setting in in_settings_page() if setting.name != "mapping.rounding"]


def valued(settings: Settings, name: str) -> Any:
    found: Any = settings
    for part in name.replace("<id>", "usmf").replace("<flow>", "accounts").split("."):
        found = found[part] if isinstance(found, Mapping) else getattr(found, part)
    return found


@pytest.mark.parametrize("setting", with_other_values(), ids=lambda setting: setting.name)
def test_every_documented_variable_sets_its_setting(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    for system in ("SALES", "SCM"):
        monkeypatch.setenv(f"P2C_{system}__CLIENT_SECRET", "hush")
    shipped = load(ROOT / "p2c.toml")
    monkeypatch.setenv(setting.variable.replace("<ID>", "USMF").replace("<FLOW>", "ACCOUNTS"), another(setting))
    assert valued(load(ROOT / "p2c.toml"), setting.name) != valued(shipped, setting.name)


def test_the_flows_that_may_be_approved_are_all_flows_and_orders_alone_has_a_default_of_its_own() -> None:
    shares = {flow: ApprovalSettings().of(flow).max_share_changed for flow in FLOWS}
    assert {flow: share for flow, share in shares.items() if share != FlowApproval().max_share_changed} == {
        "orders": 1.0
    }
    assert "`1.0` for orders" in text("settings.md")


def test_every_task_is_in_the_mappings_page() -> None:
    assert [task.name for task in SHIPPED if task.name not in text("mappings.md")] == []


def test_the_reasons_page_is_made_from_the_catalogue() -> None:
    hint = "write it anew: python -m p2c_assets_tests.docs.reasons_page"
    assert text("reasons.md") == reasons_page.page(), hint
    assert [code for code in REASONS if f"`{code}`" not in text("reasons.md")] == []


def test_every_class_of_difference_is_documented_and_no_other() -> None:
    section = text("reasons.md").partition("## Classes of difference")[2]
    documented = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    born = {name for sql in SIDES.values() for name in re.findall(r"THEN '(\w+)'", sql)}
    assert documented == {*UNEXPLAINED, *born, *parts.CLASSES, "agreed", "in_flight", "tax_and_charges_of_scm"}


def test_every_check_and_every_job_is_in_the_operating_page() -> None:
    named = [
        *(check.name for check in (*checks.ON_MAPPED, *checks.ON_PLANNED, *checks.ON_DELIVERED, *checks.ON_RECONCILED))
    ]
    named += [READ_SALES, PROSPECT_TO_CASH, READINESS, READINESS_OF_ROWS, PLAN, APPROVE_PLAN, *FLOWS]
    assert [name for name in named if f"`{name}`" not in text("operating.md")] == []


def test_every_kind_of_finding_is_in_the_readiness_page_with_who_can_act_and_no_other() -> None:
    documented = {cells[0].strip("`"): cells[1:] for cells in rows("readiness.md") if len(cells) == 4}
    assert {code: (cells[0], cells[2]) for code, cells in documented.items() if code in KINDS} == {
        code: (kind.says, kind.owner) for code, kind in KINDS.items()
    }
    assert set(documented) - set(KINDS) <= {"finding", "---"}


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below one, with what a person types for it."""
    inner: Mapping[str, click.Command] | None = getattr(command, "commands", None)
    if inner is None:
        yield path, command
        return
    for name, found in inner.items():
        yield from commands(found, f"{path} {name}")


def without_argument(name: str) -> str:
    return name.removesuffix(" DIR").removesuffix(" FILE")


def test_every_command_is_in_the_readme_with_all_its_options() -> None:
    table = {cells[0].strip("`"): " ".join(cells) for cells in rows("README.md") if cells[0].startswith("`p2c ")}
    found = dict(commands(typer.main.get_command(app), "p2c"))
    assert sorted(without_argument(name) for name in table) == sorted(found)
    described = {without_argument(name): row for name, row in table.items()}
    options = [
        (name, option)
        for name, command in found.items()
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--") and option != "--help"
    ]
    assert [(name, option) for name, option in options if f"`{option}" not in described[name]] == []


def test_every_test_that_a_page_names_as_a_proof_exists() -> None:
    defined = {
        name
        for path in (ROOT / "p2c_assets_tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    named = set(re.findall(r"`(test_\w+)`", everything()))
    assert named
    assert sorted(named - defined) == []


def test_every_make_target_that_the_documentation_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)(?=$|`)", everything(), re.MULTILINE)) <= targets


def test_the_quick_start_is_two_commands() -> None:
    section = text("README.md").partition("## Quick start")[2].partition("\n## ")[0]
    shell = re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert shell == ["make demo\nmake test\n"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    broken = [target for target in links(path) if not leads_somewhere(path, target)]
    assert broken == []


def leads_somewhere(path: Path, target: str) -> bool:
    if re.match(r"[a-z]+:", target):
        return True
    place, _, anchor = target.partition("#")
    found = (path.parent / place).resolve() if place else path
    return found.exists() and (not anchor or anchor in anchors(found))


def test_files_that_the_documentation_names_exist() -> None:
    named = set(re.findall(r"`(p2c_assets/[\w./]+\.py|[a-z]+\.(?:toml|yaml))`", everything()))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_decision_is_numbered_in_a_row_and_names_what_was_rejected() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04d}" for number in range(1, len(decisions) + 1)]
    texts = [path.read_text(encoding="utf-8") for path in decisions]
    assert [
        body.partition("\n")[0] for body in texts if "**Decision.**" not in body or "**Rejected.**" not in body
    ] == []


def test_the_cost_of_the_smallest_flow_is_as_the_documentation_says() -> None:
    cells = [row for row in rows("adding-a-flow.md") if row[0].startswith("`p2c_assets/")]
    measured = {
        row[0].strip("`"): len((ROOT / row[0].strip("`")).read_text(encoding="utf-8").splitlines()) for row in cells
    }
    assert len(measured) == 3
    assert [name for (name, most, _) in cells if not 0 <= int(most) - measured[name.strip("`")] < COST_TOLERANCE] == []
    assert measured["p2c_assets/defs/flows/accounts.py"] + measured["p2c_assets/reconcile/accounts.py"] + 10 < 100


def test_python_examples_are_lines_of_the_code() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "p2c_assets").rglob("*.py"))
    squeezed = re.sub(r"\s+", "", code)
    examples = [block.body for block in blocks("adding-a-flow.md") if block.info == "python"]
    assert examples
    assert [body for body in examples if re.sub(r"\s+", "", body) not in squeezed] == []


def test_no_page_names_a_place_of_somebodys_machine() -> None:
    assert re.findall(r"(?<![\w.])/(?:work|tmp|home|Users|root)/\S*|\.\./shared\S*", everything()) == []
