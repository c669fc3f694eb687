"""Errors in the envelope of the real system: the cause is in `innererror`, texts are the infolog's.

Sources: captured traces and fixtures of public clients (Write failed, Field validation failed, No resources were found,
unknown route), Microsoft.OData for query texts.
"""

from collections.abc import Sequence
from typing import Any

from p2c_assets.sandbox.finops.assumptions import BUSINESS_ERROR_STATUS, MISSING_KEY_STATUS, STALE_ETAG_STATUS
from p2c_assets.sandbox.finops.columns import EntitySet
from p2c_assets.sandbox.messages import Response

_SERVICES = "Microsoft.Dynamics.Platform.Integration.Services.OData"
WRITE_EXCEPTION = f"{_SERVICES}.AxODataWriteException"
FIELD_EXCEPTION = f"{_SERVICES}.AxODataFieldValidationException"
INVOCATION_EXCEPTION = "System.Reflection.TargetInvocationException"
SECURITY_EXCEPTION = f"{_SERVICES}.ODataSecurityException"
ODATA_EXCEPTION = "Microsoft.OData.ODataException"
_UPDATE_STACK = f"   at {_SERVICES}.Update.UpdateProcessor.CreateEntity_Save(ChangeOperationContext context)"
_READ_STACK = f"   at {_SERVICES}.AxODataEntityDeserializer.ReadEntry(ODataEntryWithNavigationLinks entry)"


class FinopsError(Exception):
    """A refusal. business: its status may differ inside a `$batch`."""

    def __init__(self, status: int, text: str, inner: dict[str, Any] | None = None, *, business: bool = False) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.inner = inner
        self.business = business

    def response(self, status: int | None = None) -> Response:
        """The envelope; keys in lower case."""
        error: dict[str, Any] = {"code": "", "message": "An error has occurred." if self.inner else self.text}
        if self.inner:
            error["innererror"] = self.inner
        return Response.json(status or self.status, {"error": error})


def write_failed(entity_set: EntitySet, *texts: str, validation: bool = True) -> FinopsError:
    """validateWrite refused the record: one or several infolog texts, and the platform's own noise after them."""
    noise = f"Warning: validateWrite failed on data source '{entity_set.table} ({entity_set.table})'."
    infolog = [f"Warning: {text}" for text in texts] + ([noise] if validation else ["Error: Update has been canceled."])
    text = f"Write failed for table row of type '{entity_set.aot}'. Infolog: {'; '.join(infolog)}"
    return FinopsError(BUSINESS_ERROR_STATUS, text, _inner(text, WRITE_EXCEPTION, _UPDATE_STACK), business=True)


def field_failed(entity_set: EntitySet, fields: Sequence[str], *texts: str) -> FinopsError:
    """validateField refused values of the named columns."""
    infolog = "; ".join(f"Warning: {text}" for text in texts)
    text = (
        f"Field validation failed on table of type '{entity_set.aot}' for the following fields: {', '.join(fields)}. "
        f"Infolog: {infolog}"
    )
    return FinopsError(BUSINESS_ERROR_STATUS, text, _inner(text, FIELD_EXCEPTION, _UPDATE_STACK), business=True)


def not_editable(entity_set: EntitySet, column: str) -> FinopsError:
    """A computed or key column was sent (assumptions.READ_ONLY_COLUMNS_ARE_REFUSED)."""
    label = entity_set.by_name[column].label
    return field_failed(entity_set, [column], f"Field '{label}' does not allow editing.")


def not_in_related_table(entity_set: EntitySet, column: str, value: object, table: str) -> FinopsError:
    """A reference that does not exist."""
    label = entity_set.by_name[column].label
    text = f"The value '{value}' in field '{label}' is not found in the related table '{table}'."
    return field_failed(entity_set, [column], text)


def must_be_filled(entity_set: EntitySet, columns: Sequence[str]) -> FinopsError:
    """Mandatory columns are blank."""
    labels = [entity_set.by_name[column].label for column in columns]
    return write_failed(entity_set, *(f"Field '{label}' must be filled in." for label in labels))


def already_exists(entity_set: EntitySet, key: dict[str, object]) -> FinopsError:
    """The duplicate's text, in the system's words."""
    values = ", ".join(f"{entity_set.by_name[name].label}: {value}" for name, value in key.items())
    text = f"Cannot create a record in {entity_set.table_label} ({entity_set.table}). {values}.\nThe record already exists."
    whole = f"Write failed for table row of type '{entity_set.aot}'. Infolog: Error: {text}"
    return FinopsError(BUSINESS_ERROR_STATUS, whole, _inner(whole, WRITE_EXCEPTION, _UPDATE_STACK), business=True)


def missing_for_update() -> FinopsError:
    """PATCH, PUT, DELETE of a key that is not there, or not in the company that the request sees."""
    text = "No resources were found when selecting for update."
    return FinopsError(MISSING_KEY_STATUS, text, _inner(text, WRITE_EXCEPTION, _UPDATE_STACK))


def not_found(entity_set: EntitySet) -> FinopsError:
    """GET of a key that is not there."""
    return no_resource(entity_set.name)


def no_resource(name: str) -> FinopsError:
    """GET of something that is not there in a service that has no entities."""
    text = f"Resource not found for the segment '{name}'."
    return FinopsError(404, text, _inner(text, ODATA_EXCEPTION, ""))


def stale_etag() -> FinopsError:
    """If-Match does not hold the current etag."""
    text = (
        "An update conflict occurred due to another user process deleting the record "
        "or changing one or more fields in the record."
    )
    return FinopsError(STALE_ETAG_STATUS, text, _inner(text, WRITE_EXCEPTION, _UPDATE_STACK))


def not_authorized(entity_set: EntitySet, verb: str) -> FinopsError:
    """The user lacks the privilege. The text is a live one for reading (assumptions.DENIED_WRITES_READ_ALIKE)."""
    text = f"User is not authorized to {verb} view {entity_set.aot}.  Request denied."
    return FinopsError(403, text, _inner(text, SECURITY_EXCEPTION, ""))


def unreadable(text: str) -> FinopsError:
    """The body cannot be made into the entity: unknown property, wrong type, overlong text."""
    target = "Exception has been thrown by the target of an invocation."
    inner = _inner(target, INVOCATION_EXCEPTION, _READ_STACK)
    inner["internalexception"] = _inner(text, ODATA_EXCEPTION, _READ_STACK)
    return FinopsError(400, text, inner)


def bad_query(text: str) -> FinopsError:
    """A query option that is not valid."""
    return FinopsError(400, text, _inner(f"The query specified in the URI is not valid. {text}", ODATA_EXCEPTION, ""))


def bad_batch(text: str) -> FinopsError:
    """The batch as a whole cannot be read."""
    return FinopsError(400, text, _inner(text, ODATA_EXCEPTION, ""))


def no_route(url: str) -> Response:
    """An address outside the service: another shape, `Message` with a capital."""
    text = f"No HTTP resource was found that matches the request URI '{url}'. No route data was found for this request."
    return Response(
        404, {"Content-Type": "application/json; charset=utf-8"}, Response.json(404, {"Message": text}).body
    )


def method_not_allowed(method: str) -> Response:
    """An address that does not know the method."""
    return Response.json(405, {"Message": f"The requested resource does not support http method '{method}'."})


def _inner(message: str, kind: str, stack: str) -> dict[str, Any]:
    return {"message": message, "type": kind, "stacktrace": stack}
