"""The bill of materials beside the package: CycloneDX 1.6, as JSON (ECMA-424).

It depends on the contents alone: neither serial number nor time stamp is new at each build.
"""

import hashlib
import json
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License, LicenseAcknowledgement
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from licences import require_licence
from packageurl import PackageURL
from packaging.utils import canonicalize_name
from wheels import Wheel

SERIAL_NUMBERS = uuid.UUID("f3b5b1c2-7a53-5d0c-9d43-5f0a2a6a8f27")
"""The namespace of serial numbers, which are made of the SHA-256 of a package (UUID version 5)."""


def write_sbom(package: Path, wheels: list[Wheel], models: Path, built_seconds: int) -> Path:
    """Writes and validates the bill of materials of a package.

    Args:
        package: The .deb file; the bill is written beside it.
        wheels: The wheel of Soundpost, then those of the libraries.
        models: The folder of bundles in the package; it need not exist.
        built_seconds: Its time stamp, in seconds since 1970.

    Returns:
        The path of the file, `.cdx.json`.
    """
    bom = _compose(package, wheels, models)
    bom.metadata.timestamp = datetime.fromtimestamp(built_seconds, UTC)
    text = JsonV1Dot6(bom).output_as_string(indent=2) + "\n"
    if errors := find_errors(text):
        sys.exit(f"the bill of materials of {package.name} is invalid: {errors}")
    path = package.with_suffix(".cdx.json")
    path.write_text(text, encoding="utf-8")
    return path


def find_errors(text: str) -> str:
    """Returns the first violation of the schema in a bill of materials; empty if it is valid."""
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    return "" if error is None else str(error)


def _compose(package: Path, wheels: list[Wheel], models: Path) -> Bom:
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    soundpost, libraries = wheels[0], {wheel.name: _library(wheel) for wheel in wheels[1:]}
    bundles = [_model(folder) for folder in sorted(models.glob("*"))]
    name, version, architecture = package.stem.split("_")
    release = f"debian-{version.partition('+deb')[2]}"
    whole = Component(
        type=ComponentType.APPLICATION,
        name=name,
        version=version,
        bom_ref=name,
        description=soundpost.metadata["Summary"],
        licenses=[_licence(soundpost.metadata["License-Expression"], is_declared=True)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
        purl=PackageURL(
            "deb", "soundpost", name, version, {"arch": architecture, "distro": release}
        ),
    )
    bom = Bom(
        serial_number=uuid.uuid5(SERIAL_NUMBERS, digest),
        metadata=BomMetaData(component=whole),
        components=[*libraries.values(), *bundles],
    )
    bom.register_dependency(whole, [*_required(soundpost, libraries), *bundles])
    for wheel in wheels[1:]:
        bom.register_dependency(libraries[wheel.name], _required(wheel, libraries))
    return bom


def _required(wheel: Wheel, libraries: dict[str, Component]) -> list[Component]:
    """Returns the packed libraries that a wheel requires."""
    names = {canonicalize_name(requirement.name) for requirement in wheel.requirements}
    return [libraries[name] for name in sorted(names & libraries.keys())]


def _library(wheel: Wheel) -> Component:
    """Describes a library: its wheel as downloaded, and its licence.

    The licence is the one that its authors declare as an SPDX expression. Older metadata have free
    text; then it is the one in `copyright`.
    """
    declared = wheel.metadata["License-Expression"]
    return Component(
        type=ComponentType.LIBRARY,
        name=wheel.name,
        version=wheel.version,
        bom_ref=f"{wheel.name}-{wheel.version}",
        description=wheel.metadata["Summary"],
        licenses=[
            _licence(declared or require_licence(wheel.installed), is_declared=bool(declared))
        ],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=wheel.sha256)],
        purl=PackageURL("pypi", None, wheel.name, wheel.version, {"file_name": wheel.path.name}),
    )


def _model(bundle: Path) -> Component:
    """Describes the network of a bundle, with the data that it was trained on."""
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    training = manifest["training"]
    licence = require_licence(f"usr/share/soundpost/models/{bundle.name}/model.tflite")
    return Component(
        type=ComponentType.MACHINE_LEARNING_MODEL,
        name=manifest["id"],
        version=manifest["version"],
        bom_ref=f"model-{manifest['id']}-{manifest['version']}",
        description=f"Detects {len(manifest['labels'])} sounds; see MODEL_CARD.md of the bundle",
        licenses=[_licence(licence, is_declared=True)],
        hashes=[
            HashType(
                alg=HashAlgorithm.SHA_256,
                content=hashlib.sha256((bundle / "model.tflite").read_bytes()).hexdigest(),
            )
        ],
        properties=[
            Property(name="soundpost:training:data", value=training["data"]),
            Property(name="soundpost:training:licence", value=training["licence"]),
            Property(name="soundpost:training:attribution", value=training["attribution"]),
        ],
    )


def _licence(expression: str, *, is_declared: bool) -> License:
    """Returns an SPDX expression, declared by the authors or concluded by the packagers."""
    kinds = LicenseAcknowledgement
    acknowledgement = kinds.DECLARED if is_declared else kinds.CONCLUDED
    return LicenseFactory().make_from_string(expression, license_acknowledgement=acknowledgement)


def main() -> None:
    """Validates a bill of materials; exits with its first error."""
    path = Path(sys.argv[1])
    if errors := find_errors(path.read_text(encoding="utf-8")):
        sys.exit(f"{path}: {errors}")


if __name__ == "__main__":
    main()
