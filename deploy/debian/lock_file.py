"""The lock file of the package: one version of each library, with the hashes of its files."""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packages import DAEMON, Package
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ENTRY = re.compile(
    r"^(?P<requirement>[^#\s][^\\\n]*==[^\\\n]+)(?P<hashes>(?:\\\n[^\\\n]*)*)", re.MULTILINE
)


class LockError(Exception):
    """The lock file does not fit its requirements."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A locked library.

    Attributes:
        name: Its normalised name.
        version: Its version.
        hashes: SHA-256 of each of its files that may be installed, as hexadecimal digits.
    """

    name: str
    version: str
    hashes: tuple[str, ...]

    def __str__(self) -> str:
        hashes = "".join(f" --hash=sha256:{digest}" for digest in self.hashes)
        return f"{self.name}=={self.version}{hashes}"


class LockFile:
    """The pins of a lock file that apply to one Python and one processor.

    Args:
        path: The file, as uv writes it.
        markers: The values of environment markers there. They are evaluated here, because pip takes
            them from the Python that runs it.

    Attributes:
        pins: The locked libraries by name.

    Raises:
        LockError: A library has no hash.
    """

    def __init__(self, path: Path, markers: Mapping[str, str]) -> None:
        self._path = path
        self._markers = markers
        self.pins = {pin.name: pin for pin in self._read()}

    def require(
        self, requirements: Iterable[Requirement], source: str, extras: Collection[str] = ()
    ) -> None:
        """Verifies that an allowed version of each requirement is locked.

        Args:
            requirements: The requirements of a library or of pyproject.toml.
            source: Its name, for the error.
            extras: The extras of it that are needed.

        Raises:
            LockError: The lock file is stale: a library is missing, or locked in another version.
        """
        applying = [each for each in requirements if self._applies(each, extras)]
        if stale := [text for each in applying if (text := self._find_contradiction(each))]:
            raise LockError(
                f"requirements/{self._path.name} is stale: {source} expects {'; '.join(stale)}; "
                "run `make lock`, and commit the files that it changes"
            )

    def _read(self) -> Iterator[Pin]:
        for entry in _ENTRY.finditer(self._path.read_text(encoding="utf-8")):
            requirement = Requirement(entry["requirement"].strip())
            if not self._applies(requirement):
                continue
            hashes = tuple(sorted(re.findall(r"--hash=sha256:([0-9a-f]{64})\b", entry["hashes"])))
            if not hashes:
                raise LockError(
                    f"requirements/{self._path.name}: expected hashes of {requirement.name}, "
                    "got none; run `make lock`"
                )
            version = str(requirement.specifier).removeprefix("==")
            yield Pin(canonicalize_name(requirement.name), version, hashes)

    def _find_contradiction(self, requirement: Requirement) -> str:
        pin = self.pins.get(canonicalize_name(requirement.name))
        if pin and requirement.specifier.contains(pin.version, prereleases=True):
            return ""
        return f"{requirement.name}{requirement.specifier}, got {pin.version if pin else 'none'}"

    def _applies(self, requirement: Requirement, extras: Collection[str] = ()) -> bool:
        marker = requirement.marker
        return marker is None or any(
            marker.evaluate({**self._markers, "extra": extra}) for extra in ("", *extras)
        )


def read_requirements(pyproject: Path, package: Package = DAEMON) -> list[Requirement]:
    """Returns the requirements of a package's contents, from pyproject.toml."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    texts = list(project["dependencies"])
    for extra in package.extras:
        texts += project["optional-dependencies"][extra]
    return [Requirement(text) for text in texts]
