"""JSON in and out with exact numbers: a Decimal goes out as its own digits, a fraction comes in as a Decimal.

Shared by both twins. What a number means (scale, range) is each twin's own business.
"""

import json
import re
from codecs import BOM_UTF8
from decimal import Decimal
from typing import Any

import orjson


def dumps(value: Any) -> bytes:
    """Compact UTF-8 JSON. A Decimal becomes its plain digits (no exponent, trailing zeros kept)."""
    return orjson.dumps(value, default=_fragment)


def loads(text: bytes | str) -> Any:
    """Parse JSON: whole numbers as int, all others as Decimal. Bytes are UTF-8, a byte order mark is passed over.

    Raises ValueError on malformed text, NaN or Infinity, half surrogate pairs, and nesting that the stack cannot hold.
    """
    decoded = text if isinstance(text, str) else text.removeprefix(BOM_UTF8).decode()
    try:
        value = _DECODER.decode(decoded)
    except RecursionError:
        raise ValueError("the text is nested too deeply") from None
    if _SURROGATE.search(decoded):
        _check_encodable(value)
    return value


_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _check_encodable(value: Any) -> None:
    try:
        orjson.dumps(value, default=_fragment)
    except TypeError as error:
        raise ValueError(f"the text has half a surrogate pair: {error}") from error


def _fragment(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal) and value.is_finite():
        text = str(value)  # twice as fast as format, which only an exponent needs
        return orjson.Fragment(format(value, "f") if "E" in text else text)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON number")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse)
