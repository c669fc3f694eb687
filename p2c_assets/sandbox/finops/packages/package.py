"""A package as a file: a zip with Manifest.xml, PackageHeader.xml and one data file per entity at its root."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from p2c_assets.sandbox.finops.packages import manifest as manifests
from p2c_assets.sandbox.finops.packages.manifest import HEADER, MANIFEST, BadManifestError, Manifest

_MADE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Package:
    """A manifest and the data files by name."""

    manifest: Manifest
    files: Mapping[str, bytes]


def pack(package: Package) -> bytes:
    """The zip, the same for the same content."""
    parts = {MANIFEST: manifests.render(package.manifest), HEADER: manifests.render_header(package.manifest)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in {**parts, **package.files}.items():
            archive.writestr(zipfile.ZipInfo(name, _MADE), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def unpack(content: bytes) -> Package:
    """Raises BadManifestError, Unsupported."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile as error:
        raise BadManifestError("the package is no zip file") from error
    for name in (MANIFEST, HEADER):
        if name not in files:
            raise BadManifestError(f"the package has no {name} at its root")
    manifests.check_header(files[HEADER])
    manifest = manifests.parse(files[MANIFEST])
    return Package(manifest, {name: data for name, data in files.items() if name not in (MANIFEST, HEADER)})
