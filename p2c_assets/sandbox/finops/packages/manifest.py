"""Manifest and header of a package: XML to objects and back.

Source: Microsoft's sample package (Dynamics-AX-Integration; both files UTF-16LE with a byte order mark, one namespace),
data-entities-data-packages (units, levels, sequences), traces of imports (UTF-8 works too).
"""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from p2c_assets.sandbox.finops.packages.projects import FULL, Project, ProjectEntity
from p2c_assets.sandbox.messages import Unsupported

NAMESPACE = "http://schemas.microsoft.com/dynamics/2015/01/DataManagement"
MANIFEST, HEADER = "Manifest.xml", "PackageHeader.xml"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_MANIFEST_TYPE = "Microsoft.Dynamics.AX.Framework.Tools.DataManagement.Serialization.DataManagementPackageManifest"
_ROOT = f"{{{NAMESPACE}}}DataManagementPackageManifest"
_HEADER_ROOT = f"{{{NAMESPACE}}}DataManagementPackageHeader"


class BadManifestError(Exception):
    """Manifest or header cannot be read; the text says why."""


@dataclass(frozen=True)
class FieldMap:
    """One column: staging name of the field, name in the file's header."""

    entity_field: str
    file_column: str


@dataclass(frozen=True)
class ManifestEntity:
    """One entity of a package: its place in a project, its file and its map."""

    entity: ProjectEntity
    file: str
    maps: tuple[FieldMap, ...]


@dataclass(frozen=True)
class Manifest:
    """What a package says of itself."""

    project: str
    entities: tuple[ManifestEntity, ...]

    @property
    def as_project(self) -> Project:
        """The project that an import makes of it."""
        return Project(self.project, tuple(entity.entity for entity in self.entities))


def of_project(project: Project) -> Manifest:
    """The manifest of an export: each entity in a file named after its label, columns by their own names."""
    entities = [
        ManifestEntity(entity, f"{entity.label}.csv", tuple(FieldMap(name, name) for name in entity.columns))
        for entity in project.in_order
    ]
    return Manifest(project.name, tuple(entities))


def render(manifest: Manifest) -> bytes:
    """Manifest.xml."""
    root = Element("DataManagementPackageManifest", {"xmlns": NAMESPACE, "xmlns:i": _INSTANCE})
    _texts(root, DefinitionGroupName=manifest.project, Description=manifest.project)
    entities = SubElement(root, "PackageEntityList")
    for entity in manifest.entities:
        _render_entity(SubElement(entities, "DataManagementPackageEntityData"), entity)
    return _document(root)


def render_header(manifest: Manifest) -> bytes:
    """PackageHeader.xml."""
    root = Element("DataManagementPackageHeader", {"xmlns": NAMESPACE, "xmlns:i": _INSTANCE})
    _texts(root, Description=manifest.project, ManifestType=_MANIFEST_TYPE)
    _texts(root, PackageType="DefinitionGroup", PackageVersion="2")
    return _document(root)


def parse(content: bytes) -> Manifest:
    """Manifest.xml. Raises BadManifestError, and Unsupported for what it asks of the sandbox in vain."""
    root = _root(content, _ROOT, MANIFEST)
    listed = root.find(_name("PackageEntityList"))
    entities = [] if listed is None else listed.findall(_name("DataManagementPackageEntityData"))
    read = [_read_entity(entity) for entity in entities if not _flag(entity, "Disable")]
    return Manifest(_text(root, "DefinitionGroupName"), tuple(read))


def check_header(content: bytes) -> None:
    """PackageHeader.xml. Raises BadManifestError."""
    root = _root(content, _HEADER_ROOT, HEADER)
    if _text(root, "PackageType") != "DefinitionGroup":
        raise BadManifestError(f"{HEADER}: PackageType is not DefinitionGroup")


def _render_entity(parent: Element, entity: ManifestEntity) -> None:
    project_entity = entity.entity
    _texts(parent, DefaultRefreshType=project_entity.refresh, Disable="false")
    maps = SubElement(parent, "EntityMapList")
    for field in entity.maps:
        _render_map(SubElement(maps, "EntityMap"), field)
    _texts(parent, EntityName=project_entity.label, EntityTransformList="", ExcelSheetName="")
    _texts(
        parent,
        ExecutionUnit=str(project_entity.execution_unit),
        FailExecutionUnitOnError=str(project_entity.fail_unit_on_error).lower(),
        FailLevelOnError=str(project_entity.fail_level_on_error).lower(),
        InputFilePath=entity.file,
        LevelInExecutionUnit=str(project_entity.level),
        RunBusinessLogic="true",
        RunBusinessValidation="true",
        SequenceInLevel=str(project_entity.sequence),
        SkipStaging="false",
        SourceFormat=project_entity.source_format,
        ValidationStatus="Yes",
    )


def _render_map(parent: Element, field: FieldMap) -> None:
    _texts(parent, ArrayIndex="0", EntityField=field.entity_field)
    SubElement(parent, "EntityFieldConversionList", {"i:nil": "true"})
    _texts(parent, IsAutoDefault="false", IsAutoGenerated="false", IsDefaultValueEqualNull="false")
    _texts(parent, UseTextQualifier="false", XMLField=field.file_column)


def _texts(parent: Element, **values: str) -> None:
    for name, value in values.items():
        SubElement(parent, name).text = value


def _document(root: Element) -> bytes:
    text = ElementTree.tostring(root, encoding="unicode")
    return codecs.BOM_UTF16_LE + f'<?xml version="1.0" encoding="utf-16"?>\r\n{text}'.encode("utf-16-le")


def _root(content: bytes, expected: str, file: str) -> Element:
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise BadManifestError(f"{file} cannot be read: {error}") from error
    if root.tag != expected:
        raise BadManifestError(f"{file} begins with {root.tag}, not with {expected}")
    return root


def _read_entity(element: Element) -> ManifestEntity:
    label = _text(element, "EntityName")
    for name, wanted in (("SkipStaging", False), ("RunBusinessLogic", True), ("RunBusinessValidation", True)):
        if element.find(_name(name)) is not None and _flag(element, name) is not wanted:
            raise Unsupported(f"a package with {name}={str(not wanted).lower()}")
    if _children(element, "EntityTransformList"):
        raise Unsupported("a package with an EntityTransformList")
    entity = ProjectEntity(
        label=label,
        source_format=_text(element, "SourceFormat"),
        refresh=_text(element, "DefaultRefreshType") or FULL,
        execution_unit=_number(element, "ExecutionUnit"),
        level=_number(element, "LevelInExecutionUnit"),
        sequence=_number(element, "SequenceInLevel"),
        fail_level_on_error=_flag(element, "FailLevelOnError"),
        fail_unit_on_error=_flag(element, "FailExecutionUnitOnError"),
    )
    maps = tuple(_read_map(child) for child in _children(element, "EntityMapList"))
    return ManifestEntity(entity, _text(element, "InputFilePath"), maps)


def _read_map(element: Element) -> FieldMap:
    for name in ("IsAutoDefault", "IsAutoGenerated"):
        if _flag(element, name):
            raise Unsupported(f"a package whose map has {name}=true")
    if _children(element, "EntityFieldConversionList"):
        raise Unsupported("a package whose map has an EntityFieldConversionList")
    return FieldMap(_text(element, "EntityField"), _text(element, "XMLField"))


def _name(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _text(element: Element, name: str) -> str:
    return (element.findtext(_name(name)) or "").strip()


def _flag(element: Element, name: str) -> bool:
    return _text(element, name).lower() in {"true", "yes", "1"}


def _number(element: Element, name: str) -> int:
    text = _text(element, name)
    return int(text) if text.isdigit() else 1


def _children(element: Element, name: str) -> Sequence[Element]:
    parent = element.find(_name(name))
    return [] if parent is None else list(parent)
