"""The bill of materials of each package in dist/: complete, true, and valid."""

import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from debian_root import CODENAMES, ROOT, built_package
from lock_file import LockFile
from releases import RELEASES

pytestmark = [pytest.mark.boot, pytest.mark.timeout(300)]

PYTHON = ROOT / ".build" / "packer" / "bin" / "python"
VALIDATE = (str(PYTHON), str(ROOT / "deploy" / "debian" / "sbom.py"))
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
LIBRARIES = "./usr/lib/soundpost/"
MODELS = "./usr/share/soundpost/models/"


@pytest.fixture(scope="module", params=[(d, a) for d in CODENAMES for a in MACHINES])
def package(request: pytest.FixtureRequest) -> Path:
    """A package of `make deb`."""
    debian, architecture = request.param
    return built_package(debian, architecture)


@pytest.fixture
def bom(package: Path) -> dict[str, Any]:
    """The bill beside it."""
    bom: dict[str, Any] = json.loads(package.with_suffix(".cdx.json").read_text())
    return bom


@pytest.fixture
def files(package: Path) -> Iterator[tarfile.TarFile]:
    """The files of the package."""
    unpacked = subprocess.run(
        ["dpkg-deb", "--fsys-tarfile", package], check=True, stdout=subprocess.PIPE
    )
    with tarfile.open(fileobj=io.BytesIO(unpacked.stdout)) as files:
        yield files


def components(bom: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Returns the components of a kind, by name."""
    return {each["name"]: each for each in bom["components"] if each["type"] == kind}


def sha256(component: dict[str, Any]) -> str:
    """Returns the hash of a component."""
    digests = {each["alg"]: each["content"] for each in component["hashes"]}
    return str(digests["SHA-256"])


def test_the_bill_is_valid(package: Path, tmp_path: Path) -> None:
    """It passes the strict schema of CycloneDX 1.6; a broken one does not."""
    bill = package.with_suffix(".cdx.json")
    subprocess.run([*VALIDATE, bill], check=True)
    broken = json.loads(bill.read_text())
    assert broken["specVersion"] == "1.6"
    del broken["components"][0]["name"]
    (tmp_path / "broken.json").write_text(json.dumps(broken))
    done = subprocess.run(
        [*VALIDATE, tmp_path / "broken.json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "'name' is a required property" in done.stderr


def test_the_bill_is_of_this_package(package: Path, bom: dict[str, Any]) -> None:
    """Name, version and hash are those of the file beside it."""
    whole = bom["metadata"]["component"]
    assert package.name.startswith(f"{whole['name']}_{whole['version']}_")
    assert sha256(whole) == hashlib.sha256(package.read_bytes()).hexdigest()


def test_the_bill_has_every_packed_library(
    package: Path, bom: dict[str, Any], files: tarfile.TarFile
) -> None:
    """Name, version, licence and purl; each hash is that of a locked wheel."""
    packed = {
        tuple(name.removeprefix(LIBRARIES).removesuffix(".dist-info").rsplit("-", 1))
        for name in files.getnames()
        if name.startswith(LIBRARIES) and name.endswith(".dist-info")
    }
    listed = components(bom, "library")
    versions = {(name.replace("-", "_"), each["version"]) for name, each in listed.items()}
    assert versions == packed - {pair for pair in packed if pair[0] == "soundpost"}
    debian, architecture = package.stem.split("+deb")[1].split("_")
    markers = RELEASES[int(debian)].markers(MACHINES[architecture])
    pins = LockFile(ROOT / "requirements" / "device.txt", markers).pins
    for name, each in listed.items():
        assert sha256(each) in pins[name].hashes
        assert each["purl"].startswith(f"pkg:pypi/{name}@{each['version']}")
        assert each["licenses"]


def test_the_bill_has_every_packed_model(bom: dict[str, Any], files: tarfile.TarFile) -> None:
    """With its licence, and the hash of its network."""
    names = [name for name in files.getnames() if name.endswith("/model.tflite")]
    models = components(bom, "machine-learning-model")
    assert sorted(models) == sorted(Path(name).parent.name for name in names)
    for name, model in models.items():
        network = files.extractfile(f"{MODELS}{name}/model.tflite")
        assert network is not None
        assert sha256(model) == hashlib.sha256(network.read()).hexdigest()
        assert model["licenses"][0]["license"]["id"].startswith("CC-BY-")


def test_every_component_is_needed(bom: dict[str, Any]) -> None:
    """All are reached from the package by its dependencies."""
    needed = {each["ref"]: each.get("dependsOn", []) for each in bom["dependencies"]}
    reached, waiting = set(), [bom["metadata"]["component"]["bom-ref"]]
    while waiting:
        if (ref := waiting.pop()) not in reached:
            reached.add(ref)
            waiting += needed.get(ref, [])
    assert {each["bom-ref"] for each in bom["components"]} < reached
