"""What p2c.toml may say about a field: `[mappings.<task>.<Field>]`, and how that becomes a rule.

`constant`, `setting`, `source`, `sources` (the first that is not blank; joined where `separator` is given) and `value_map`
replace the field's rule; `blank` and `mode` change it.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from p2c_assets.errors import SettingsError
from p2c_assets.mappings.model import FieldMap, Mode
from p2c_assets.mappings.rules import Coalesce, Concat, Constant, Copy, FromSetting, Rule, Value, ValueMap
from p2c_assets.settings import Company, MappingSettings

EVIDENCE = "p2c.toml"


class Override(BaseModel):
    """One table of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    constant: Value | None = None
    setting: str | None = None
    source: str | None = None
    sources: tuple[str, ...] = Field(default=(), min_length=0)
    separator: str | None = None
    value_map: str | None = None
    inverse: bool = False
    blank: Value | None = None
    mode: Mode | None = None
    required: bool | None = None


def read(name: str, table: object) -> Override:
    """Raises SettingsError naming the setting and what may stand there."""
    try:
        return Override.model_validate(table)
    except ValidationError as error:
        known = ", ".join(Override.model_fields)
        first = error.errors()[0]
        place = ".".join([name, *(str(part) for part in first["loc"])])
        raise SettingsError(f"{place} = {first['input']!r}: {first['msg']}; known: {known}") from error


def changed(field: FieldMap, override: Override, name: str) -> FieldMap:
    """A shipped field as the file wants it."""
    rule = _rule(override, field.rule, name)
    values: dict[str, Any] = {**vars(field), "rule": rule, "mode": override.mode or field.mode}
    if rule != field.rule:
        values |= {"evidence": EVIDENCE, "note": ""}
    if override.required is not None:
        values["required"] = override.required
    return FieldMap(**{key: value for key, value in values.items() if key in FieldMap.__dataclass_fields__})


def added(target: str, override: Override, name: str) -> FieldMap:
    """A field of the file's own."""
    rule = _rule(override, None, name)
    return FieldMap(target, rule, override.mode or "synced", EVIDENCE, required=override.required or False)


def _rule(override: Override, present: Rule | None, name: str) -> Rule:
    _check_one_rule(override, name)
    source = override.source or next(iter(present.uses), None) if present else override.source
    if override.value_map is not None:
        if source is None:
            raise SettingsError(f"{name}: value_map needs a source")
        blank = None if override.blank is None else str(override.blank)
        return ValueMap(source=source, value_map=override.value_map, inverse=override.inverse, blank=blank)
    if override.constant is not None:
        return Constant(value=override.constant)
    if override.setting is not None:
        return FromSetting(setting=_known_setting(override.setting, name))
    if override.sources:
        return _of_several(override)
    if override.source is not None:
        return Copy(source=override.source, blank=override.blank)
    return _with_blank(present, override, name)


def _of_several(override: Override) -> Rule:
    if override.separator is None:
        return Coalesce(sources=override.sources)
    return Concat(sources=override.sources, separator=override.separator)


def _with_blank(present: Rule | None, override: Override, name: str) -> Rule:
    if present is None:
        raise SettingsError(f"{name} needs one of constant, setting, source, sources, value_map")
    if override.blank is None:
        return present
    if isinstance(present, Copy):
        return present.model_copy(update={"blank": override.blank})
    if isinstance(present, ValueMap):
        return present.model_copy(update={"blank": str(override.blank), "blank_setting": None})
    raise SettingsError(f"{name}.blank has no meaning for a field that is made by {present.kind}")


def _check_one_rule(override: Override, name: str) -> None:
    rules = ("constant", "setting", "sources", "value_map" if override.source is None else "source")
    given = [rule for rule in rules if getattr(override, rule) not in (None, ())]
    if len(given) > 1:
        raise SettingsError(f"{name} has {' and '.join(given)}: give one of them")


def _known_setting(setting: str, name: str) -> str:
    known = [f"company.{field}" for field in Company.model_fields]
    known += [f"mapping.{field}" for field in MappingSettings.model_fields]
    if setting not in known:
        raise SettingsError(f"{name}.setting = {setting!r} does not exist; known: {', '.join(known)}")
    return setting
