from typing import Any

from p2c_assets.delivery.documents import Assembly, Member, Outcome, assemble, outcome_of, own_outcome

HEADER = "salesorders_to_order_headers"
LINE = "salesorderdetails_to_order_lines"


def member(task: str, source_id: str, parent: str | None, outcome: str = "mapped", **more: Any) -> Member:
    row = {"source_id": source_id, "parent_id": parent, "document": "SO-1", "outcome": outcome, "scope": "document"}
    row["target_key"] = "SO-1"
    return Member(task, {**row, "reason": None, "detail": None, "amount": None, "currency": None, **more})


def header(outcome: str = "mapped", **more: Any) -> Member:
    return member(HEADER, "h", None, outcome, **more)


def line(source_id: str, outcome: str = "mapped", **more: Any) -> Member:
    return member(LINE, source_id, "h", outcome, **more)


def outcomes(assembly: Assembly) -> dict[str, tuple[str, str | None]]:
    """Every row's outcome when the destination accepts whatever is sent."""
    found: dict[str, tuple[str, str | None]] = {}
    for document in assembly.documents:
        verdict = document.stopped or Outcome("created")
        for one in document.members:
            found[one.row["source_id"]] = outcome_of(one, document, verdict)[:2]
        for one in document.left_out:
            found[one.row["source_id"]] = own_outcome(one)[:2]
    for one in assembly.orphans:
        found[one.row["source_id"]] = own_outcome(one)[:2]
    return found


def test_a_header_and_its_lines_share_one_verdict() -> None:
    assert outcomes(assemble([header()], [line("1"), line("2")])) == dict.fromkeys(("h", "1", "2"), ("created", None))


def test_one_rejected_line_rejects_the_whole_document() -> None:
    bad = line("2", "rejected", reason="unmapped_unit", detail="unit 'Box' is not mapped")
    assembly = assemble([header()], [line("1"), bad])
    assert outcomes(assembly) == dict.fromkeys(("h", "1", "2"), ("rejected", "unmapped_unit"))
    assert assembly.documents[0].stopped == Outcome(
        "rejected", "unmapped_unit", "one of its 2 lines (2): unit 'Box' is not mapped"
    )


def test_a_rejected_line_weighs_more_than_a_held_one() -> None:
    held = line("1", "held", reason="parent_missing")
    bad = line("2", "rejected", reason="unmapped_unit")
    assert outcomes(assemble([header()], [held, bad]))["1"] == ("rejected", "unmapped_unit")


def test_a_filtered_header_filters_its_lines_even_where_a_line_is_flawed() -> None:
    bad = line("1", "rejected", reason="unmapped_unit")
    draft = header("filtered", reason="order_not_activated")
    assert outcomes(assemble([draft], [bad])) == dict.fromkeys(("h", "1"), ("filtered", "order_not_activated"))


def test_a_line_filtered_by_itself_leaves_the_document_whole() -> None:
    freight = line("tax", "filtered", reason="freight_tax_line", scope="row")
    found = outcomes(assemble([header()], [line("1"), freight]))
    assert found == {"h": ("created", None), "1": ("created", None), "tax": ("filtered", "freight_tax_line")}


def test_a_line_that_is_filtered_for_its_document_stops_the_document() -> None:
    """An order whose lines are not all submitted would arrive in part."""
    late = line("2", "filtered", reason="order_not_activated")
    assert outcomes(assemble([header()], [line("1"), late]))["h"] == ("filtered", "order_not_activated")


def test_a_header_whose_lines_were_not_read_is_held() -> None:
    """SCM would keep an order without lines for ever: it is created once and then owned there."""
    assembly = assemble([header()], [], needs_lines=True)
    assert outcomes(assembly) == {"h": ("held", "lines_missing")}
    assert outcomes(assemble([header()], [line("1")], needs_lines=True))["h"] == ("created", None)


def test_a_line_without_header_is_held_and_not_lost() -> None:
    assert outcomes(assemble([], [line("1")])) == {"1": ("held", "parent_missing")}
