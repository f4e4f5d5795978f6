"""The wheels of the package: built, downloaded by their locked hashes, installed, and cut down."""

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

from lock_file import LockFile, read_requirements
from packages import OWN, Package
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from releases import Release

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "requirements"
MANYLINUX = ("2014", "_2_17", "_2_27", "_2_28", "_2_31", "_2_34")
"""Platform tags of wheels that run with glibc 2.36, the version of Debian 12."""

# Files of the wheels that a device does not use.
UNUSED_FILES = (
    "bin",
    "**/__pycache__",
    "tqdm/completion.sh",
    "**/tests",
    "**/testdata",
    "numpy/_core/*_tests.*.so",
    "google/protobuf/internal/*_benchmark.py",
    "google/protobuf/internal/testing_refleaks.py",
    "numpy/_pyinstaller",
    "numpy/distutils",
    "numpy/f2py",
    "ai_edge_litert/aot",
    "ai_edge_litert/tools",
    "ai_edge_litert/vendors",  # for the processors of phones
    "ai_edge_litert/libLiteRtWebGpuAccelerator.so",
    "prometheus_client/aiohttp",
    "prometheus_client/django",
    "prometheus_client/twisted",
    "**/*.pyi",
    "**/*.dist-info/RECORD",
    "**/*.dist-info/direct_url.json",
    "**/*.dist-info/INSTALLER",
    "**/*.dist-info/REQUESTED",
)

_PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel file.

    Attributes:
        path: The file.
        metadata: Its core metadata (PEP 566).
        package: The package that it is installed in.
    """

    path: Path
    metadata: Message
    package: Package

    @classmethod
    def read(cls, path: Path, package: Package) -> "Wheel":
        """Reads the metadata of a wheel file."""
        with ZipFile(path) as content:
            name = next(n for n in content.namelist() if n.endswith(".dist-info/METADATA"))
            text = content.read(name).decode()
            return cls(path, Parser().parsestr(text, headersonly=True), package)

    @property
    def name(self) -> str:
        """Its normalised name."""
        return canonicalize_name(self.metadata["Name"])

    @property
    def version(self) -> str:
        """Its version."""
        return str(self.metadata["Version"])

    @property
    def requirements(self) -> list[Requirement]:
        """Its requirements, those of its extras included."""
        return [Requirement(text) for text in self.metadata.get_all("Requires-Dist", [])]

    @property
    def installed(self) -> str:
        """The path of its metadata in the package, without the leading slash."""
        name = self.path.name.split("-")[0]
        return f"{self.package.libraries}/{name}-{self.version}.dist-info"

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file, as hexadecimal digits."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def collect_wheels(package: Package, folder: Path, release: Release, machine: str) -> list[Wheel]:
    """Builds the wheel of Soundpost, and downloads those of the libraries.

    Args:
        package: The package that they are for.
        folder: A new folder for the files.
        release: The release of Debian that they are for.
        machine: The processor that they are for, as in the tags of wheels.

    Returns:
        The wheel of Soundpost, then the libraries by name.

    Raises:
        LockError: The lock file is stale.
    """
    markers = release.markers(machine)
    lock = LockFile(LOCKS / package.lock, markers)
    lock.require(read_requirements(ROOT / "pyproject.toml", package), "pyproject.toml")
    pins = dict(lock.pins)
    if package.base:
        for name in LockFile(LOCKS / package.base.lock, markers).pins:
            del pins[name]
    # Without isolation, by the locked build tool: its version is part of the wheel.
    own = folder / "own"
    _run(*_PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(own), str(ROOT))
    requirements = folder / "requirements.txt"
    requirements.write_text("".join(f"{pin}\n" for pin in pins.values()), encoding="utf-8")
    by_hash = ("--no-deps", "--require-hashes", "--requirement", str(requirements))
    _run(*_PIP, "download", *by_hash, "--dest", str(folder), *_tags(release, machine))
    soundpost = Wheel.read(next(own.glob("*.whl")), package)
    libraries = [Wheel.read(path, package) for path in sorted(folder.glob("*.whl"))]
    for wheel in (soundpost, *libraries):
        extras = package.extras if wheel is soundpost else ()
        lock.require(wheel.requirements, wheel.path.name, extras)
    return [soundpost, *libraries]


def install_wheels(wheels: list[Wheel], target: Path, release: Release, machine: str) -> None:
    """Unpacks wheels into a folder, without the files that a device does not use."""
    offline = ("--no-index", "--no-deps", "--no-compile", "--target", str(target))
    paths = [str(wheel.path) for wheel in wheels]
    _run(*_PIP, "install", *offline, *_tags(release, machine), *paths)
    package = wheels[0].package
    others = tuple(name for name in OWN if name not in package.own)
    metadata = ("soundpost-*.dist-info",) if package.base else ()  # it has them
    for pattern in (*others, *metadata, *UNUSED_FILES):
        for path in list(target.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _tags(release: Release, machine: str) -> list[str]:
    platforms = [f"--platform=manylinux{tag}_{machine}" for tag in MANYLINUX]
    python = f"--python-version={release.python}"
    return ["--only-binary=:all:", "--implementation=cp", python, *platforms]


def _run(*command: str) -> None:
    subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603 - pip, without a shell
