"""What is inside of a package: a zip with a manifest and one data file for each entity.

Source: finops.md 3.2 (Manifest.xml in UTF-16 or UTF-8, names of fields in upper case, CSV in UTF-8 and CSV-Unicode in UTF-16
with a byte order mark, no column for the company); Microsoft's sample package in Dynamics-AX-Integration.
"""

import csv
import io
import zipfile
from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

MANIFEST = "Manifest.xml"
NAMESPACE = "{http://schemas.microsoft.com/dynamics/2015/01/DataManagement}"
ENCODINGS: Mapping[str, str] = {"CSV": "utf-8-sig", "CSV-Unicode": "utf-16"}
"""Formats of files that are read here."""


class UnreadablePackageError(Exception):
    """A package that is not as we read them; the text says what is, and what we read."""


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The records of a package of one entity: field (upper case) to cell, as the file has them.

    Raises UnreadablePackageError for anything but a zip with one entity in a comma-separated file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entity = _only_entity(ElementTree.fromstring(archive.read(MANIFEST)))
            text = _decoded(archive.read(_text(entity, "InputFilePath")), _text(entity, "SourceFormat"))
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, UnicodeError) as error:
        raise UnreadablePackageError(f"the package cannot be read: {error}") from error
    return _rows(text, _fields(entity))


def _only_entity(manifest: Element) -> Element:
    entities = manifest.findall(f"{NAMESPACE}PackageEntityList/{NAMESPACE}DataManagementPackageEntityData")
    if len(entities) != 1:
        raise UnreadablePackageError(f"the data project has {len(entities)} entities; it should have one")
    return entities[0]


def _decoded(content: bytes, source_format: str) -> str:
    if source_format not in ENCODINGS:
        raise UnreadablePackageError(f"the file's format is {source_format}; it is read as {' or '.join(ENCODINGS)}")
    return content.decode(ENCODINGS[source_format])


def _fields(entity: Element) -> dict[str, str]:
    """Column of the file -> field of the entity."""
    maps = entity.iterfind(f"{NAMESPACE}EntityMapList/{NAMESPACE}EntityMap")
    return {_text(one, "XMLField"): _text(one, "EntityField").upper() for one in maps}


def _rows(text: str, fields: Mapping[str, str]) -> list[dict[str, str]]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [fields.get(name, name.upper()) for name in next(lines, list[str]())]
        return [dict(zip(header, cells, strict=True)) for cells in lines if cells]
    except (csv.Error, ValueError) as error:
        raise UnreadablePackageError(f"line {lines.line_num} of the file cannot be read: {error}") from error


def _text(element: Element, name: str) -> str:
    return element.findtext(f"{NAMESPACE}{name}") or ""
