"""The built wheel: its contents, and what it installs on a device."""

import json
import os
import re
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest

from soundpost import __version__

ROOT = Path(__file__).resolve().parents[2]

# For workstations only: each is larger than all requirements of a device together.
WORKSTATION_ONLY = {
    "keras",
    "librosa",
    "matplotlib",
    "numba",
    "pandas",
    "pyaudio",
    "rich",
    "scikit-learn",
    "scipy",
    "tensorflow",
    "tensorflow-cpu",
    "torch",
}
# Imported by the packages that need them, only when they are needed.
LAZY_IMPORTS = {
    "ai_edge_litert",
    "astral",
    "paho",
    "pyaudio",
    "soundfile",
    "soxr",
    "tflite_runtime",
    "webrtcvad",
}


# Set by `make`: `yes` installs the versions of requirements/, anything else the newest ones.
LOCKED = os.environ.get("LOCKED", "yes") == "yes"


def locked_versions() -> list[str]:
    """Returns the pins of requirements/test.txt without hashes, as constraints for pip."""
    text = (ROOT / "requirements" / "test.txt").read_text(encoding="utf-8")
    return re.findall(r"^\S+==[^\\\n]+", text, re.MULTILINE)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this source tree."""
    folder = tmp_path_factory.mktemp("wheel")
    pip: list[str | Path] = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    # The build tool that `make` installed; without one, pip fetches the newest.
    pip += ["--no-build-isolation"] if LOCKED and find_spec("hatchling") else []
    subprocess.run([*pip, "--wheel-dir", folder, ROOT], check=True, timeout=300)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def device(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment with the wheel, without extras."""
    folder = tmp_path_factory.mktemp("device")
    venv.create(folder, with_pip=True)
    programs = folder / "bin"
    install: list[str | Path] = [programs / "pip", "install", "--quiet", wheel]
    if LOCKED:
        pins = folder / "constraints.txt"
        pins.write_text("\n".join(locked_versions()), encoding="utf-8")
        install += ["--constraint", pins]
    subprocess.run(install, check=True, timeout=600)
    return programs


def run_program(program: Path, *arguments: str) -> str:
    """Runs a program of the device outside the source tree; returns its output."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [program, *arguments],
        cwd=program.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_has_the_four_packages_only(wheel: Path) -> None:
    """Other top-level folders, such as `tests`, could shadow installed packages."""
    top = {PurePosixPath(entry).parts[0] for entry in ZipFile(wheel).namelist()}
    packages = {"soundpost", "soundpost_notify", "soundpost_training", "soundpost_web"}
    assert top == packages | {f"soundpost-{__version__}.dist-info"}


def test_the_wheel_has_every_file_of_the_four_packages(wheel: Path) -> None:
    """The marker of typed packages and data files are included."""
    expected = {
        path.relative_to(package.parent).as_posix()
        for package in (
            ROOT / "daemon" / "soundpost",
            ROOT / "daemon" / "soundpost_notify",
            ROOT / "daemon" / "soundpost_web",
            ROOT / "training" / "soundpost_training",
        )
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "soundpost/py.typed" in expected
    assert expected <= set(ZipFile(wheel).namelist())


@pytest.mark.parametrize(
    ("folder", "inside"),
    [("models", "soundpost/models"), ("training/configs", "soundpost_training/configs")],
)
def test_the_wheel_has_models_and_experiments(wheel: Path, folder: str, inside: str) -> None:
    """The files are equal, byte for byte."""
    files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    assert files
    with ZipFile(wheel) as packed:
        for path in files:
            entry = f"{inside}/{path.relative_to(ROOT / folder).as_posix()}"
            assert packed.read(entry) == path.read_bytes(), entry


def test_the_wheel_has_licence_and_notice(wheel: Path) -> None:
    """Apache-2.0 requires both."""
    entries = set(ZipFile(wheel).namelist())
    for file in ("LICENSE", "NOTICE"):
        assert f"soundpost-{__version__}.dist-info/licenses/{file}" in entries


def test_a_device_gets_no_workstation_package(device: Path) -> None:
    """No direct or indirect dependency installs one."""
    listed = json.loads(run_program(device / "pip", "list", "--format", "json"))
    names = {package["name"].lower().replace("_", "-") for package in listed}
    assert "soundpost" in names
    assert not names & WORKSTATION_ONLY


def test_the_installed_program_starts(device: Path) -> None:
    """It needs no source tree."""
    assert run_program(device / "soundpost", "--version") == f"soundpost {__version__}\n"


def test_the_command_line_does_not_import_foreign_libraries(device: Path) -> None:
    """`--help` and configuration errors are therefore fast on a small board."""
    code = "import soundpost.cli, sys, json; print(json.dumps(sorted(sys.modules)))"
    loaded = {
        module.partition(".")[0]
        for module in json.loads(run_program(device / "python", "-c", code))
    }
    assert "soundpost" in loaded
    assert not loaded & LAZY_IMPORTS


def test_an_installed_bundle_is_found_by_its_name(device: Path) -> None:
    """It is inside the installed package."""
    code = (
        "from soundpost.classify import find_bundle, load_bundle\n"
        "print(load_bundle(find_bundle('everyday')).manifest.id)"
    )
    assert run_program(device / "python", "-c", code) == "everyday\n"
