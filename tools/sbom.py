"""A CycloneDX bill of materials for an installation from `requirements.lock`.

Names, versions and hashes come from the lock file. Licences and dependencies come from the metadata
of the installed packages, which are those of the lock file. The result depends on nothing else: no
clock, no random serial number, no network.
"""

import hashlib
import tomllib
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.licences import DECIDED, needs, shipped

SHIPPED: Final = "serve"
"""The extra that the image, and so `requirements.lock`, is made with."""


@dataclass(frozen=True)
class Locked:
    """One package of a lock file. `hashes` has one SHA-256 for each file, in hexadecimal."""

    name: str
    version: str
    hashes: list[str] = field(default_factory=list)


def read_lock(text: str) -> list[Locked]:
    """Return the packages of a lock file that `make lock` wrote.

    A package is a line `name==version \\`, followed by lines `--hash=sha256:... \\`.
    """
    packages: list[Locked] = []
    for line in text.splitlines():
        word = line.strip().removesuffix("\\").strip()
        if word.startswith("--hash=sha256:"):
            packages[-1].hashes.append(word.removeprefix("--hash=sha256:"))
        elif word and not word.startswith("#"):
            requirement = Requirement(word)
            (pin,) = requirement.specifier
            packages.append(Locked(canonicalize_name(requirement.name), pin.version))
    return packages


def bill(version: str, lock: Path, made: datetime) -> str:
    """Return the bill of materials of this version of phiguard: JSON of CycloneDX 1.6."""
    text = lock.read_text()
    packages = read_lock(text)
    components = {package.name: _component(package) for package in packages}
    root = _described(Component(name="phiguard", version=version, type=ComponentType.APPLICATION))
    bom = Bom(
        components=components.values(),
        serial_number=uuid.UUID(
            hashlib.sha256(f"{version}\n{text}".encode()).hexdigest()[:32], version=5
        ),
    )
    bom.metadata.timestamp = made
    bom.metadata.component = root
    for name, component in {"phiguard": root, **components}.items():
        needed = _needs(name, SHIPPED if name == "phiguard" else "")
        bom.register_dependency(
            component, [components[n] for n in dict.fromkeys(needed) if n in components]
        )
    return str(JsonV1Dot6(bom).output_as_string(indent=2)) + "\n"


def _component(package: Locked) -> Component:
    component = _described(
        Component(name=package.name, version=package.version, type=ComponentType.LIBRARY)
    )
    component.external_references.add(
        ExternalReference(
            type=ExternalReferenceType.DISTRIBUTION,
            url=XsUri(str(component.purl)),
            hashes=[
                HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in package.hashes
            ],
        )
    )
    return component


def _described(component: Component) -> Component:
    """Return the component with its package URL and the licence of its metadata."""
    component.purl = PackageURL("pypi", name=component.name, version=component.version)
    component.bom_ref.value = str(component.purl)
    if (licence := _licence(component.name)) is not None:
        component.licenses.add(licence)
    return component


def _licence(name: str) -> License | None:
    text = shipped(name, tomllib.loads(DECIDED.read_text())["read"]).licence
    return LicenseFactory().make_from_string(text) if text else None


def _needs(name: str, extra: str) -> list[str]:
    """Return what a package requires on this platform, with one of its extras or none."""
    found: list[str] = []
    for needed, asked in needs(name, extra):
        if needed != name:
            found.append(needed)
        elif asked:  # an extra may name another extra of its own package
            found += _needs(name, asked)
    return found
