"""Random requests against both twins, in process: every answer is one that the system could give, and what fails
changes nothing.

The small form is the same at every run; the long one (`prove`) draws anew.
"""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from p2c_assets.sandbox.exact_json import loads
from p2c_assets.sandbox.http import Response
from p2c_assets_tests.sandbox.fuzz import outside
from p2c_assets_tests.sandbox.fuzz.judgement import Inner, Outcome, outcomes
from p2c_assets_tests.sandbox.fuzz.pieces import Part, Sent, damaged, multipart
from p2c_assets_tests.sandbox.fuzz.systems import SALES, SCM, System
from p2c_assets_tests.sandbox.fuzz.twins import Example

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
SMALL = settings(derandomize=True, database=None, deadline=None, max_examples=80, suppress_health_check=SLOW)
LONG = settings(database=None, deadline=None, max_examples=2_000, suppress_health_check=SLOW)
SYSTEMS = pytest.mark.parametrize("system", [SALES, SCM], ids=lambda system: system.name)
FORMS = pytest.mark.parametrize("form", [SMALL, pytest.param(LONG, marks=pytest.mark.prove)], ids=["small", "long"])


@SYSTEMS
@FORMS
def test_any_request_is_answered_as_the_system_would_and_a_refused_one_changes_nothing(
    system: System, form: settings
) -> None:
    @form
    @given(st.lists(system.operations, min_size=1, max_size=3))
    def run(requests: list[Sent]) -> None:
        example = system.example()
        for sent in requests:
            check_alone(system, example, sent)

    run()


@SYSTEMS
@FORMS
def test_a_batch_does_what_its_parts_do_alone_and_a_changeset_all_or_nothing(system: System, form: settings) -> None:
    @form
    @given(system.parts, st.booleans())
    def run(parts: list[Part], goes_on: bool) -> None:
        check_batch(system, parts, goes_on=goes_on or system.continues)

    run()


@SYSTEMS
@FORMS
def test_a_damaged_batch_is_answered_too(system: System, form: settings) -> None:
    @form
    @given(system.parts.map(multipart).flatmap(damaged))
    def run(body: bytes) -> None:
        example = system.example()
        before = example.state()
        sent = system.batch(body, {})
        response = example.send(sent)
        if not is_multipart(response):
            system.judge(sent, response.status, response.headers, response.body)
            assert response.status >= 400
            assert example.state() == before
            return
        for outcome in outcomes(response):
            check_outcome(system, [sent], outcome)

    run()


@SYSTEMS
@FORMS
def test_any_admin_request_is_done_or_refused_with_a_text_and_a_refused_one_changes_nothing(
    system: System, form: settings
) -> None:
    @form
    @given(st.lists(outside.admin_requests(), min_size=1, max_size=4))
    def run(requests: list[Sent]) -> None:
        example = system.example()
        for sent in requests:
            before = example.state()
            response = example.send(sent)
            assert response.status in {200, 400, 501}, (sent, response)
            document = loads(response.body)
            if response.status != 200:
                assert document["error"]["message"]
                assert example.state() == before

    run()


@SYSTEMS
@FORMS
def test_any_token_request_is_answered_as_the_identity_provider_would(system: System, form: settings) -> None:
    @form
    @given(outside.token_requests())
    def run(sent: Sent) -> None:
        example = system.example()
        response = example.send(sent)
        assert response.status in {200, 400, 401, 405, 501}, (sent, response)
        document = loads(response.body) if response.body else {}
        assert bool(document.get("access_token")) == (response.status == 200)
        if response.status in {400, 401}:
            assert document["error_description"].startswith("AADSTS")

    run()


def check_alone(system: System, example: Example, sent: Sent) -> None:
    """One request: its answer is in the system's shape; reads and refusals leave the state as it was."""
    before = example.state()
    response = example.send(sent)
    system.judge(sent, response.status, response.headers, response.body)
    if response.status >= 400 or sent.method == "GET":
        assert example.state() == before


def check_batch(system: System, parts: list[Part], *, goes_on: bool) -> None:
    """The same statuses and the same state as of the parts one after the other, each in a batch of its own."""
    example, whole = system.example(), system.batch_of(parts, goes_on=goes_on)
    before, response = example.state(), example.send(whole)
    if not is_multipart(response):
        system.judge(whole, response.status, response.headers, response.body)
        assert response.status >= 400
        assert example.state() == before
        return
    alone = system.example()
    expected = one_by_one(system, alone, parts, goes_on=goes_on)
    assert [statuses(outcome) for outcome in outcomes(response)] == [statuses(outcome) for outcome in expected]
    assert response.status == (200 if goes_on or not failed(expected[-1]) else 400)
    assert example.state() == alone.state()


def one_by_one(system: System, example: Example, parts: list[Part], *, goes_on: bool) -> list[Outcome]:
    """The outcomes that a batch of these parts has to have; on the way each part is checked by itself."""
    found: list[Outcome] = []
    for part in parts:
        before = example.state()
        (outcome,) = outcomes(example.send(system.batch_of([part], goes_on=True)))
        check_outcome(system, part.operations, outcome)
        if failed(outcome):
            assert example.state() == before
            if not goes_on:
                return [outcome]
        elif part.is_changeset:
            check_applied(system, example, part, outcome)
        found.append(outcome)
    return found


def check_outcome(system: System, operations: Sequence[Sent], outcome: Outcome) -> None:
    answers = [outcome] if isinstance(outcome, Inner) else outcome
    assert len(answers) == 1 or not failed(outcome)
    for sent, inner in zip(operations, answers, strict=False):
        system.judge(sent, inner.status, inner.headers, inner.body)


def check_applied(system: System, example: Example, part: Part, outcome: Outcome) -> None:
    """Every operation of a changeset that succeeded has an answer, and the rows it speaks of are there or gone."""
    assert not isinstance(outcome, Inner)
    assert len(outcome) == len(part.operations)
    deleted = {
        sent.target.removeprefix(f"https://{system.name}") for sent in part.operations if sent.method == "DELETE"
    }
    rows = {
        location.partition(f"://{system.name}")[2] or location
        for inner in outcome
        if (location := inner.headers.get("OData-EntityId") or inner.headers.get("Location"))
    }
    for row in rows:
        found = example.send(Sent("GET", f"{row}?cross-company=true" if system is SCM else row, {}, b""))
        assert found.status == 200 or deleted, (row, found)
    for row in deleted - rows:
        if "$" not in row:
            assert example.send(Sent("GET", row, {}, b"")).status != 200


def is_multipart(response: Response) -> bool:
    return response.headers.get("Content-Type", "").startswith("multipart/mixed")


def statuses(outcome: Outcome) -> list[int]:
    return [outcome.status] if isinstance(outcome, Inner) else [inner.status for inner in outcome]


def failed(outcome: Outcome) -> bool:
    return any(status >= 400 for status in statuses(outcome))
