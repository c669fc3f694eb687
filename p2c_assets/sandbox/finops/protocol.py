"""Addresses of the protocol and what answers each: sets, records, columns and navigations of a record, actions, documents.

Source: fin-ops odata (addressing, case of names). What the real system has there and the sandbox has not is 501.
"""

from collections.abc import Sequence
from typing import Any

from p2c_assets.sandbox.encoded import ETAG
from p2c_assets.sandbox.finops import csdl, errors
from p2c_assets.sandbox.finops.action_schema import ACTION_SETS
from p2c_assets.sandbox.finops.actions import Actions, is_action
from p2c_assets.sandbox.finops.annotations import key_text
from p2c_assets.sandbox.finops.columns import EntitySet
from p2c_assets.sandbox.finops.keys import in_scope, read_key
from p2c_assets.sandbox.finops.privileges import Privileges
from p2c_assets.sandbox.finops.reading import Reader
from p2c_assets.sandbox.finops.schema import ENTITY_SETS, UNSUPPORTED_SETS
from p2c_assets.sandbox.finops.sequence_rows import SEQUENCE_SETS, SequenceRows
from p2c_assets.sandbox.finops.writing import Writer
from p2c_assets.sandbox.messages import Request, Response, Unsupported
from p2c_assets.sandbox.odata.keys import Segment, parse_segment, split_path
from p2c_assets.sandbox.odata.lexer import ODataSyntaxError

SERVICE = "data"
_UPDATES = frozenset({"PATCH", "PUT"})


class Protocol:
    """Everything below `/data` but `$batch`, for a service user of one default company."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        actions: Actions,
        privileges: Privileges,
        sequences: SequenceRows,
        default_company: str,
    ) -> None:
        self._sequences = sequences
        self._reader = reader
        self._writer = writer
        self._actions = actions
        self._privileges = privileges
        self._default_company = default_company

    def operate(self, request: Request) -> Response:
        """One operation, alone or inside a batch. Raises FinopsError or Unsupported."""
        root, *parts = split_path(request.path) or [""]
        if root != SERVICE:
            return errors.no_route(f"{request.base_url}{request.path}")
        if not parts:
            return _service_document(request)
        if parts == ["$metadata"]:
            return _metadata(request)
        if parts[0].startswith("$"):
            raise Unsupported(f"{request.method} {parts[0]}")
        return self._resource(_segment(parts[0]), parts[1:], request)

    def _resource(self, segment: Segment, rest: Sequence[str], request: Request) -> Response:
        if len(rest) == 1 and is_action(rest[0]) and segment.name in {*ENTITY_SETS, *ACTION_SETS}:
            return self._actions.call(segment.name, rest[0], request, keyed=segment.key is not None)
        entity_set = ENTITY_SETS.get(segment.name)
        if segment.name in SEQUENCE_SETS and segment.key is None and not rest:
            return self._sequences.answer(segment.name, request)
        if entity_set is None:
            return _other_set(segment.name, request)
        self._privileges.check(entity_set, request.method)
        if rest:
            return self._below(entity_set, segment, rest, request)
        if segment.key is None:
            return self._collection(entity_set, request)
        return self._record(entity_set, read_key(entity_set, segment.key), request)

    def _below(self, entity_set: EntitySet, segment: Segment, rest: Sequence[str], request: Request) -> Response:
        """`/$count`, a column or a navigation of a record."""
        if request.method == "GET" and len(rest) == 1:
            if segment.key is None and rest[0] == "$count":
                return self._reader.count(entity_set, request)
            if segment.key is not None:
                return self._reader.part(entity_set, read_key(entity_set, segment.key), rest[0], request)
        raise Unsupported(f"{request.method} of the path {entity_set.name}/{'/'.join(rest)}")

    def _record(self, entity_set: EntitySet, key: tuple[str | int, ...], request: Request) -> Response:
        if request.method == "GET":
            return self._reader.record(entity_set, key, request)
        if request.method not in {*_UPDATES, "DELETE"}:
            return errors.method_not_allowed(request.method)
        if not in_scope(request, str(key[0]), self._default_company):
            raise errors.missing_for_update()
        if_match = request.headers.get("if-match")
        if request.method == "DELETE":
            self._writer.delete(entity_set, key, if_match)
        else:
            self._writer.update(entity_set, key, _body(request), if_match)
        return Response(204, {"OData-Version": "4.0"})

    def _collection(self, entity_set: EntitySet, request: Request) -> Response:
        if request.method == "GET":
            return self._reader.collection(entity_set, request)
        if request.method != "POST":
            return errors.method_not_allowed(request.method)
        row = self._writer.create(entity_set, _body(request))
        headers = {"Location": f"{request.base_url}/data/{key_text(entity_set, row)}", "ETag": row[ETAG]}
        return self._reader.created(entity_set, row, request, headers)


def _other_set(name: str, request: Request) -> Response:
    if name in ACTION_SETS:
        raise Unsupported(f"the rows of the entity set {name}")
    if name in UNSUPPORTED_SETS or name in SEQUENCE_SETS:
        raise Unsupported(f"the entity set {name}")
    return errors.no_route(f"{request.base_url}{request.path}")


def _service_document(request: Request) -> Response:
    if request.method != "GET":
        return errors.method_not_allowed(request.method)
    value = [{"name": name, "kind": "EntitySet", "url": name} for name in (*ENTITY_SETS, *ACTION_SETS, *SEQUENCE_SETS)]
    return Response.json(200, {"@odata.context": f"{request.base_url}/data/$metadata", "value": value})


def _metadata(request: Request) -> Response:
    if request.method != "GET":
        return errors.method_not_allowed(request.method)
    return Response(200, {"Content-Type": "application/xml", "OData-Version": "4.0"}, csdl.document())


def _segment(text: str) -> Segment:
    try:
        return parse_segment(text)
    except ODataSyntaxError as error:
        raise errors.bad_query(error.message) from error


def _body(request: Request) -> Any:
    try:
        return request.json()
    except ValueError as error:
        raise errors.unreadable(f"The request body is not valid JSON: {error}") from error
