"""The named value maps: what a code of one system is in the other.

Left sides are compared whatever their case. Maps with two directions are written SCM -> Sales; rules read them backwards
with `inverse`. Entries of p2c.toml ([value_maps.<name>]) add to these or replace them.
"""

from collections.abc import Iterable, Mapping

from p2c_assets.errors import SettingsError
from p2c_assets.mappings.countries import ALIASES, countries
from p2c_assets.settings import MappingSettings

ValueMaps = Mapping[str, Mapping[str, str]]

DELIVERED = {"shipped": "647390007", "packing_slip": "647390002"}
"""What SCM's Delivered is in Sales: not documented, hence the setting mapping.delivered_option."""

_FIXED: ValueMaps = {
    # D:prd, D:quo show the map with this entry.
    "units": {"ea": "Primary Unit"},
    # Values D:sol, pairing inferred from the labels.
    "processing_status": {
        "Active": "647390000",
        "Confirmed": "647390001",
        "Picked": "647390004",
        "PartiallyDelivered": "647390008",
        "PartiallyInvoiced": "647390009",
        "DeliveredPartiallyInvoiced": "647390009",
        "Invoiced": "647390003",
        "Canceled": "647390010",
    },
    # D:dw pairs, D:fo and D:dv members.
    "gender": {"1": "Male", "2": "Female"},
    "marital_status": {"1": "Single", "2": "Married", "3": "Divorced", "4": "Widowhood"},
    # The grid has a function between two booleans: an inversion.
    "do_not_email": {"true": "No", "false": "Yes"},
    "inactive": {"0": "No", "1": "Yes"},
    # D:dw.
    "product_type": {"Item": "1", "Service": "3"},
    "yes_no": {"Yes": "true", "No": "false"},
    # Empty: ISO codes are the same on both sides. For organisations with codes of their own.
    "currencies": {},
}


def shipped(settings: MappingSettings) -> dict[str, dict[str, str]]:
    """The maps without the file's entries."""
    maps = {name: dict(entries) for name, entries in _FIXED.items()}
    maps["processing_status"]["Delivered"] = DELIVERED[settings.delivered_option]
    maps["countries"] = _to_alpha_2()
    maps["country_regions"] = {alpha_3: alpha_2 for alpha_2, alpha_3, _ in countries()}
    return maps


def resolved(settings: MappingSettings) -> dict[str, dict[str, str]]:
    """All maps, the file's entries included."""
    maps = shipped(settings)
    for name, entries in settings.value_maps.items():
        maps[name] = _merged(maps.get(name, {}), entries)
    maps["countries"] = {name: code.upper() for name, code in maps["countries"].items()}
    return maps


def check(settings: MappingSettings, used: Iterable[str]) -> None:
    """Raises SettingsError where the file has a map that no field uses, or a field a map that nobody defines."""
    used = set(used)
    known = ", ".join(sorted(shipped(settings)))
    for name in sorted(set(settings.value_maps) - set(shipped(settings)) - used):
        raise SettingsError(f"value_maps.{name} is used by no mapping; known: {known}")
    for name in sorted(used - set(resolved(settings))):
        raise SettingsError(f"there is no value map {name!r}; known: {known}; others go under [value_maps.{name}]")


def lowered(entries: Mapping[str, str], *, inverse: bool = False) -> dict[str, str]:
    """A map ready for looking up; inverse: the first of several left sides of one right side wins."""
    pairs = [(right, left) for left, right in entries.items()] if inverse else list(entries.items())
    found: dict[str, str] = {}
    for left, right in pairs:
        found.setdefault(left.strip().lower(), right)
    return found


def _merged(own: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
    """The file's entries first, so that they win both ways."""
    replaced = {key.strip().lower() for key in added}
    return {**added, **{key: value for key, value in own.items() if key.strip().lower() not in replaced}}


def _to_alpha_2() -> dict[str, str]:
    codes = {alpha_2: alpha_2 for alpha_2, _, _ in countries()}
    codes |= {alpha_3: alpha_2 for alpha_2, alpha_3, _ in countries()}
    codes |= {name: alpha_2 for alpha_2, _, name in countries()}
    return codes | ALIASES
