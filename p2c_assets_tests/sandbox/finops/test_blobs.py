"""The blob store: signed addresses, their end, and the life of a file."""

import json

import httpx

from p2c_assets_tests.sandbox.finops.package_calls import blob, put, value
from p2c_assets_tests.sandbox.running import Caller


def test_a_write_address_is_json_inside_of_a_string(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    text = value(scm, "GetAzureWriteUrl", uniqueFileName="customers 1.zip")
    assert isinstance(text, str)
    answer = json.loads(text)
    assert set(answer) == {"BlobId", "BlobUrl"}
    assert answer["BlobId"].startswith("{")
    assert answer["BlobId"].endswith("}")
    assert answer["BlobUrl"].split("?")[0] == f"{scm.url}/dmf/customers%201.zip"
    assert "sig=" in answer["BlobUrl"]


def test_a_file_is_written_and_read_by_its_address_without_a_token(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    address = blob(scm)
    written = put(address, b"content")
    assert (written.status_code, written.content) == (201, b"")
    read = httpx.get(address, trust_env=False)
    assert (read.status_code, read.content) == (200, b"content")
    head = httpx.head(address, trust_env=False)
    assert (head.headers["content-length"], head.headers["etag"]) == ("7", written.headers["etag"])


def test_a_part_of_a_file_can_be_read(scm: Caller) -> None:
    address = blob(scm)
    put(address, b"content")
    part = httpx.get(address, headers={"x-ms-range": "bytes=3-5"}, trust_env=False)
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"ten", "bytes 3-5/7")
    assert httpx.get(address, headers={"Range": "bytes=9-"}, trust_env=False).status_code == 416


def test_a_put_needs_the_header_that_names_the_kind_of_blob(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    answer = httpx.put(blob(scm), content=b"x", trust_env=False)
    assert (answer.status_code, answer.headers["x-ms-error-code"]) == (400, "MissingRequiredHeader")
    blocks = httpx.put(f"{blob(scm)}&comp=block&blockid=MQ%3D%3D", content=b"x", trust_env=False)
    assert (blocks.status_code, "blob storage" in blocks.text) == (501, True)


def test_an_address_is_refused_after_its_window_and_with_a_changed_signature(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    address = blob(scm)
    assert put(address, b"content").status_code == 201
    for changed in (address.replace("package", "other"), address.replace("sp=rw", "sp=r"), address + "%C3%A9"):
        refused = put(changed, b"x")
        assert (refused.status_code, refused.headers["x-ms-error-code"]) == (403, "AuthenticationFailed")
    scm.admin("advance", {"days": 1})
    assert httpx.get(address, trust_env=False).status_code == 403
    assert put(blob(scm), b"x").status_code == 201


def test_a_file_lives_for_seven_days(scm: Caller) -> None:
    """Source: data-entities/data-management-api.md"""
    put(blob(scm), b"content")
    scm.admin("advance", {"days": 6})
    assert httpx.get(blob(scm), trust_env=False).content == b"content"
    scm.admin("advance", {"days": 1})
    gone = httpx.get(blob(scm), trust_env=False)
    assert (gone.status_code, gone.headers["x-ms-error-code"]) == (404, "BlobNotFound")
