"""The admin path `/_sandbox/...`, outside both protocols and without authentication: load, alter, look, advance."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from p2c_assets.sandbox.messages import Request, Response, Unsupported
from p2c_assets.sandbox.twin import AdminError, Twin

PREFIX = "/_sandbox"
DEFAULT_SNAPSHOT = "start"


def administer(twin: Twin, request: Request) -> Response:
    """Dispatch one admin call. A call that makes no sense changes nothing and is a 400 with a text.

    Documents are free-form and not checked field by field: a value of the wrong type shows where it is used.
    """
    path = [part for part in request.path.removeprefix(PREFIX).split("/") if part]
    try:
        document = _document(request)
        with twin.store.transaction():
            return _json(200, _dispatch(twin, request.method, path, document))
    except (AdminError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, OSError) as error:
        return _json(400, {"error": {"code": "400", "message": f"{type(error).__name__}: {error}"}})


def _document(request: Request) -> dict[str, Any]:
    document: Any = request.json() if request.body else {}
    if not isinstance(document, dict):
        raise AdminError("an admin call takes a JSON object")
    return cast(dict[str, Any], document)


def _dispatch(twin: Twin, method: str, path: Sequence[str], document: Any) -> Any:
    match method, *path:
        case "GET", "requests":
            return twin.counter.report()
        case "POST", "requests", "reset":
            return _reset_requests(twin)
        case "POST", "reset":
            return _reset(twin)
        case "GET", "snapshots":
            return {"value": [{"name": name, "rows": rows} for name, rows in twin.store.snapshots().items()]}
        case "POST", "snapshot":
            return _snapshot(twin, document)
        case "POST", "restore":
            return _restore(twin, document)
        case "DELETE", "snapshots", name:
            return _forget(twin, name)
        case "POST", "load":
            return {"loaded": twin.load(document["rows"], plugins=bool(document.get("plugins", False)))}
        case "POST", "alter":
            return _alter(twin, document)
        case "GET", "rows", entity_set:
            return {"value": list(twin.rows(entity_set))}
        case "POST", "advance":
            return dict(twin.advance(int(document.get("days", 1))))
        case "POST", "agenda":
            return {"scheduled": twin.schedule(document["items"])}
        case "GET", "clock":
            return _clock(twin)
        case "POST", "clock":
            return _move_clock(twin, document)
        case "GET", "faults":
            return {"value": twin.faults.report()}
        case "POST", "faults":
            return twin.faults.plan(document)
        case "POST", "faults", "clear":
            return _clear_faults(twin)
        case "GET", "throttle":
            return twin.throttle.report()
        case "POST", "throttle":
            return _set_throttle(twin, document)
        case "GET", "notices":
            return twin.notices.report()
        case "POST", "notices":
            return _configure_notices(twin, document)
        case "POST", "notices", "resend":
            return {"resent": twin.notices.resend()}
        case _:
            return twin.admin(method, path, document)


def _reset_requests(twin: Twin) -> Any:
    twin.counter.reset()
    return twin.counter.report()


def _clear_faults(twin: Twin) -> Any:
    twin.faults.clear()
    return {"value": []}


def _set_throttle(twin: Twin, document: Mapping[str, Any]) -> Any:
    twin.throttle.configure(document)
    return twin.throttle.report()


def _configure_notices(twin: Twin, document: Mapping[str, Any]) -> Any:
    twin.notices.configure(document)
    return twin.notices.report()


def _reset(twin: Twin) -> Any:
    twin.store.clear()
    twin.faults.clear()
    twin.throttle.reset()
    twin.after_reset()
    return {"reset": True}


def _snapshot(twin: Twin, document: Mapping[str, Any]) -> Any:
    name = _name(document)
    twin.before_snapshot()
    return {"name": name, "rows": twin.store.snapshot(name)}


def _restore(twin: Twin, document: Mapping[str, Any]) -> Any:
    """Rows, numbers, clock and jobs as they were; no fault and no limit, as after a reset."""
    name = _known(twin, _name(document))
    rows = twin.store.restore(name)
    twin.faults.clear()
    twin.throttle.reset()
    twin.after_restore()
    return {"name": name, "rows": rows}


def _forget(twin: Twin, name: str) -> Any:
    twin.store.forget(_known(twin, name))
    return {"forgotten": name}


def _name(document: Mapping[str, Any]) -> str:
    name = document.get("name", DEFAULT_SNAPSHOT)
    if not isinstance(name, str) or not name or set(document) - {"name"}:
        raise AdminError('a snapshot has a "name" that is a text, and nothing else')
    return name


def _known(twin: Twin, name: str) -> str:
    names = twin.store.snapshots()
    if name not in names:
        raise AdminError(f"no snapshot is named {name!r}; there are: {', '.join(names) or 'none'}")
    return name


def _clock(twin: Twin) -> Any:
    return {"now": twin.clock.timestamp(), "day": twin.clock.day}


def _move_clock(twin: Twin, document: Mapping[str, Any]) -> Any:
    unknown = set(document) - {"days", "hours", "minutes", "seconds"}
    if unknown:
        raise AdminError(f"the clock moves by days, hours, minutes and seconds, not by {', '.join(sorted(unknown))}")
    twin.clock.move(**{unit: int(number) for unit, number in document.items()})
    return _clock(twin)


def _alter(twin: Twin, document: Mapping[str, Any]) -> Any:
    twin.alter(document["set"], document["key"], document["values"])
    return {"altered": 1}


def unknown(method: str, path: Sequence[str]) -> Unsupported:
    """What a twin's `admin` raises for a route it does not have."""
    return Unsupported(f"admin call {method} {PREFIX}/{'/'.join(path)}")


def _json(status: int, body: Any) -> Response:
    return Response(status, {"Content-Type": "application/json"}, Response.json(status, body).body)
