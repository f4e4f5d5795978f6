"""The lock file of the Debian package, and the list of licences: complete, or the build refuses."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from licences import require_licence
from lock_file import LockError, LockFile, read_requirements
from packages import PACKAGES, Package
from packaging.requirements import Requirement
from releases import RELEASES, Release

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "requirements"
MACHINES = ("x86_64", "aarch64")
DIGEST = "0" * 64


def parsed(*texts: str) -> list[Requirement]:
    """Returns requirements."""
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
@pytest.mark.parametrize("release", RELEASES.values(), ids=lambda release: str(release.debian))
@pytest.mark.parametrize("machine", MACHINES)
def test_the_lock_covers_every_dependency_of_the_wheel(
    release: Release, machine: str, package: Package
) -> None:
    """Direct and indirect ones, on each Debian and processor."""
    lock = LockFile(LOCKS / package.lock, release.markers(machine))
    lock.require(read_requirements(ROOT / "pyproject.toml", package), "pyproject.toml")
    for pin in lock.pins.values():
        installed = distribution(pin.name)
        lock.require(parsed(*(installed.requires or ())), pin.name)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
@pytest.mark.parametrize("release", RELEASES.values(), ids=lambda release: str(release.debian))
def test_the_lock_has_nothing_else(release: Release, package: Package) -> None:
    """A library that nothing requires would be packed for nothing."""
    lock = LockFile(LOCKS / package.lock, release.markers("x86_64"))
    requirements = read_requirements(ROOT / "pyproject.toml", package)
    required = {requirement.name for requirement in requirements}
    for pin in lock.pins.values():
        required |= {each.name for each in parsed(*(distribution(pin.name).requires or ()))}
    assert set(lock.pins) <= {re.sub(r"[-_.]+", "-", name).lower() for name in required}


@pytest.mark.parametrize(
    ("requirement", "found"),
    [("msgspec>=0.99", "msgspec>=0.99, got 0.22.0"), ("orjson>=3", "orjson>=3, got none")],
)
def test_a_stale_lock_is_refused(tmp_path: Path, requirement: str, found: str) -> None:
    """The error names the requirement, what is locked, and the command that locks again."""
    (tmp_path / "device.txt").write_text(f"msgspec==0.22.0 \\\n    --hash=sha256:{DIGEST}\n")
    lock = LockFile(tmp_path / "device.txt", RELEASES[12].markers("x86_64"))
    lock.require(parsed("msgspec>=0.20"), "pyproject.toml")
    with pytest.raises(LockError, match=re.escape(found)) as caught:
        lock.require(parsed(requirement), "pyproject.toml")
    assert "make lock" in str(caught.value)


def test_a_pin_without_a_hash_is_refused(tmp_path: Path) -> None:
    """Without hashes pip accepts any file of that version."""
    (tmp_path / "device.txt").write_text("msgspec==0.22.0\n")
    with pytest.raises(LockError, match="hashes of msgspec"):
        LockFile(tmp_path / "device.txt", RELEASES[12].markers("x86_64"))


def test_markers_are_those_of_the_target(tmp_path: Path) -> None:
    """The Python and the processor that run the build do not matter."""
    text = (
        f"old==1.0 ; python_version < '3.12' \\\n    --hash=sha256:{DIGEST}\n"
        f"new==1.0 ; python_full_version >= '3.13' \\\n    --hash=sha256:{DIGEST}\n"
        f"arm==1.0 ; platform_machine == 'aarch64' \\\n    --hash=sha256:{DIGEST}\n"
    )
    (tmp_path / "device.txt").write_text(text)
    pins = {
        (debian, machine): set(
            LockFile(tmp_path / "device.txt", RELEASES[debian].markers(machine)).pins
        )
        for debian in RELEASES
        for machine in MACHINES
    }
    assert pins[12, "x86_64"] == {"old"}
    assert pins[13, "aarch64"] == {"new", "arm"}


def test_the_extras_of_a_library_are_not_required() -> None:
    """Only those of Soundpost that the package contains."""
    lock = LockFile(LOCKS / "device.txt", RELEASES[13].markers("x86_64"))
    lock.require(parsed("absent>=1; extra == 'metrics'"), "a library")
    with pytest.raises(LockError, match="absent"):
        lock.require(parsed("absent>=1; extra == 'metrics'"), "soundpost", ["metrics"])


@pytest.mark.parametrize(
    ("path", "licence"),
    [
        ("usr/lib/soundpost/tqdm-4.70.1.dist-info", "MPL-2.0 AND MIT"),
        ("usr/lib/soundpost/paho_mqtt-2.2.0.dist-info", "EPL-2.0 OR BSD-3-Clause"),
        ("usr/lib/soundpost/prometheus_client/decorator.py", "BSD-2-Clause"),
        ("usr/share/soundpost/models/esc50/model.tflite", "CC-BY-NC-3.0"),
    ],
)
def test_a_licence_is_an_spdx_expression(path: str, licence: str) -> None:
    """The last paragraph of `copyright` that matches decides."""
    assert require_licence(path) == licence


def test_every_model_has_its_licence() -> None:
    """A new bundle needs a paragraph."""
    for bundle in sorted((ROOT / "models").iterdir()):
        assert require_licence(f"usr/share/soundpost/models/{bundle.name}/model.tflite")


def test_a_library_without_a_licence_stops_the_build() -> None:
    """The paragraph of Soundpost itself does not cover it."""
    with pytest.raises(SystemExit, match=r"got none of usr/lib/soundpost/orjson"):
        require_licence("usr/lib/soundpost/orjson-3.11.dist-info")
