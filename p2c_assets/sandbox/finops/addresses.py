"""Address blocks: countries resolved, blocks copied from one record to another.

Source: sales-order template page (invoice address from the customer, delivery address from the customer where none is
sent); the need for a country is assumptions.ADDRESS_NEEDS_A_COUNTRY.
"""

from collections.abc import Mapping, Sequence

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.columns import EntitySet
from p2c_assets.sandbox.finops.reference import Reference
from p2c_assets.sandbox.table import Row

_PLACE = ("Street", "StreetNumber", "City", "State", "StateId", "County", "CountyId", "ZipCode")
_COUNTRY = ("CountryRegionId", "CountryRegionISOCode")
_SHARED = ("Description", "Street", "City", "ZipCode", *_COUNTRY)
_RENAMED: Mapping[str, str] = {"StateId": "State", "CountyId": "County", "State": "State"}


def settle_country(
    entity_set: EntitySet, reference: Reference, row: Row, prefix: str, posted: Mapping[str, object]
) -> Row:
    """Both country columns of a block from the one sent (assumptions.ISO_CODES_ARE_RETURNED_UPPER_CASE).

    Raises FinopsError for an unknown country, and for an address without one. A block of which nothing was sent stays.
    """
    if entity_set.block(prefix).isdisjoint(posted):
        return row
    iso, code = f"{prefix}CountryRegionISOCode", f"{prefix}CountryRegionId"
    source = code if code in posted and not (iso in posted and row[iso]) else iso
    if not row[source]:
        return _without_country(entity_set, row, prefix, source)
    country = reference.find("_countries", row[source]) if source == iso else reference.country_by_iso3(row[source])
    if country is None:
        raise errors.not_in_related_table(entity_set, source, row[source], "Countries/regions")
    return {**row, iso: str(country["iso2"]).upper(), code: str(country.get("iso3", "")).upper()}


def _without_country(entity_set: EntitySet, row: Row, prefix: str, source: str) -> Row:
    if not is_blank(entity_set, row, prefix):
        raise errors.must_be_filled(entity_set, [source])
    return {**row, f"{prefix}CountryRegionISOCode": "", f"{prefix}CountryRegionId": ""}


def is_blank(entity_set: EntitySet, row: Mapping[str, object], prefix: str) -> bool:
    """True when no part of the place is filled; name, description and country alone are no address."""
    return not any(row.get(f"{prefix}{part}") for part in _PLACE if f"{prefix}{part}" in entity_set.by_name)


def is_sent(entity_set: EntitySet, posted: Mapping[str, object], prefix: str) -> bool:
    """True when a posted body fills any part of the place or the country."""
    if entity_set.block(prefix).isdisjoint(posted):
        return False
    country = any(posted.get(f"{prefix}{part}") for part in _COUNTRY)
    return country or not is_blank(entity_set, posted, prefix)


def from_customer(customer: Row, prefixes: Sequence[str], target: EntitySet, prefix: str) -> Row:
    """The first filled block of a customer (by its prefixes) in the columns of a document's block."""
    source = next(
        (one for one in prefixes if customer[f"{one}CountryRegionISOCode"] or customer[f"{one}Street"]), prefixes[-1]
    )
    parts = {**{part: part for part in _SHARED}, **_RENAMED}
    return {
        f"{prefix}{part}": customer[f"{source}{theirs}"]
        for part, theirs in parts.items()
        if f"{prefix}{part}" in target.by_name
    }


def copied(row: Row, target: EntitySet, prefix: str) -> Row:
    """A document's block as another document of the same column names takes it."""
    return {name: row[name] for name in target.block(prefix) if name in row}
