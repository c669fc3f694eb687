"""The asset graph as text, one line per asset, so that a change of it is read in a diff.

After a change that is meant: `python -m p2c_assets_tests.defs.graph` writes the snapshot anew.
"""

from pathlib import Path
from typing import Any

import dagster as dg

from p2c_assets.definitions import build_defs
from p2c_assets.settings import build

SNAPSHOT = Path(__file__).with_name("asset_graph.txt")

SYSTEM: dict[str, Any] = {"url": "http://127.0.0.1:1", "token_url": "http://127.0.0.1:1/t", "client_id": "c"}


def definitions(*companies: str) -> dg.Definitions:
    """Definitions for some companies; nothing is asked of any system."""
    system = {**SYSTEM, "client_secret": "s"}
    found = {name: {"business_unit": name, "owner_team": name, "currency": "USD"} for name in companies}
    return build_defs(build({"sales": system, "scm": system, "companies": found}, Path()))


def rendered(defs: dg.Definitions) -> str:
    """Key, group, kinds, owners, partitions and checks of every asset, with what it depends on."""
    graph = defs.resolve_asset_graph()
    keys = sorted(graph.get_all_asset_keys(), key=lambda key: (graph.get(key).group_name, key.path))
    return "\n".join(_asset(graph.get(key), defs) for key in keys) + "\n"


def _asset(node: Any, defs: dg.Definitions) -> str:
    checks = sorted(key.name for key in defs.resolve_asset_graph().get_check_keys_for_assets({node.key}))
    partitions = "per company" if node.partitions_def else "all companies"
    parents = [f"    <- {parent.to_user_string()}" for parent in sorted(node.parent_keys, key=lambda key: key.path)]
    head = f"{node.key.to_user_string()}  [{node.group_name}; {', '.join(sorted(node.kinds))}; {node.owners[0]}; {partitions}]"
    return "\n".join([head, *(f"    check {name}" for name in checks), *parents])


if __name__ == "__main__":
    SNAPSHOT.write_text(rendered(definitions("usmf")), encoding="utf-8")
