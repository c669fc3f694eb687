"""The run history: what dagster.yaml names keeps runs and events for another process, through one engine for each file."""

from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy

from p2c_assets.defs import history

PROJECT = Path(__file__).parents[2]


@dg.asset(check_specs=[dg.AssetCheckSpec("fits", asset="figure")])
def figure() -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={"rows": 7}, check_results=[dg.AssetCheckResult(passed=True)])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dagster.yaml").write_text((PROJECT / "dagster.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_one_instance_wrote_another_reads(home: Path) -> None:
    with dg.DagsterInstance.get() as writing:
        done = dg.materialize([figure], instance=writing)
    with dg.DagsterInstance.get() as reading:
        run = reading.get_run_by_id(done.run_id)
        event = reading.get_latest_materialization_event(dg.AssetKey("figure"))
        checked = reading.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(dg.AssetKey("figure"), "fits"), limit=5
        )
    assert run is not None
    assert run.status == dg.DagsterRunStatus.SUCCESS
    assert event is not None
    assert event.asset_materialization is not None
    assert event.asset_materialization.metadata["rows"].value == 7
    assert [record.run_id for record in checked] == [done.run_id]
    assert {path.name for path in (home / ".p2c").rglob("*.db")} >= {"runs.db", "event_log.db"}


def test_two_instances_take_turns_on_the_same_files(home: Path) -> None:
    with dg.DagsterInstance.get() as one, dg.DagsterInstance.get() as other:
        runs = [dg.materialize([figure], instance=instance).run_id for instance in (one, other, one)]
        assert [run.run_id for run in other.get_runs()] == runs[::-1]
        assert [run.run_id for run in one.get_runs()] == runs[::-1]


def test_a_run_opens_each_file_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def counting(url: str, **options: object) -> sqlalchemy.Engine:
        opened.append(Path(url).name)
        return sqlalchemy.create_engine(url, **options)

    monkeypatch.setattr(history, "create_engine", counting)
    with dg.DagsterInstance.get() as instance:
        dg.materialize([figure], instance=instance)
        dg.materialize([figure], instance=instance)
    assert sorted(opened) == ["event_log.db", "runs.db"]
