"""Reading what changed of SCM by data packages, against the twin over HTTP: deltas, deletions, crashes, losses, forms."""

from typing import Any

import pytest

from p2c_assets.connectors.finops.packages import PackageJobs
from p2c_assets.errors import TransientError
from p2c_assets.extraction import claims, packages
from p2c_assets.extraction.changes import Read
from p2c_assets.mappings import scm
from p2c_assets.sandbox.finops.packages.labels import LABELS
from p2c_assets.warehouse import bookmarks
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.raw_log import Change
from p2c_assets_tests.connectors.wire import run
from p2c_assets_tests.extraction.scm_stage import C1, PROJECT, TABLE, Stage
from p2c_assets_tests.sandbox.finops.scm_rows import (
    booked,
    create,
    customer,
    key,
    quotation,
    quotation_line,
)
from p2c_assets_tests.sandbox.running import Caller


def fail(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The process dies in this step of the client."""

    async def die(*_arguments: object) -> None:
        raise OSError("killed")

    monkeypatch.setattr(PackageJobs, name, die)


def test_the_first_package_is_whole_which_the_keys_tell(stage: Stage) -> None:
    read = stage.read()
    assert (read.change, read.reader) == ((3, 3, 0, 0), packages.FIRST + packages.COMPARED)
    assert stage.memos() == {"C0": "old", "C1": "old", "C2": "old"}


def test_afterwards_only_what_changed_is_read(stage: Stage) -> None:
    """Source: data-entities/entity-change-track.md: inserts and updates since the project's last run."""
    stage.read()
    assert stage.read() == Read(Change(0, 0, 0, 0), packages.CHANGED, None)
    stage.change("new")
    create(stage.caller, "CustomersV2", customer("C4", SalesMemo="created"))
    assert stage.read().change == (2, 1, 1, 0)
    assert stage.memos() == {"C0": "old", "C1": "new", "C2": "old", "C4": "created"}


def test_a_deletion_is_found_when_keys_are_compared_and_not_before(stage: Stage) -> None:
    """Source: data-entities/entity-change-track.md: deletes are not in files."""
    stage.read()
    stage.caller.delete(C1)
    assert [stage.read(keys_every=3).change.deleted for _ in range(4)] == [0, 0, 1, 0]
    assert sorted(stage.memos()) == ["C0", "C2"]
    assert stage.database.value(f"SELECT CustomerAccount FROM raw_log.{TABLE} WHERE deleted") == "C1"


def test_rows_of_other_companies_are_left_alone(stage: Stage) -> None:
    stage.pages()
    stage.database.run(f"INSERT INTO raw.{TABLE} (row_id, row_company) VALUES ('C1', 'frsi'), ('X', 'frsi')")
    stage.caller.delete(C1)
    assert stage.read(keys_every=1).change.deleted == 1
    assert stage.database.rows(f"SELECT row_id FROM raw.{TABLE} WHERE row_company = 'frsi' ORDER BY 1") == [
        ("C1",),
        ("X",),
    ]


def test_a_first_package_that_is_not_whole_leads_to_pages(stage: Stage) -> None:
    """Somebody has run the project before: what that export held came to nobody."""
    stage.read()
    bookmarks.forget(stage.database, TABLE, "usmf")
    stage.database.run(f"UPDATE raw.{TABLE} SET SalesMemo = 'outdated', row_version = ''")
    read = stage.read()
    assert (read.change.changed, "3 rows that the first package did not bring" in read.reader) == (3, True)
    assert stage.read().reader == packages.CHANGED


@pytest.mark.parametrize("step", ["export", "content"])
def test_a_crash_after_the_id_was_stored_loses_nothing(
    stage: Stage, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The export has run, or was never asked for; either way the next read brings what it would have brought."""
    stage.read()
    stage.change("new")
    with monkeypatch.context() as patch:
        fail(patch, step)
        with pytest.raises(OSError, match="killed"):
            stage.read()
    stage.caller.admin("advance", {"days": 1})
    read = stage.read()
    assert (read.change.changed, stage.memos()["C1"]) == (1, "new")
    assert (packages.TAKEN_UP in read.reader) == (step == "content")
    assert stage.read().reader == packages.CHANGED


def test_a_package_that_was_left_brings_nothing_back_that_is_gone_or_newer(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full read came between: the older package is applied first, then what changed since, then keys are compared."""
    stage.read()
    stage.change("package")
    stage.caller.patch(key("CustomersV2", CustomerAccount="C2"), {"SalesMemo": "package"})
    with monkeypatch.context() as patch:
        fail(patch, "content")
        with pytest.raises(OSError, match="killed"):
            stage.read()
    stage.caller.admin("advance", {"days": 1})
    stage.change("newest")
    stage.caller.delete(key("CustomersV2", CustomerAccount="C2"))
    stage.pages()
    stage.read()
    assert stage.memos() == {"C0": "old", "C1": "newest"}


def test_a_crash_between_rows_and_bookmark_leaves_neither(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.read()
    stage.change("new")
    put = bookmarks.put

    def crash(database: Database, entity: str, company: str | None, bookmark: Any, *rest: Any) -> None:
        if '"applied": true' in bookmark.position:
            raise OSError("killed")
        put(database, entity, company, bookmark, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(bookmarks, "put", crash)
        with pytest.raises(OSError, match="killed"):
            stage.read()
    assert stage.memos()["C1"] == "old"
    assert (stage.read().change.changed, stage.memos()["C1"]) == (1, "new")


def test_a_package_that_is_no_longer_kept_leads_to_pages_and_finds_deletions(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Source: data-entities/data-management-api.md: files are deleted after seven days."""
    stage.read()
    stage.change("new")
    with monkeypatch.context() as patch:
        fail(patch, "content")
        with pytest.raises(OSError, match="killed"):
            stage.read()
    stage.caller.delete(key("CustomersV2", CustomerAccount="C2"))
    stage.caller.admin("advance", {"days": 8})
    read = stage.read()
    assert (read.change, "is not known, or no longer" in read.reader) == ((2, 0, 1, 1), True)
    assert stage.read().reader == packages.CHANGED


def test_an_export_that_takes_too_long_is_taken_up_later(stage: Stage) -> None:
    stage.read()
    stage.change("new")
    stage.caller.admin("package-settings", {"polls_executing": 50})
    with pytest.raises(TransientError, match="has not ended after 5 s"):
        stage.read(wait_s=5)
    stage.caller.admin("package-settings", {"polls_executing": 1})
    read = stage.read()
    assert (read.change.changed, packages.TAKEN_UP in read.reader) == (1, True)


def test_a_failed_export_leads_to_pages_and_says_why(stage: Stage) -> None:
    stage.caller.admin("package-settings", {"largest_file": 10})
    read = stage.read()
    assert (read.change.new, "ended as Failed: The file is larger than 10 bytes" in read.reader) == (3, True)


def test_a_project_that_is_not_there_leads_to_pages_and_says_so(stage: Stage) -> None:
    read = stage.read(project="none")
    assert (read.change.new, "The data project 'none' does not exist" in read.reader) == (3, True)


@pytest.mark.parametrize(
    ("entities", "said"),
    [
        ([{"label": "Customers V2", "fields": ["CUSTOMERACCOUNT"]}], "no column PARTYNUMBER"),
        ([{"label": "Customers V2"}, {"label": "CDS contacts"}], "has 2 entities; it should have one"),
    ],
)
def test_a_project_that_is_set_up_otherwise_leads_to_pages_and_says_so(
    stage: Stage, entities: list[Any], said: str
) -> None:
    stage.caller.admin("data-projects", {"value": [{"name": PROJECT, "entities": entities}]})
    read = stage.read()
    assert (read.change.new, said in read.reader) == (3, True)


def test_a_file_in_utf_16_is_the_same(stage: Stage) -> None:
    """Source: finops.md 3.2: CSV-Unicode is UTF-16LE with BOM."""
    stage.pages()
    entities = [{"label": "Customers V2", "source_format": "CSV-Unicode"}]
    stage.caller.admin("data-projects", {"value": [{"name": PROJECT, "entities": entities}]})
    assert stage.read().change == (3, 0, 0, 0)


def test_answers_may_be_nested(stage: Stage) -> None:
    """Source: data-entities/data-management-api.md: `{"value": {"value": ...}}`."""
    stage.caller.admin("package-settings", {"nested_values": True})
    assert stage.read().change.new == 3


def documents(caller: Caller) -> None:
    """Something in each of the nine entities, with line breaks, quotes, decimals, dates and empty dates."""
    booked(caller, lines=2)
    create(caller, "CDSSalesQuotationHeaders", quotation())
    create(caller, "CDSSalesQuotationLines", quotation_line())
    person = {"ContactPersonPartyNumber": "P-1", "AssociatedPartyNumber": "C1", "FirstName": "A", "LastName": "B"}
    create(caller, "CDSContactPersons", {**person, "Notes": 'two\r\nlines, "quoted", é'})
    document = {"dataAreaId": "usmf", "SalesOrderNumber": "SO-1"}
    for name in ("Confirmation", "PickingList", "PackingSlip", "Invoice"):
        caller.admin("post", {**document, "document": name})


def test_both_readers_make_the_same_rows_of_every_entity(stage: Stage) -> None:
    """The same content hash: what pages have brought is nothing new in a package, whatever its type."""
    documents(stage.caller)
    for entity in scm.ENTITIES:
        project = f"usmf {entity.name}"
        entities = [{"label": LABELS[entity.entity_set]}]
        stage.caller.admin("data-projects", {"value": [{"name": project, "entities": entities}]})
        by_pages = stage.pages(entity)
        before = stage.logged(entity.table)
        read = stage.read(entity, project=project)
        assert (read.reader, read.change) == (packages.FIRST + packages.COMPARED, (by_pages.read, 0, 0, 0))
        assert (by_pages.read > 0, stage.logged(entity.table)) == (True, before), entity.name


def test_claims_are_outdated_by_new_gone_and_renamed_keys_of_the_company_alone(stage: Stage) -> None:
    products = scm.SELLABLE_RELEASED_PRODUCTS
    claims.prepare(stage.database)
    stage.pages(products)
    assert claims.are_outdated(stage.database, products, "usmf")

    async def read() -> None:
        async with stage.client() as client:
            await claims.read_and_store_claims(stage.reading(), client, products)

    run(read())
    assert not claims.are_outdated(stage.database, products, "usmf")
    for change in (
        "UPDATE raw.scm_sellable_released_products SET ProductName = 'Other' WHERE ProductNumber = 'P1'",
        "DELETE FROM raw.scm_sellable_released_products WHERE ProductNumber = 'P1'",
        "UPDATE raw.scm_sellable_released_products SET ProductNumber = 'P9' WHERE ProductNumber = 'P1'",
    ):
        stage.database.run("BEGIN")
        stage.database.run(change)
        assert claims.are_outdated(stage.database, products, "usmf")
        stage.database.run("ROLLBACK")
