"""The multipart format: rendered strictly, parsed tolerantly, never believed where it broke off."""

import pytest

from p2c_assets.connectors import batch
from p2c_assets.connectors.batch import Item, Part, PartAnswer
from p2c_assets_tests.connectors.wire import batch_answer, batch_text, dataverse_error, done

OUTER = "multipart/mixed; boundary=batchresponse_x"


def test_a_batch_is_rendered_as_the_specifications_show_it() -> None:
    create = Part("POST", "https://x.example/data/Orders", {"Content-Type": "application/json"}, b'{"a":1}')
    delete = Part("DELETE", "https://x.example/data/Orders(1)", {"If-Match": "*"}, b"")
    text = batch.render([[create], [delete]], "b").decode()
    assert text.split("\r\n") == [
        "--b",
        "Content-Type: multipart/mixed; boundary=changeset_b_0",
        "",
        "--changeset_b_0",
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        "Content-ID: 1",
        "",
        "POST https://x.example/data/Orders HTTP/1.1",
        "Content-Type: application/json",
        "",
        '{"a":1}',
        "--changeset_b_0--",
        "",
        "--b",
        "Content-Type: multipart/mixed; boundary=changeset_b_1",
        "",
        "--changeset_b_1",
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        "Content-ID: 2",
        "",
        "DELETE https://x.example/data/Orders(1) HTTP/1.1",
        "If-Match: *",
        "",
        "",
        "--changeset_b_1--",
        "",
        "--b--",
        "",
    ]


@pytest.mark.parametrize("line_end", ["\r\n", "\n"], ids=["crlf", "lf"])
@pytest.mark.parametrize("content_type", [OUTER, 'Multipart/Mixed;charset=utf-8; boundary="batchresponse_x"'])
def test_nested_and_bare_answers_are_parsed(content_type: str, line_end: str) -> None:
    text = batch_text([[done(1), done(2)], dataverse_error(400, "0x1", "no")], line_end)
    first, second = batch.parse(content_type, text.encode())
    success = PartAnswer(204, {"odata-version": "4.0"}, b"", "1")
    assert first == Item((success, success._replace(content_id="2")), True)
    assert [(part.status, part.body) for part in second.parts] == [
        (400, b'{"error": {"code": "0x1", "message": "no"}}')
    ]


def test_the_documented_answer_of_dataverse_is_parsed() -> None:
    text = (
        "--batchresponse_f27ef42d-51b0-4685-bac9-f468f844de2f\n"
        "Content-Type: multipart/mixed; boundary=changesetresponse_64cc3fff-023a-45b0-b29d-df21583ffa15\n\n"
        "--changesetresponse_64cc3fff-023a-45b0-b29d-df21583ffa15\n"
        "Content-Type: application/http\nContent-Transfer-Encoding: binary\nContent-ID: 1\n\n"
        "HTTP/1.1 204 No Content\nOData-Version: 4.0\n"
        "Location: https://crm.contoso.com/api/data/v9.2/tasks(a59c24f3-fafc-ec11-82e5-000d3a1f2aa5)\n\n\n"
        "--changesetresponse_64cc3fff-023a-45b0-b29d-df21583ffa15--\n"
        "--batchresponse_f27ef42d-51b0-4685-bac9-f468f844de2f--"
    )
    content_type = "multipart/mixed; boundary=batchresponse_f27ef42d-51b0-4685-bac9-f468f844de2f"
    (item,) = batch.parse(content_type, text.encode())
    assert item.complete
    assert item.parts[0].status == 204


@pytest.mark.parametrize("line_end", ["\r\n", "\n"], ids=["crlf", "lf"])
def test_wherever_a_body_breaks_off_what_is_complete_is_what_was_sent(line_end: str) -> None:
    text = batch_text([[done(1), done(2)], dataverse_error(400, "0x1", "no"), [done(3)]], line_end).encode()
    whole = batch.parse(OUTER, text)
    assert [item.complete for item in whole] == [True, True, True]
    for cut in range(len(text)):
        found = batch.parse(OUTER, text[:cut])
        complete = [item for item in found if item.complete]
        assert complete == whole[: len(complete)], cut
        assert len(found) - len(complete) <= 1, cut


@pytest.mark.parametrize("body", ["", "nonsense", "--batchresponse_x", "--batchresponse_x--", "<html></html>"])
def test_what_is_no_batch_has_no_complete_item(body: str) -> None:
    assert not any(item.complete for item in batch.parse(OUTER, body.encode()))


def test_an_answer_without_a_boundary_has_no_items() -> None:
    assert batch.parse("multipart/mixed", batch_text([[done(1)]]).encode()) == []


def test_a_part_without_a_status_line_is_incomplete() -> None:
    text = batch_answer([[done(1)]]).text.replace("HTTP/1.1 204 Some Words", "garbage")
    assert batch.parse(OUTER, text.encode()) == [Item((), False)]


def test_a_body_that_looks_like_headers_stays_a_body() -> None:
    said = dataverse_error(400, "0x1", "see: a\nb: c")
    (item,) = batch.parse(OUTER, batch_text([said]).encode())
    assert item.parts[0].body.decode() == said.body
