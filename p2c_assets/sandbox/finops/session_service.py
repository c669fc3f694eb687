"""The one custom service of the sandbox: who the caller is, and in which company.

Source: custom-services (address, error shape), public clients that probe it. assumptions.SESSION_INFO_FIELDS.
"""

from typing import Any

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.reference import Reference
from p2c_assets.sandbox.messages import Request, Response

PATH = ("api", "services", "UserSessionService", "AifUserSessionService", "GetUserSessionInfo")
USER = "p2c-service"
_TYPE = {"Content-Type": "application/json; charset=utf-8"}


class SessionService:
    """Answers GetUserSessionInfo."""

    def __init__(self, reference: Reference, default_company: str) -> None:
        self._reference = reference
        self._default_company = default_company

    def answer(self, request: Request) -> Response:
        """The service user's session: POST with an empty object."""
        if request.method != "POST":
            return errors.method_not_allowed(request.method)
        try:
            request.json()
        except ValueError as error:
            return _refusal(str(error))
        language = self._reference.language(self._default_company)
        body: dict[str, Any] = {
            "$id": "1",
            "AOSLocaleName": "en-US",
            "AXLanguage": language,
            "Company": self._default_company.upper(),
            "CompanyTimeZone": "GMTCOORDINATEDUNIVERSALTIME",
            "IsSysAdmin": False,
            "UserId": USER,
            "UserPreferredTimeZone": "GMTCOORDINATEDUNIVERSALTIME",
        }
        return Response(200, _TYPE, Response.json(200, body).body)


def _refusal(text: str) -> Response:
    """Errors of custom services have a shape of their own."""
    body = {
        "Message": "An error has occurred.",
        "ExceptionMessage": text,
        "ExceptionType": "Newtonsoft.Json.JsonReaderException",
        "StackTrace": "   at Newtonsoft.Json.JsonTextReader.ParseValue()",
    }
    return Response(500, _TYPE, Response.json(500, body).body)
