"""Formatted values and the other annotations of an answer."""

from typing import Any

import pytest

from p2c_assets_tests.sandbox.dataverse.sales import Sales
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, BIKE, PERSON, USD, order

FORMATTED = "OData.Community.Display.V1.FormattedValue"
CRM = "Microsoft.Dynamics.CRM"
PREFER = f'odata.include-annotations="{FORMATTED}"'


def _formatted(sales: Sales, path: str) -> dict[str, Any]:
    row = sales.json(sales.get(path, Prefer=PREFER))
    return {name.partition("@")[0]: value for name, value in row.items() if name.endswith(f"@{FORMATTED}")}


def test_choices_and_states_are_formatted_by_their_labels(sales: Sales) -> None:
    """webapi/query/select-columns (formatted values); webapi/compose-http-requests-handle-errors."""
    key = sales.create("salesorders", order("SO-1"))
    found = _formatted(sales, f"salesorders({key})?$select=statecode,statuscode,msdynce_processingstatus,willcall")
    assert found == {"statecode": "Active", "statuscode": "New", "msdynce_processingstatus": "Draft", "willcall": "No"}


def test_lookups_are_formatted_by_the_primary_name(sales: Sales) -> None:
    """webapi/query/select-columns: the primary name value for lookup and owner properties."""
    key = sales.create("salesorders", order("SO-1"))
    found = _formatted(sales, f"salesorders({key})?$select=_customerid_value,_pricelevelid_value,_ownerid_value")
    assert found == {
        "_customerid_value": "Adventure Works",
        "_pricelevelid_value": "Standard USD",
        "_ownerid_value": "# p2c",
    }


def test_amounts_are_formatted_with_the_symbol_of_their_currency(sales: Sales) -> None:
    """webapi/query/select-columns: revenue 20000 is $20,000.00."""
    sales.admin(
        "alter",
        {"set": "transactioncurrencies", "key": {"transactioncurrencyid": USD}, "values": {"currencysymbol": "$"}},
    )
    sales.change(f"accounts({ACCOUNT})", {"creditlimit": 20000})
    assert _formatted(sales, f"accounts({ACCOUNT})?$select=creditlimit") == {"creditlimit": "$20,000.00"}


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("effectivefrom", "2023-04-07T14:59:01Z", "4/7/2023 2:59 PM"),
        ("effectivefrom", "2023-12-31T00:05:00Z", "12/31/2023 12:05 AM"),
        ("discountpercentage", 12.5, "12.50"),
        ("revisionnumber", 1234, "1,234"),
    ],
)
def test_dates_and_numbers_are_formatted_for_the_user(sales: Sales, column: str, value: object, text: str) -> None:
    """webapi/query/select-columns: modifiedon 4/7/2023 2:59 PM; assumptions.FORMATTED_FOR."""
    key = sales.create("quotes", order())
    sales.admin("alter", {"set": "quotes", "key": {"quoteid": key}, "values": {column: value}})
    assert _formatted(sales, f"quotes({key})?$select={column}") == {column: text}


def test_texts_keys_and_empty_values_are_not_formatted(sales: Sales) -> None:
    """webapi/query/select-columns: name and accountid have none; webapi/compose-http-requests-handle-errors."""
    assert _formatted(sales, f"accounts({ACCOUNT})?$select=name,creditlimit,description") == {}


def test_a_wildcard_brings_every_annotation(sales: Sales) -> None:
    """webapi/compose-http-requests-handle-errors (request annotations): "*" and prefixes with *."""
    row = sales.json(sales.get(f"products({BIKE})?$select=_defaultuomid_value", Prefer='odata.include-annotations="*"'))
    assert row[f"_defaultuomid_value@{FORMATTED}"] == "Primary Unit"
    assert row[f"_defaultuomid_value@{CRM}.lookuplogicalname"] == "uom"
    crm = sales.json(
        sales.get(
            f"products({BIKE})?$select=statecode,_defaultuomid_value", Prefer=f'odata.include-annotations="{CRM}.*"'
        )
    )
    assert f"statecode@{FORMATTED}" not in crm
    assert crm[f"_defaultuomid_value@{CRM}.associatednavigationproperty"] == "defaultuomid"


def test_totals_are_annotated_when_asked_for(sales: Sales) -> None:
    """webapi/query/count-rows: totalrecordcount, -1 without $count; totalrecordcountlimitexceeded;
    webapi/compose-http-requests-handle-errors."""
    prefer = f'odata.include-annotations="{CRM}.totalrecordcount,{CRM}.totalrecordcountlimitexceeded"'
    counted = sales.json(sales.get("products?$select=name&$count=true", Prefer=prefer))
    assert (counted["@odata.count"], counted[f"@{CRM}.totalrecordcount"]) == (4, 4)
    assert counted[f"@{CRM}.totalrecordcountlimitexceeded"] is False
    assert sales.json(sales.get("products?$select=name", Prefer=prefer))[f"@{CRM}.totalrecordcount"] == -1


def test_the_version_of_the_metadata_is_annotated(sales: Sales) -> None:
    """webapi/compose-http-requests-handle-errors: Microsoft.Dynamics.CRM.globalmetadataversion."""
    answer = sales.json(sales.get("products?$top=1", Prefer=f'odata.include-annotations="{CRM}.globalmetadataversion"'))
    assert answer[f"@{CRM}.globalmetadataversion"].isdecimal()


def test_expanded_rows_are_annotated_too(sales: Sales) -> None:
    """webapi/query/filter-rows: the related row of the sample has formatted values."""
    sales.change(f"contacts({PERSON})", {"parentcustomerid_account@odata.bind": f"/accounts({ACCOUNT})"})
    path = f"contacts({PERSON})?$select=lastname&$expand=parentcustomerid_account($select=_transactioncurrencyid_value,statecode)"
    row = sales.json(sales.get(path, Prefer=PREFER))
    assert row["parentcustomerid_account"][f"statecode@{FORMATTED}"] == "Active"


def test_the_total_record_count_of_tables_is_a_function(sales: Sales) -> None:
    """webapi/query/count-rows: RetrieveTotalRecordCount(EntityNames=['account'])."""
    found = sales.row("RetrieveTotalRecordCount(EntityNames=['account','product'])")["EntityRecordCountCollection"]
    assert dict(zip(found["Keys"], found["Values"], strict=True)) == {"account": 2, "product": 4}
    assert sales.get("RetrieveTotalRecordCount(EntityNames=@p1)?@p1=['nonsense']").status_code == 404
