"""Two builds of one commit: the same package and bill of materials, byte for byte."""

import hashlib
import io
import os
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = [pytest.mark.boot, pytest.mark.timeout(600)]

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".build" / "packer" / "bin" / "python"
EARLIER_SECONDS = 1_000_000_000
"""A time of modification from long before the commit (2001)."""


class Builder(NamedTuple):
    """A person's machine, which builds the package."""

    folder: str
    umask: int
    user: int
    variables: Mapping[str, str]
    modified_seconds: int | None = None


BUILDERS = (
    Builder("here", 0o022, 0, {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"}),
    Builder(
        "another folder, à côté",
        0o077,
        1000,
        {"TZ": "Pacific/Kiritimati", "LANG": "C.UTF-8", "PYTHONHASHSEED": "2"},
        EARLIER_SECONDS,
    ),
)


def clone(folder: Path, umask: int, origin: Path = ROOT) -> Path:
    """Clones what is committed."""
    command = ["git", "clone", "--quiet", "--no-local", str(origin), str(folder)]
    subprocess.run(command, check=True, umask=umask)
    return folder


def build(sources: Path, builder: Builder, debian: int = 12) -> subprocess.CompletedProcess[str]:
    """Builds the package of a release, as `make deb` does."""
    # A user namespace: another user id, for whom the checkout of root is readable.
    user = ["unshare", "--user", f"--map-user={builder.user}", f"--map-group={builder.user}"]
    arguments = ["--architecture", "amd64", "--debian", str(debian), "--compression", "none"]
    kept = {key: value for key, value in os.environ.items() if key not in {"LANG", "LC_ALL", "TZ"}}
    return subprocess.run(
        [*user, str(PYTHON), str(sources / "deploy" / "debian" / "build.py"), *arguments],
        env=kept | dict(builder.variables),
        umask=builder.umask,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def contents(package: Path) -> dict[str, tuple[object, ...]]:
    """Returns what a package says of each file, of its control files too."""
    found: dict[str, tuple[object, ...]] = {}
    for part in ("--ctrl-tarfile", "--fsys-tarfile"):
        unpacked = subprocess.run(["dpkg-deb", part, package], check=True, stdout=subprocess.PIPE)
        with tarfile.open(fileobj=io.BytesIO(unpacked.stdout)) as files:
            for entry in files:
                data = files.extractfile(entry) if entry.isfile() else None
                digest = hashlib.sha256(data.read()).hexdigest() if data else ""
                owner = (entry.uid, entry.gid, entry.uname, entry.gname)
                found[f"{part}:{entry.name}"] = (oct(entry.mode), *owner, entry.mtime, digest)
    return found


def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    """Folder, user, umask, time zone, locale, hash seed and times of files have no effect."""
    built = []
    commit = clone(tmp_path / "commit", 0o022)
    for builder in BUILDERS:
        sources = clone(tmp_path / builder.folder, builder.umask, commit)
        if builder.modified_seconds is not None:
            for path in sources.rglob("*"):
                os.utime(path, (builder.modified_seconds, builder.modified_seconds))
        done = build(sources, builder)
        assert done.returncode == 0, done.stdout + done.stderr
        built.append(sources / "dist")
    packages = [sorted(folder.glob("*.deb")) for folder in built]
    assert [path.name.partition("_")[0] for path in packages[0]] == ["soundpost-web", "soundpost"]
    for one, other in zip(*packages, strict=True):
        assert contents(one) == contents(other)
    names = [path.name for path in sorted(built[0].iterdir())]
    assert [name.rpartition(".")[2] for name in names] == 2 * ["json", "deb"]
    for name in names:
        assert (built[0] / name).read_bytes() == (built[1] / name).read_bytes(), name


def test_a_stale_lock_file_stops_the_build(tmp_path: Path) -> None:
    """A requirement that was changed without `make lock`; nothing is downloaded."""
    sources = clone(tmp_path / "changed", 0o022)
    project = sources / "pyproject.toml"
    project.write_text(project.read_text().replace('"msgspec>=0.20"', '"msgspec>=99"'))
    done = build(sources, BUILDERS[0])
    assert done.returncode == 1
    assert done.stderr.startswith(
        "requirements/device.txt is stale: pyproject.toml expects msgspec"
    )
    assert not (sources / "dist").exists()
