"""Calls of bound actions: `POST /data/Set/Microsoft.Dynamics.DataEntities.Name` with the parameters as a JSON object.

Sources: fin-ops odata (actions), captured answers (context of the result's type); Microsoft.OData for the texts about
parameters. An instance's action called on a set, or the reverse, has no route (seen on a development environment).
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.action_schema import ACTIONS, Action
from p2c_assets.sandbox.finops.enums import NAMESPACE
from p2c_assets.sandbox.messages import Request, Response, Unsupported

Perform = Callable[[Mapping[str, Any]], Any]
_BY_NAME: Mapping[tuple[str, str], Action] = {(action.entity_set, action.name): action for action in ACTIONS}


class ActionGroup(Protocol):
    """All actions of one set, when they need more of a request than its parameters."""

    def call(self, path: str, request: Request, *, keyed: bool) -> Response: ...


class Actions:
    """Carries out declared actions; `performers` does the work of each and answers its result.

    groups: sets whose actions are answered elsewhere.
    """

    def __init__(self, performers: Mapping[Action, Perform], groups: Mapping[str, ActionGroup]) -> None:
        self._performers = performers
        self._groups = groups

    def call(self, entity_set: str, path: str, request: Request, *, keyed: bool) -> Response:
        """One call. keyed: on a record instead of the set. Raises FinopsError, or Unsupported for what is not declared."""
        if entity_set in self._groups:
            return self._groups[entity_set].call(path, request, keyed=keyed)
        action = _BY_NAME.get((entity_set, path.removeprefix(f"{NAMESPACE}.")))
        if action is None or action not in self._performers:
            raise Unsupported(f"the action {entity_set}/{path}")
        if keyed or request.method != "POST":
            return errors.no_route(f"{request.base_url}{request.path}")
        return answer(request, action, self._performers[action](parameters_of(action, request)))


def is_action(segment: str) -> bool:
    """Whether a part of a path has the form of an action's qualified name."""
    return segment.startswith(f"{NAMESPACE}.")


def parameters_of(action: Action, request: Request) -> Mapping[str, Any]:
    """The body's parameters: all that the action has and no other. Raises FinopsError."""
    body = _object(request)
    names = {name for name, _ in action.parameters}
    for name in body:
        if name not in names:
            text = f"The parameter '{name}' in the request payload is not a valid parameter for the operation '{action.name}'."
            raise errors.unreadable(text)
    missing = [name for name, _ in action.parameters if name not in body]
    if missing:
        raise errors.unreadable(
            f"One or more parameters of the operation '{action.name}' are missing from the request payload. "
            f"The missing parameters are: {', '.join(missing)}."
        )
    return body


def _object(request: Request) -> Mapping[str, Any]:
    try:
        body: Any = request.json() if request.body else dict[str, Any]()
    except ValueError as error:
        raise errors.unreadable(f"The request body is not valid JSON: {error}") from error
    if not isinstance(body, dict):
        raise errors.unreadable("The request body is not a JSON object.")
    return cast(dict[str, Any], body)


def answer(request: Request, action: Action, result: Any) -> Response:
    """204 without a result; else the context of its type, and a primitive or a list under `value`."""
    if not action.returns:
        return Response(204, {"OData-Version": "4.0"})
    context = {"@odata.context": f"{request.base_url}/data/$metadata#{action.returns}"}
    if isinstance(result, Mapping):
        return Response.json(200, {**context, **cast(Mapping[str, Any], result)})
    return Response.json(200, {**context, "value": result})
