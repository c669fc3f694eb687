import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from p2c_assets.definitions import build_defs
from p2c_assets.defs.jobs import FLOWS, PLAN
from p2c_assets.defs.tags import DRY_RUN, MODE
from p2c_assets.errors import SettingsError
from p2c_assets.mappings.catalogue import tasks
from p2c_assets.mappings.model import KEY_CLAIMS
from p2c_assets.settings import MappingSettings, build
from p2c_assets_tests.defs.graph import SNAPSHOT, SYSTEM, definitions, rendered


def test_the_asset_graph_is_as_last_reviewed() -> None:
    assert rendered(definitions("usmf")) == SNAPSHOT.read_text(encoding="utf-8")


def test_everything_but_the_tables_of_sales_is_partitioned_by_company() -> None:
    graph = definitions("usmf", "demf").resolve_asset_graph()
    whole = {key for key in graph.get_all_asset_keys() if not graph.get(key).partitions_def}
    assert whole == {key for key in graph.get_all_asset_keys() if key.path[:2] == ["raw", "sales"]}
    assert len(whole) == 16


def test_every_row_that_readiness_looks_at_stands_before_it_in_the_graph() -> None:
    graph = definitions("usmf").resolve_asset_graph()
    upstream = {key.to_user_string() for key in _ancestors(graph, dg.AssetKey(["readiness", "documents"]))}
    names = {name for task in tasks(MappingSettings()).values() for name in task.inputs} - {KEY_CLAIMS}
    assert {"raw/" + name.replace(".", "/") for name in names} - upstream == set()


def test_readiness_is_a_job_of_its_own_and_no_part_of_the_chain() -> None:
    jobs = {job.name: job for job in definitions("usmf").resolve_all_job_defs()}
    looked = {job: {key.path[-1] for key in jobs[job].asset_layer.executable_asset_keys} for job in jobs}
    assert looked["readiness"] == {"sales", "scm", "company"}
    assert {key.path[0] for key in jobs["readiness_documents"].asset_layer.executable_asset_keys} == {
        "raw",
        "readiness",
    }
    chain = jobs["prospect_to_cash"].asset_layer.executable_asset_keys
    assert "readiness" not in {key.path[0] for key in chain}


def test_every_asset_has_a_group_kinds_owners_and_a_description() -> None:
    graph = definitions("usmf").resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert (bool(node.kinds), bool(node.owners), bool(node.description)) == (True, True, True), key


def test_two_code_locations_with_different_companies_live_in_one_process() -> None:
    first, second = definitions("usmf"), definitions("demf", "gbsi")
    keys = [
        defs.resolve_asset_graph().get(dg.AssetKey(["reconciled", "orders"])).partitions_def.get_partition_keys()
        for defs in (first, second)
    ]
    assert keys == [["usmf"], ["demf", "gbsi"]]


def test_there_is_a_job_for_everything_and_one_per_flow() -> None:
    names = {job.name for job in definitions("usmf").resolve_all_job_defs()}
    assert {"read_sales", "prospect_to_cash", "plan", "approve_plan", *FLOWS} <= names


def test_the_job_that_plans_delivers_and_reconciles_nothing_and_is_a_dry_run() -> None:
    job = definitions("usmf").resolve_job_def(PLAN)
    stages = {key.path[0] for key in job.asset_layer.selected_asset_keys}
    assert (stages, job.tags[MODE]) == ({"raw", "mapped", "planned"}, DRY_RUN)


def test_every_task_has_its_mapped_asset() -> None:
    graph = definitions("usmf").resolve_asset_graph()
    mapped = {"/".join(key.path[1:]) for key in graph.get_all_asset_keys() if key.path[0] == "mapped"}
    assert mapped == {task.asset for task in tasks(MappingSettings()).values()}


def test_an_asset_key_stands_as_a_key_in_exactly_one_place_of_the_code() -> None:
    defs = Path(__file__).parents[2] / "p2c_assets" / "defs"
    modules = [*sorted((defs / "flows").glob("*.py")), defs / "readiness.py"]
    code = "\n".join(path.read_text(encoding="utf-8") for path in modules)
    keys = ["/".join(key.path) for key in definitions("usmf").resolve_asset_graph().get_all_asset_keys()]
    assert {key: len(re.findall(rf'@stage\.\w+\(\s*"{key}"', code)) for key in keys} == dict.fromkeys(keys, 1)


def test_what_a_mapping_reads_stands_before_it_in_the_graph() -> None:
    graph = definitions("usmf").resolve_asset_graph()
    for task in tasks(MappingSettings()).values():
        upstream = {key.to_user_string() for key in _ancestors(graph, dg.AssetKey(["mapped", *task.asset.split("/")]))}
        read = {"raw/" + name.replace(".", "/") for name in task.inputs if name != KEY_CLAIMS}
        assert read - upstream == set(), task.name


def _ancestors(graph: Any, key: dg.AssetKey) -> set[dg.AssetKey]:
    parents = set(graph.get(key).parent_keys)
    return parents.union(*(_ancestors(graph, parent) for parent in parents))


def test_a_mapping_override_of_an_unknown_field_stops_the_code_location_with_the_known_names() -> None:
    system = {**SYSTEM, "client_secret": "s"}
    company = {"usmf": {"business_unit": "b", "owner_team": "t", "currency": "USD"}}
    wrong = {"accounts_to_customers": {"CustomerGroup": {"constant": "20"}}}
    with pytest.raises(
        SettingsError, match=r"accounts_to_customers\.CustomerGroup does not exist; known: .*CustomerGroupId"
    ):
        build_defs(build({"sales": system, "scm": system, "companies": company, "mappings": wrong}, Path()))


def test_nothing_is_read_at_import(tmp_path: Path) -> None:
    """Neither a configuration file nor a variable is there: importing is no reason to look for them."""
    done = subprocess.run(
        [sys.executable, "-c", "import p2c_assets.definitions, p2c_assets.cli.app"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
