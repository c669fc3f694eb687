"""The shipped value maps, and what the file adds to them."""

from p2c_assets.mappings.countries import countries
from p2c_assets.mappings.value_maps import lowered, resolved
from p2c_assets.settings import MappingSettings

DUAL_WRITE_LIST = {
    "united states": "US",
    "germany": "DE",
    "france": "FR",
    "united kingdom": "GB",
    "japan": "JP",
    "india": "IN",
    "spain": "ES",
    "new zealand": "NZ",
    "australia": "AU",
    "columbia": "CO",
    "south africa": "ZA",
    "belgium": "BE",
    "canada": "CA",
    "austria": "AT",
    "türkiye": "TR",
    "china": "CN",
    "denmark": "DK",
    "sweden": "SE",
    "norway": "NO",
    "finland": "FI",
    "egypt": "EG",
}
"""Source: MicrosoftDocs dual-write mapping-reference, the same columns."""


def test_the_country_map_knows_every_entry_of_the_documented_list() -> None:
    found = lowered(resolved(MappingSettings())["countries"])
    assert {name: found[name] for name in DUAL_WRITE_LIST} == DUAL_WRITE_LIST


def test_countries_are_known_by_both_codes_and_by_name() -> None:
    found = lowered(resolved(MappingSettings())["countries"])
    assert {found[name] for name in ("de", "deu", "germany", "deutschland")} == {"DE"}
    assert len({code for code, _, _ in countries()}) == len(countries()) == 249


def test_entries_of_the_file_win_in_both_directions() -> None:
    maps = resolved(MappingSettings(value_maps={"units": {"EA": "Each", "pcs": "Piece"}}))
    assert lowered(maps["units"]) == {"ea": "Each", "pcs": "Piece"}
    assert lowered(maps["units"], inverse=True) == {"each": "EA", "piece": "pcs"}


def test_a_country_of_the_file_is_emitted_in_capitals() -> None:
    assert resolved(MappingSettings(value_maps={"countries": {"Preussen": "de"}}))["countries"]["Preussen"] == "DE"


def test_the_delivered_status_is_a_setting() -> None:
    shipped = resolved(MappingSettings())["processing_status"]
    packed = resolved(MappingSettings(delivered_option="packing_slip"))["processing_status"]
    assert (shipped["Delivered"], packed["Delivered"]) == ("647390007", "647390002")
