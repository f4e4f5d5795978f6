"""The built wheel: what is in it, and what it brings to a device."""

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

# What only a workstation may have: each is larger than all that a device needs together.
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
# Loaded by the rooms that need them, when they are needed.
EDGES = {
    "ai_edge_litert",
    "astral",
    "paho",
    "pyaudio",
    "soundfile",
    "soxr",
    "tflite_runtime",
    "webrtcvad",
}


# What `make` sets: whether the versions of requirements/ are installed, or the newest ones.
LOCKED = os.environ.get("LOCKED", "yes") == "yes"


def locked_versions() -> list[str]:
    """The pins of requirements/test.txt without their hashes, as pip's constraints want them."""
    text = (ROOT / "requirements" / "test.txt").read_text(encoding="utf-8")
    return re.findall(r"^\S+==[^\\\n]+", text, re.MULTILINE)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    pip: list[str | Path] = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    # The build tool that `make` installed; without one, pip fetches the newest.
    pip += ["--no-build-isolation"] if LOCKED and find_spec("hatchling") else []
    subprocess.run([*pip, "--wheel-dir", folder, ROOT], check=True, timeout=300)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def device(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment that has the wheel, and no extra."""
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


def ask(program: Path, *arguments: str) -> str:
    """What a program of the device prints, away from the source tree."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    answer = subprocess.run(
        [program, *arguments],
        cwd=program.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def test_the_wheel_holds_the_two_packages_and_nothing_beside_them(wheel: Path) -> None:
    """No `daemon`, no `tests`: what stands at the top is imported by everybody's Python."""
    top = {PurePosixPath(entry).parts[0] for entry in ZipFile(wheel).namelist()}
    assert top == {"soundpost", "soundpost_training", f"soundpost-{__version__}.dist-info"}


def test_the_wheel_holds_every_file_of_the_two_packages(wheel: Path) -> None:
    """What is in the tree is in the wheel: the marker of typed packages and data included."""
    expected = {
        path.relative_to(package.parent).as_posix()
        for package in (ROOT / "daemon" / "soundpost", ROOT / "training" / "soundpost_training")
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "soundpost/py.typed" in expected
    assert expected <= set(ZipFile(wheel).namelist())


@pytest.mark.parametrize(
    ("folder", "inside"),
    [("models", "soundpost/models"), ("training/configs", "soundpost_training/configs")],
)
def test_the_wheel_brings_models_and_experiments_along(
    wheel: Path, folder: str, inside: str
) -> None:
    """Every file of them, byte for byte."""
    files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    assert files
    with ZipFile(wheel) as packed:
        for path in files:
            entry = f"{inside}/{path.relative_to(ROOT / folder).as_posix()}"
            assert packed.read(entry) == path.read_bytes(), entry


def test_the_wheel_carries_its_licence_and_notice(wheel: Path) -> None:
    """Apache-2.0 asks for both to go along."""
    entries = set(ZipFile(wheel).namelist())
    for file in ("LICENSE", "NOTICE"):
        assert f"soundpost-{__version__}.dist-info/licenses/{file}" in entries


def test_a_device_gets_nothing_that_only_a_workstation_needs(device: Path) -> None:
    """Not by any of the dependencies, however far down."""
    listed = json.loads(ask(device / "pip", "list", "--format", "json"))
    names = {package["name"].lower().replace("_", "-") for package in listed}
    assert "soundpost" in names
    assert not names & WORKSTATION_ONLY


def test_a_device_s_program_starts(device: Path) -> None:
    """The installed command answers, from a folder where no source tree is."""
    assert ask(device / "soundpost", "--version") == f"soundpost {__version__}\n"


def test_the_command_line_loads_no_room_that_it_may_not_need(device: Path) -> None:
    """`--help` and a typo in the configuration answer at once, even on a small board."""
    code = "import soundpost.cli, sys, json; print(json.dumps(sorted(sys.modules)))"
    loaded = {module.partition(".")[0] for module in json.loads(ask(device / "python", "-c", code))}
    assert "soundpost" in loaded
    assert not loaded & EDGES


def test_a_device_finds_the_bundle_that_came_along(device: Path) -> None:
    """The model's name is enough: it lies inside the installed package."""
    code = (
        "from soundpost.classify import find_bundle, load_bundle\n"
        "print(load_bundle(find_bundle('esc50')).manifest.id)"
    )
    assert ask(device / "python", "-c", code) == "esc50\n"
