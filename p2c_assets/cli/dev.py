"""`p2c dev`: the twins and the Dagster UI together, on what the demo left behind."""

import os
import sys
from pathlib import Path

import httpx

from p2c_assets.cli import processes, show
from p2c_assets.cli.warehouse import find_home
from p2c_assets.sandbox.scenario import loading as scenario
from p2c_assets.sandbox.serve import HOST
from p2c_assets.settings import config_path, load


def dev(port: int) -> None:
    """Run until Ctrl-C; everything started here ends with it."""
    processes.listen_for_the_end()
    settings = load(config_path())
    processes.check_that_twins_may_start(settings.sales.url, settings.scm.url)
    find_home()
    twins = settings.paths.warehouse.parent / "sandbox"
    is_new = not twins.exists()
    ports = [httpx.URL(system.url).port or 0 for system in (settings.sales, settings.scm)]
    with processes.sandbox(twins, *ports):
        if is_new:
            scenario.load(settings.sales.url, settings.scm.url)
        show.console.print(
            f"Dagster UI: http://{HOST}:{port}   twins: {settings.sales.url} {settings.scm.url}   Ctrl-C ends all"
        )
        dagster = str(Path(sys.executable).with_name("dagster"))
        with processes.started([dagster, "dev", "-h", HOST, "-p", str(port)], os.environ) as ui:
            try:
                ui.wait()
            except KeyboardInterrupt:
                show.console.print("ending the UI and the twins")
