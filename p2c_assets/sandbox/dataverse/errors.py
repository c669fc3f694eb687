"""The refusals of the twin: Dataverse's codes, HTTP statuses and words.

Only what becomes an OData error body is here; features that the twin lacks raise the kernel's Unsupported.
Source: MicrosoftDocs/powerapps-docs developer/data-platform/reference/web-service-error-codes.md (names, codes,
messages) and webapi/compose-http-requests-handle-errors.md (statuses).
"""

from collections.abc import Iterable

from p2c_assets.sandbox.dataverse.assumptions import (
    EXPIRED_TOKEN_STATUS,
    HIGH_PAGE_CODE,
    INACTIVE_PRODUCT_CODE,
    INVALID_TOKEN_CODE,
    KEY_CHARACTERS,
    KEY_CHARACTERS_STATUS,
    NO_MESSAGE_STATUS,
    READ_ONLY_CODE,
    TRACKING_OPTION_CODE,
    URL_TOO_LONG_STATUS,
)


class DataverseError(Exception):
    """One refused operation: HTTP status, error code and message as the Web API shows them."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def does_not_exist(display: str, key: str) -> DataverseError:
    return DataverseError(404, "0x80040217", f"{display} With Id = {key} Does Not Exist")


def key_values_not_found(logical: str) -> DataverseError:
    return DataverseError(
        404, "0x80060891", f"A record with the specified key values does not exist in {logical} entity"
    )


def key_not_defined(logical: str) -> DataverseError:
    text = f"The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.{logical}'."
    return DataverseError(400, "0x80060888", f"{text} Ensure the names and number of key properties match its keys.")


def duplicate_key(message: str = "A record with matching key values already exists.") -> DataverseError:
    return DataverseError(412, "0x80040237", message)


def alternate_key_violated(key: str, columns: Iterable[str]) -> DataverseError:
    named = ", ".join(columns)
    text = f"Entity Key {key} violated. A record with the same value for {named} already exists."
    return DataverseError(412, "0x80060892", f"{text} A duplicate record cannot be created.")


def version_mismatch() -> DataverseError:
    text = "The version of the existing record doesn't match the RowVersion property provided."
    return DataverseError(412, "0x80060882", text)


def too_long(column: str, logical: str, length: int) -> DataverseError:
    text = f"A validation error occurred.  The length of the '{column}' attribute of the '{logical}' entity"
    return DataverseError(400, "0x80044331", f"{text} exceeded the maximum allowed length of '{length}'.")


def not_an_option(value: object, column: str, logical: str, options: Iterable[int]) -> DataverseError:
    accepted = ",".join(str(option) for option in sorted(options))
    text = f"A validation error occurred. The value {value} of '{column}' on record of type '{logical}'"
    return DataverseError(400, "0x8004431A", f"{text} is outside the valid range. Accepted Values: {accepted}")


def out_of_range(value: object, column: str, logical: str, *, whole: bool) -> DataverseError:
    text = f"A validation error occurred. The value {value} of '{column}' on record of type '{logical}'"
    return DataverseError(400, "0x8004432F" if whole else "0x80044330", f"{text} is outside the valid range.")


def wrong_type(value: object, column: str, expected: str) -> DataverseError:
    text = f"Error identified in Payload provided by the user for Entity :'', property '{column}'"
    return DataverseError(
        400, "0x80048d19", f"{text}: cannot convert the value '{value}' to the expected type '{expected}'."
    )


def undeclared_property(name: str, entity_set: str) -> DataverseError:
    text = (
        f"Error identified in Payload provided by the user for Entity :'{entity_set}', For more information on this "
        f"error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  "
        f"InnerException : Microsoft.OData.ODataException: An undeclared property '{name}' which only has property "
        "annotations in the payload but no property value was found in the payload. In OData, only declared "
        "navigation properties and declared named streams can be represented as properties without values."
    )
    return DataverseError(400, "0x80048d19", text)


def unknown_property(name: str, logical: str) -> DataverseError:
    text = f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{logical}'."
    return DataverseError(400, "0x0", text)


def unknown_payload_property(name: str, logical: str) -> DataverseError:
    text = "Error identified in Payload provided by the user for Entity :'', InnerException : Invalid property"
    return DataverseError(400, "0x80048d19", f"{text} '{name}' was found in entity 'Microsoft.Dynamics.CRM.{logical}'.")


def unknown_parameter(name: str, operation: str) -> DataverseError:
    text = f"The parameter '{name}' in the request payload is not a valid parameter for the operation '{operation}'."
    return DataverseError(400, "0x80048d19", text)


def read_only_column(name: str, logical: str) -> DataverseError:
    text = "An attempt was made to update a non-updateable field."
    return DataverseError(400, "0x80041100", f"{text} ({logical}.{name})")


def required(name: str, logical: str) -> DataverseError:
    return DataverseError(400, "0x80040200", f"Required field missing. ({logical}.{name})")


def invalid_status(status: object, state: str, logical: str) -> DataverseError:
    text = f"{status} is not a valid status code for state code {logical.capitalize()}State.{state} on {logical}"
    return DataverseError(400, "0x80048408", text)


def invalid_transition(logical: str, key: str, before: str, after: str) -> DataverseError:
    text = f"{logical} with Id {key} cannot go from state {before} to state {after} by an update."
    return DataverseError(400, READ_ONLY_CODE, text)


def read_only(logical: str, key: str, state: str) -> DataverseError:
    text = f"{logical} with Id {key} is read-only in state {state}."
    return DataverseError(400, READ_ONLY_CODE, text)


def parent_read_only(logical: str, key: str, state: str) -> DataverseError:
    text = "The parent is read only and cannot be edited."
    return DataverseError(400, "0x80043b09", f"{text} ({logical} {key} is {state})")


def product_number_exists() -> DataverseError:
    text = "The specified product ID conflicts with the product ID of an existing record."
    return DataverseError(400, "0x80043b06", f"{text} Specify a different product ID and try again.")


def inactive_product(number: object) -> DataverseError:
    text = f"The product {number} is not active: only active products can be added."
    return DataverseError(400, INACTIVE_PRODUCT_CODE, text)


def price_list_mandatory(logical: str) -> DataverseError:
    return DataverseError(400, "0x80100010", f"PriceList is mandatory for creating entity. ({logical})")


def price_list_currency() -> DataverseError:
    text = "The currency of the record does not match the currency of the price list."
    return DataverseError(400, "0x80048cf6", text)


def plugin_aborted(message: str) -> DataverseError:
    """What a synchronous plug-in of a solution answers when it stops the operation (0x80040265, IsvAborted)."""
    return DataverseError(400, "0x80040265", message)


def invalid_argument(message: str) -> DataverseError:
    return DataverseError(400, "0x80040203", message)


def bad_url(message: str) -> DataverseError:
    return DataverseError(400, "0x80060888", message)


def associated() -> DataverseError:
    text = "The object you tried to delete is associated with another object and cannot be deleted."
    return DataverseError(405, "0x80040227", text)


def no_message(message: str, logical: str) -> DataverseError:
    text = f"The '{message}' method does not support entities of type '{logical}'."
    code = "0x80040800"
    return DataverseError(NO_MESSAGE_STATUS, code, f"{text} MessageProcessorCache returned MessageProcessor.Empty. ")


def do_not_exist(display: str, key: str) -> DataverseError:
    return DataverseError(404, "0x80040217", f"{display} With Ids = {key} Do Not Exist")


def already_revised() -> DataverseError:
    text = "Quote cannot be revised as there already exists another quote in Draft/Active state and with same quote number."
    return DataverseError(400, "0x80048d00", text)


def not_a_member() -> DataverseError:
    return DataverseError(403, "0x80072560", "The user is not a member of the organization.")


def user_disabled() -> DataverseError:
    text = "The specified user is either disabled or is not a member of any business unit."
    return DataverseError(403, "0x80040225", text)


def privilege_missing(user: str, name: str, key: str, code: int, logical: str) -> DataverseError:
    who = f"Principal user (Id={user}, type=8, roleCount=1, privilegeCount=586)"
    text = f"{who} is missing {name} privilege (Id={key}) on OTC={code} for entity '{logical}'."
    return DataverseError(403, "0x80040220", text)


def access_missing(user: str, right: str, key: str, logical: str) -> DataverseError:
    text = f"Principal with id {user} does not have {right} right(s) for record with id {key} of entity {logical}"
    return DataverseError(403, "0x80048306", text)


def depth_missing(user: str, name: str, key: str, unit: str) -> DataverseError:
    text = f"SecLib::CheckPrivilege failed. User: {user}, PrivilegeName: {name}, PrivilegeId: {key}"
    return DataverseError(403, "0x80040220", f"{text}, Required Depth: Global, BusinessUnitId: {unit}")


def right_missing(user: str, name: str) -> DataverseError:
    text = f"CrmCheckPrivilege failed. Returned hr = -2147220839 on UserId: {user} and Privilege: {name}"
    return DataverseError(403, "0x80040299", text)


def unexpected() -> DataverseError:
    return DataverseError(400, "0x80040216", "An unexpected error occurred.")


def not_tracked(logical: str) -> DataverseError:
    return DataverseError(400, "0x80072491", f"Entity {logical} isn't enabled for change tracking.")


def not_with_tracking(option: str) -> DataverseError:
    text = f'The "{option}" query parameter isn\'t supported when Change Tracking is enabled.'
    return DataverseError(400, TRACKING_OPTION_CODE, text)


def expired_token() -> DataverseError:
    text = "Version stamp associated with the client has expired. Please perform a full sync."
    return DataverseError(EXPIRED_TOKEN_STATUS, "0x80044352", text)


def invalid_token(text: str) -> DataverseError:
    return DataverseError(400, INVALID_TOKEN_CODE, f"The delta token '{text}' is invalid.")


def invalid_cookie() -> DataverseError:
    return DataverseError(400, "0x8004112A", "Invalid page number in paging cookie.")


def too_many_requests(limit: int, window_s: int) -> DataverseError:
    text = f"Number of requests exceeded the limit of {limit} over time window of {window_s} seconds."
    return DataverseError(429, "0x80072322", text)


def too_much_execution(limit_s: float, window_s: int) -> DataverseError:
    text = (
        f"Combined execution time of incoming requests exceeded limit of {limit_s * 1000:,.0f} milliseconds over time "
        f"window of {window_s} seconds. Decrease number of concurrent requests or reduce the duration of requests and "
        "try again later."
    )
    return DataverseError(429, "0x80072321", text)


def too_many_at_once(limit: int) -> DataverseError:
    return DataverseError(429, "0x80072326", f"Number of concurrent requests exceeded the limit of {limit}.")


def no_segment(name: str) -> DataverseError:
    return DataverseError(404, "0x8006088a", f"Resource not found for the segment '{name}'.")


def no_resource(url: str) -> DataverseError:
    return DataverseError(404, "", f"No HTTP resource was found that matches the request URI '{url}'.")


def no_entity(name: str) -> DataverseError:
    text = f"Could not find an entity with name {name} and id 00000000-0000-0000-0000-000000000000."
    return DataverseError(404, "0x80040217", text)


def no_attribute(logical: str, name: str) -> DataverseError:
    """What the query builder answers, to FetchXML and SQL alike."""
    text = f"'{logical}' entity doesn't contain attribute with Name = '{name}' and NameMapping = 'Logical'."
    return DataverseError(400, "0x80041103", text)


def invalid_xml() -> DataverseError:
    return DataverseError(400, "0x80040201", "Invalid XML.")


def paging_cookie_required() -> DataverseError:
    text = "Paging cookie is required when trying to retrieve a set of records on any high pages."
    return DataverseError(400, HIGH_PAGE_CODE, text)


def too_many_to_aggregate() -> DataverseError:
    return DataverseError(400, "0x8004E023", "AggregateQueryRecordLimit exceeded. Cannot perform this operation.")


def url_too_long(most: int) -> DataverseError:
    return DataverseError(URL_TOO_LONG_STATUS, "0x80060888", f"The length of the URL is more than {most} characters.")


def bad_key_value(name: str) -> DataverseError:
    text = f"The value of '{name}' in the URL has a character that alternate keys do not take there: {KEY_CHARACTERS}"
    return DataverseError(KEY_CHARACTERS_STATUS, "0x80060888", text)
