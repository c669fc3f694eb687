"""Reading what changed of Sales, against the twin over HTTP: links, deletions, expiry, replays, other columns."""

from collections.abc import AsyncIterator, Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from p2c_assets.connectors.dataverse.client import DataverseClient
from p2c_assets.connectors.protocol import Changes, ExpiredLinkError, NotTrackedError, Query
from p2c_assets.extraction import changes
from p2c_assets.extraction.changes import Read, read_changes
from p2c_assets.extraction.reader import Reading
from p2c_assets.mappings import sales
from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.store import Store
from p2c_assets.settings import SystemSettings
from p2c_assets.warehouse import bookmarks
from p2c_assets.warehouse.bookmarks import Bookmark
from p2c_assets.warehouse.database import Database, opened
from p2c_assets_tests.connectors.wire import run
from p2c_assets_tests.sandbox.running import CLIENT_ID, CLIENT_SECRET, TENANT, Caller, running

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
TABLE = sales.ACCOUNTS.table
API = "/api/data/v9.2"


def key(number: int) -> str:
    return f"00000007-0000-4000-8000-{number:012d}"


class Stage:
    """A twin with five accounts, and a warehouse."""

    def __init__(self, caller: Caller, database: Database) -> None:
        self.caller = caller
        self.database = database
        self.runs = 0

    def read(self, *, full: bool = False, page_size: int = 5000) -> Read:
        """One run's read of the accounts; its requests are in `asked`."""
        self.runs += 1
        reading = Reading(self.database, {}, f"run{self.runs}", NOW)
        before = self._gets()

        async def work() -> Read:
            async with DataverseClient.connect(self._settings(page_size)) as client:
                return await read_changes(reading, client, sales.ACCOUNTS, full=full)

        found = run(work())
        self.asked = self._gets() - before
        return found

    def pending(self, link: str) -> int:
        async def work() -> int:
            async with DataverseClient.connect(self._settings(5000)) as client:
                return await client.pending("accounts", link)

        return run(work())

    def names(self) -> dict[str, str]:
        rows = self.database.rows(f"SELECT accountnumber, name FROM raw.{TABLE} ORDER BY 1")
        return {str(number): str(name) for number, name in rows}

    def link(self) -> str:
        found = bookmarks.find(self.database, TABLE)
        assert found is not None
        return found.position

    def _settings(self, page_size: int) -> SystemSettings:
        return SystemSettings(
            url=self.caller.url,
            token_url=f"{self.caller.url}/{TENANT}/oauth2/v2.0/token",
            client_id=CLIENT_ID,
            client_secret=SecretStr(CLIENT_SECRET),
            page_size=page_size,
        )

    def _gets(self) -> int:
        return int(self.caller.admin("requests").get("GET", 0))


@pytest.fixture(scope="module")
def caller() -> Generator[Caller]:
    with running(DataverseTwin(Store("sales"))) as url, Caller.signed_in(url) as signed_in:
        yield signed_in


@pytest.fixture
def stage(caller: Caller, tmp_path: Path) -> Generator[Stage]:
    caller.admin("reset", {})
    rows = [{"accountid": key(number), "accountnumber": f"A{number}", "name": f"N{number}"} for number in range(5)]
    caller.admin("load", {"rows": {"accounts": rows}})
    with opened(tmp_path / "p2c.duckdb", 0) as database:
        bookmarks.prepare(database)
        yield Stage(caller, database)


def rename(stage: Stage, number: int, name: str) -> None:
    answer = stage.caller.patch(f"{API}/accounts({key(number)})", {"name": name}, If_Match="*")
    assert answer.status_code == 204, answer.text


def test_the_first_read_is_whole_and_says_why(stage: Stage) -> None:
    read = stage.read()
    assert (read.change.new, read.reader, read.link) == (5, changes.FIRST, stage.link())


def test_afterwards_only_what_changed_is_read_in_one_request(stage: Stage) -> None:
    stage.read()
    rename(stage, 3, "Renamed")
    read = stage.read()
    assert (read.change, read.reader, stage.asked) == ((1, 0, 1, 0), changes.DELTA, 1)
    assert stage.names()["A3"] == "Renamed"


def test_nothing_changed_costs_one_request_and_logs_nothing(stage: Stage) -> None:
    stage.read()
    assert (stage.read().change, stage.asked) == ((0, 0, 0, 0), 1)
    assert stage.database.value(f"SELECT count(*) FROM raw_log.{TABLE}") == 5


def test_a_deleted_row_becomes_a_tombstone(stage: Stage) -> None:
    stage.read()
    stage.caller.delete(f"{API}/accounts({key(2)})", If_Match="*")
    assert stage.read().change.deleted == 1
    assert sorted(stage.names()) == ["A0", "A1", "A3", "A4"]
    assert stage.database.rows(f"SELECT accountnumber, run FROM raw_log.{TABLE} WHERE deleted") == [("A2", "run2")]


def test_a_deletion_of_a_row_never_seen_is_nothing(stage: Stage) -> None:
    stage.read()
    stage.caller.post(f"{API}/accounts", {"accountid": key(9), "accountnumber": "A9", "name": "Short"})
    stage.caller.delete(f"{API}/accounts({key(9)})", If_Match="*")
    assert stage.read().change[1:] == (0, 0, 0)


def test_an_expired_link_means_everything_again_and_deletions_are_found_by_their_absence(stage: Stage) -> None:
    stage.read()
    stage.caller.delete(f"{API}/accounts({key(1)})", If_Match="*")
    rename(stage, 3, "Renamed")
    stage.caller.admin("advance", {"days": 60})
    read = stage.read()
    assert (read.change.changed, read.change.deleted) == (1, 1)
    assert "has expired" in read.reader
    assert stage.read().reader == changes.DELTA


def test_a_lost_link_means_everything_again(stage: Stage) -> None:
    stage.read()
    stage.caller.delete(f"{API}/accounts({key(1)})", If_Match="*")
    bookmarks.forget(stage.database, TABLE)
    read = stage.read()
    assert (read.reader, read.change.deleted) == (changes.FIRST, 1)


def test_a_link_for_other_columns_is_not_followed(stage: Stage) -> None:
    stage.read()
    bookmarks.put(stage.database, TABLE, None, Bookmark(stage.link(), "other columns"), "run", NOW)
    assert stage.read().reader == changes.RESHAPED


def test_a_replayed_link_does_no_harm(stage: Stage) -> None:
    stage.read()
    old = bookmarks.find(stage.database, TABLE)
    assert old is not None
    rename(stage, 3, "Renamed")
    stage.read()
    bookmarks.put(stage.database, TABLE, None, old, "run", NOW)
    assert stage.read().change == (1, 0, 0, 0)
    assert stage.names()["A3"] == "Renamed"


def test_a_row_older_than_ours_is_passed_over(stage: Stage) -> None:
    """What a page brought before another read brought a newer version."""
    stage.read()
    stage.database.run(f"UPDATE raw.{TABLE} SET name = 'Newer', versionnumber = 999999999 WHERE accountnumber = 'A3'")
    rename(stage, 3, "Older")
    assert stage.read().change.changed == 0
    assert stage.names()["A3"] == "Newer"
    assert stage.read(full=True).change.changed == 1


def test_a_full_read_that_was_asked_for_brings_a_new_link_and_what_changed_during_it(stage: Stage) -> None:
    stage.read()
    before = stage.link()
    rename(stage, 0, "Renamed")
    read = stage.read(full=True, page_size=2)
    assert (read.reader, read.change.changed, stage.link() == before) == (changes.ASKED, 1, False)
    assert stage.asked == 4  # three pages, and what changed while they were read


def test_the_pending_changes_are_counted_without_reading_them(stage: Stage) -> None:
    link = stage.read().link
    assert link is not None
    assert stage.pending(link) == 0
    rename(stage, 0, "Renamed")
    rename(stage, 1, "Renamed")
    assert stage.pending(link) == 2
    stage.caller.admin("advance", {"days": 60})
    with pytest.raises(ExpiredLinkError):
        stage.pending(link)


def test_a_crash_between_rows_and_link_leaves_neither(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.read()
    before = bookmarks.find(stage.database, TABLE)
    rename(stage, 3, "Renamed")

    def crash(*_arguments: object) -> None:
        raise OSError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(bookmarks, "put", crash)
        with pytest.raises(OSError, match="killed"):
            stage.read()
    assert (bookmarks.find(stage.database, TABLE), stage.names()["A3"]) == (before, "N3")
    assert stage.read().change.changed == 1


class _Untracked:
    """A client of a system that keeps no changes of the table."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._rows = rows
        self.asked = 0
        """How often its changes were asked for."""

    async def changes(self, _query: Query, _link: str | None) -> AsyncIterator[Changes]:
        self.asked += 1
        raise NotTrackedError("not enabled")
        yield

    async def pages(self, _query: Query) -> AsyncIterator[list[dict[str, Any]]]:
        yield self._rows


def test_a_table_without_change_tracking_is_read_whole_each_time(stage: Stage) -> None:
    rows = [{"accountid": key(1), "accountnumber": "A1", "name": "N1"}]
    reading = Reading(stage.database, {}, "run", NOW)
    client = _Untracked(rows)
    for full, asked in ((False, 1), (False, 1), (True, 2)):
        read = run(read_changes(reading, client, sales.ACCOUNTS, full=full))  # type: ignore[arg-type]
        assert (read.reader, read.link, client.asked) == (changes.NOT_TRACKED, None, asked)
    assert stage.names() == {"A1": "N1"}
