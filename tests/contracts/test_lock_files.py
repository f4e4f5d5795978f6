"""The lock files: the requirements of pyproject.toml, by hash, without a source."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
GROUPS = PROJECT["dependency-groups"]
SETS = {
    "demo": ["demo", "web"],
    "device": ["metrics"],
    "dev": [
        *("analyze", "cluster", "demo", "dev", "mic", "notify", "open-air", "soundscape"),
        *("teacher", "test", "training", "watch", "web"),
    ],
    "fuzz": ["fuzz"],
    "mic": ["mic"],
    "test": ["test"],
    "web": ["metrics", "notify", "web"],
}
SUPPORTED = [
    {"python_version": python, "platform_machine": machine, "sys_platform": "linux"}
    for python in ("3.11", "3.13")
    for machine in ("x86_64", "aarch64")
]
PIN = re.compile(
    r"^(?P<requirement>\S+==[^\\\n]+)(?P<hashes>( \\\n +--hash=sha256:[0-9a-f]{64})*)$"
)


def entries(lock: str) -> list[tuple[Requirement, int]]:
    """Returns each pinned package of a lock file, and the number of its hashes."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", "\n".join(re.findall(r"^[^#\n].*", text, re.MULTILINE)))
    found = [PIN.fullmatch(block) for block in blocks]
    assert all(found), [b for b, match in zip(blocks, found, strict=True) if not match]
    return [
        (Requirement(match["requirement"]), match["hashes"].count("sha256:"))
        for match in found
        if match
    ]


def required(lock: str) -> list[Requirement]:
    """Returns the requirements of pyproject.toml under the name of a lock file."""
    if lock in GROUPS:
        return [Requirement(text) for text in GROUPS[lock]]
    texts = [*PROJECT["project"]["dependencies"], *(t for e in SETS[lock] for t in EXTRAS[e])]
    return [Requirement(text) for text in texts if not text.startswith("soundpost[")]


@pytest.mark.parametrize("lock", [*SETS, *GROUPS])
@pytest.mark.parametrize("machine", SUPPORTED, ids=lambda machine: "-".join(machine.values()))
def test_a_lock_file_has_all_requirements_of_pyproject(lock: str, machine: dict[str, str]) -> None:
    """Each is pinned in an allowed version, on each supported Python and processor."""
    pinned = {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin, _ in entries(lock)
        if pin.marker is None
        or pin.marker.evaluate({**machine, "python_full_version": f"{machine['python_version']}.2"})
    }
    for requirement in required(lock):
        if requirement.marker is None or requirement.marker.evaluate(dict(machine)):
            version = pinned.get(canonicalize_name(requirement.name))
            assert version, f"{requirement.name} is not in requirements/{lock}.txt: make lock"
            assert requirement.specifier.contains(version), f"{requirement}, not {version}"


@pytest.mark.parametrize("lock", [*SETS, *GROUPS])
def test_a_lock_file_has_hashes_and_no_urls(lock: str) -> None:
    """The files are the same from any index."""
    assert all(hashes for _, hashes in entries(lock))
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    assert not re.findall(r"https?:|file:|--(?:extra-)?index|--find-links| @ |(?<!\S)/\S*", text)


@pytest.mark.parametrize("lock", [*SETS, *GROUPS])
def test_all_lock_files_agree(lock: str) -> None:
    """A version is the same in every set, so that sets can share an environment."""
    everywhere = {str(pin) for pin, _ in entries("dev")}
    names = {Requirement(pin).name for pin in everywhere}
    assert {str(pin) for pin, _ in entries(lock) if pin.name in names} <= everywhere
