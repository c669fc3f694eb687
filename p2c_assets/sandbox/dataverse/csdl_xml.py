"""One XML element of a CSDL document as text."""

from collections.abc import Mapping
from xml.sax.saxutils import quoteattr


def element(name: str, attributes: Mapping[str, str], *content: str) -> str:
    """`content` is XML already."""
    opening = "".join([f"<{name}", *(f" {key}={quoteattr(value)}" for key, value in attributes.items())])
    inner = "".join(content)
    return f"{opening}>{inner}</{name}>" if inner else f"{opening} />"
