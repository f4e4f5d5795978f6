"""The files of the packages beside their libraries: commands, configuration, units, documents."""

import gzip
import shutil
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from string import Template

from packages import DAEMON, HERE, PAGE, Package
from releases import Release

ROOT = HERE.parents[1]
MODELS = Path("usr/share/soundpost/models")
_LIBRARY = Path("usr/lib")
_UNITS = _LIBRARY / "systemd" / "system"
_MANUALS = Path("usr/share/man/man1")


def install_files(package: Package, stage: Path, release: Release, built: tuple[str, int]) -> None:
    """Copies the other files of a package.

    Args:
        package: The package.
        stage: The folder of its files.
        release: The release of Debian that it is for.
        built: Its version, and its time stamp in seconds since 1970.
    """
    name, documents = package.name, package.documents
    for program in package.programs:
        _install_program(package, program, stage)
    place(stage, package.control / "overrides", Path("usr/share/lintian/overrides") / name)
    place(stage, package.control / "copyright", documents / "copyright")
    _compress(stage, ROOT / "CHANGELOG.md", documents / "changelog.gz")
    version, built_seconds = built
    built_at = datetime.fromtimestamp(built_seconds, UTC)
    template = Template((HERE / "changelog").read_text())
    entry = template.substitute(name=name, version=version, date=format_datetime(built_at))
    write(stage / documents / "changelog.Debian.gz", _compressed(entry.encode()))
    if package is DAEMON:
        _install_daemon(stage, release)
    else:
        _install_page(stage)


def _install_program(package: Package, name: str, stage: Path) -> None:
    """Copies a command with its manual page, and its service with its user."""
    place(stage, package.control / name, Path("usr/bin") / name, 0o755)
    _compress(stage, package.control / f"{name}.1", _MANUALS / f"{name}.1.gz")
    for kind in ("sysusers", "tmpfiles"):
        place(stage, ROOT / "systemd" / f"{name}.{kind}", _LIBRARY / f"{kind}.d" / f"{name}.conf")
    place(stage, ROOT / "systemd" / f"{name}.service", _UNITS / f"{name}.service")


def _install_daemon(stage: Path, release: Release) -> None:
    place(stage, ROOT / "deploy" / "soundpost.toml", Path("etc/soundpost/soundpost.toml"), 0o640)
    if release.has_backoff:
        place(stage, HERE / "backoff.conf", _UNITS / "soundpost.service.d" / "backoff.conf")
    (stage / MODELS.parent).mkdir(parents=True)
    shutil.move(stage / DAEMON.libraries / "soundpost" / "models", stage / MODELS)
    for document in ("CONFIG", "INSTALL", "METRICS", "PAYLOAD", "SOURCES"):
        _compress(stage, ROOT / "docs" / f"{document}.md", DAEMON.documents / f"{document}.md.gz")


def _install_page(stage: Path) -> None:
    place(stage, ROOT / "deploy" / "soundpost-web.toml", Path("etc/soundpost-web/web.toml"), 0o640)
    messages = Path("etc/soundpost-notify/notify.toml")
    place(stage, ROOT / "deploy" / "soundpost-notify.toml", messages, 0o640)
    for document in ("NOTIFY", "WEB"):
        _compress(stage, ROOT / "docs" / f"{document}.md", PAGE.documents / f"{document}.md.gz")


def place(stage: Path, source: Path, name: Path, mode: int = 0o644) -> None:
    """Copies a file into the package."""
    write(stage / name, source.read_bytes(), mode)


def _compress(stage: Path, source: Path, name: Path) -> None:
    write(stage / name, _compressed(source.read_bytes()))


def _compressed(content: bytes) -> bytes:
    compressed = gzip.compress(content, 9, mtime=0)
    # The tenth byte is the operating system, which differs from one version of Python to the next.
    return compressed[:9] + b"\xff" + compressed[10:]


def write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Writes a file of the package."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
