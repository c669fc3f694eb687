"""The scenario played once for all tests of chains that begin where its second chain ends."""

import shutil
from collections.abc import Generator
from pathlib import Path
from typing import NamedTuple

import pytest

from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets_tests.chain.stage import Stage, scenario_settings, scenario_stage

AS_PLAYED = "as played"


class Once(NamedTuple):
    """The scenario after a chain of every company, a day of the ERP and another chain; kept beside it what it was then."""

    stage: Stage
    warehouse: Path

    def again(self, folder: Path) -> Stage:
        """The same stage as it was then, with its warehouse in another folder."""
        for url in (self.stage.sandbox.sales_url, self.stage.sandbox.scm_url):
            with AdminClient(url) as twin:
                twin.restore(AS_PLAYED)
        found = self.stage._replace(settings=scenario_settings(self.stage.sandbox, folder))
        found.settings.paths.warehouse.parent.mkdir(parents=True)
        shutil.copy(self.warehouse, found.settings.paths.warehouse)
        return found


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Generator[Once]:
    with scenario_stage(tmp_path_factory.mktemp("once")) as stage:
        runs = stage.chain()
        stage.let_a_day_pass()
        runs += stage.chain()
        assert [(run.company, run.problems) for run in runs if not run.succeeded] == []
        for url in (stage.sandbox.sales_url, stage.sandbox.scm_url):
            with AdminClient(url) as twin:
                twin.snapshot(AS_PLAYED)
        kept = tmp_path_factory.mktemp("kept") / "p2c.duckdb"
        shutil.copy(stage.settings.paths.warehouse, kept)
        yield Once(stage, kept)
