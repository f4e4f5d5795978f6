"""Builds soundpost_<version>_<architecture>.deb, for this or another architecture.

No program of the target architecture is run: pip downloads its wheels, dpkg-deb packs them.
"""

import argparse
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from string import Template

from licences import require_licence
from lock_file import LockError
from releases import RELEASES, Release
from sbom import write_sbom
from wheels import LIBRARIES, collect_wheels, install_wheels

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
REVISION = 1
"""Revision of the packaging; every new version of Soundpost begins with 1."""
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
"""Debian's name of each architecture, and its name in the tags of wheels."""
MODELS = Path("usr/share/soundpost/models")
DOCUMENTS = Path("usr/share/doc/soundpost")


def main() -> None:
    """Builds the package of one release and one architecture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--architecture", choices=MACHINES, required=True)
    parser.add_argument("--debian", type=int, choices=RELEASES, required=True)
    parser.add_argument("--compression", choices=("xz", "none"), default="xz")
    parser.add_argument("--into", type=Path, default=ROOT / "dist")
    options = parser.parse_args()
    # Reproducible: the same sources give the same package, bit by bit, for any user and any day.
    os.environ["SOURCE_DATE_EPOCH"] = os.environ.get("SOURCE_DATE_EPOCH") or _committed_at()
    os.environ.update(LC_ALL="C.UTF-8", TZ="UTC")
    os.umask(0o022)
    release, machine = RELEASES[options.debian], MACHINES[options.architecture]
    folder = ROOT / ".build" / f"deb-{release.debian}-{options.architecture}"
    shutil.rmtree(folder, ignore_errors=True)
    stage = folder / "package"
    stage.mkdir(parents=True)
    try:
        wheels = collect_wheels(folder / "wheels", release, machine)
    except LockError as error:
        sys.exit(str(error))
    for wheel in wheels:
        require_licence(wheel.installed)
    install_wheels(wheels, stage / LIBRARIES, release, machine)
    version = f"{wheels[0].version}-{REVISION}+deb{release.debian}"
    _install_files(stage, release, version)
    _write_control(stage, release, version, options.architecture)
    _normalise(stage)
    options.into.mkdir(exist_ok=True)
    package = options.into / f"soundpost_{version}_{options.architecture}.deb"
    _pack(stage, package, options.compression)
    sbom = write_sbom(package, wheels, stage / MODELS, _built_seconds())
    print(f"{package}: {package.stat().st_size / 1e6:.1f} MB, with {sbom.name}")


def _install_files(stage: Path, release: Release, version: str) -> None:
    """Copies the other files: command, configuration, unit, models, documents."""
    library, units = Path("usr/lib"), Path("usr/lib/systemd/system")
    _place(stage, HERE / "soundpost", Path("usr/bin/soundpost"), 0o755)
    _place(stage, ROOT / "deploy" / "soundpost.toml", Path("etc/soundpost/soundpost.toml"), 0o640)
    _place(stage, ROOT / "systemd" / "soundpost.service", units / "soundpost.service")
    _place(stage, ROOT / "systemd" / "soundpost.sysusers", library / "sysusers.d/soundpost.conf")
    _place(stage, ROOT / "systemd" / "soundpost.tmpfiles", library / "tmpfiles.d/soundpost.conf")
    if release.has_backoff:
        _place(stage, HERE / "backoff.conf", units / "soundpost.service.d" / "backoff.conf")
    (stage / MODELS.parent).mkdir(parents=True)
    shutil.move(stage / LIBRARIES / "soundpost" / "models", stage / MODELS)
    _place(stage, HERE / "overrides", Path("usr/share/lintian/overrides/soundpost"))
    _place(stage, HERE / "copyright", DOCUMENTS / "copyright")
    for document in ("CONFIG", "INSTALL", "METRICS", "PAYLOAD", "SOURCES"):
        _compress(stage, ROOT / "docs" / f"{document}.md", DOCUMENTS / f"{document}.md.gz")
    _compress(stage, ROOT / "CHANGELOG.md", DOCUMENTS / "changelog.gz")
    _compress(stage, HERE / "soundpost.1", Path("usr/share/man/man1/soundpost.1.gz"))
    built_at = datetime.fromtimestamp(_built_seconds(), UTC)
    template = Template((HERE / "changelog").read_text())
    entry = template.substitute(version=version, date=format_datetime(built_at))
    _write(stage / DOCUMENTS / "changelog.Debian.gz", _compressed(entry.encode()))


def _write_control(stage: Path, release: Release, version: str, architecture: str) -> None:
    """Writes dpkg's control files: package data, checksums, conffiles, maintainer scripts."""
    control = stage / "DEBIAN"
    files = sorted(path for path in stage.rglob("*") if path.is_file())
    sums = [f"{_md5(path)}  {path.relative_to(stage)}\n" for path in files]
    fields = Template((HERE / "control").read_text()).substitute(
        version=version,
        architecture=architecture,
        installed_kib=sum(path.stat().st_size for path in files) // 1024,
        python=release.python,
        next_python=release.next_python,
        debian=release.debian,
    )
    _write(control / "control", fields.encode())
    _write(control / "md5sums", "".join(sums).encode())
    _write(control / "conffiles", b"/etc/soundpost/soundpost.toml\n")
    for script in ("postinst", "prerm", "postrm"):
        _place(stage, HERE / script, Path("DEBIAN") / script, 0o755)


def _md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def _place(stage: Path, source: Path, name: Path, mode: int = 0o644) -> None:
    _write(stage / name, source.read_bytes(), mode)


def _compress(stage: Path, source: Path, name: Path) -> None:
    _write(stage / name, _compressed(source.read_bytes()))


def _compressed(content: bytes) -> bytes:
    compressed = gzip.compress(content, 9, mtime=0)
    # The tenth byte is the operating system, which differs from one version of Python to the next.
    return compressed[:9] + b"\xff" + compressed[10:]


def _write(path: Path, content: bytes, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def _normalise(stage: Path) -> None:
    """Sets the modes that the umask or a wheel decided, and the times that the clock decided."""
    for path in (stage, *stage.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
        elif path.is_relative_to(stage / LIBRARIES) or path.is_relative_to(stage / MODELS):
            path.chmod(0o644)
        os.utime(path, (_built_seconds(), _built_seconds()))


def _pack(stage: Path, package: Path, compression: str) -> None:
    """Runs dpkg-deb, which sorts the files, and clamps times to SOURCE_DATE_EPOCH."""
    packing = ("dpkg-deb", "--root-owner-group", f"-Z{compression}", "--build")
    command = (*packing, str(stage), str(package))
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - without a shell


def _built_seconds() -> int:
    return int(os.environ["SOURCE_DATE_EPOCH"])


def _committed_at() -> str:
    """Returns the time of the last commit, in seconds since 1970; without git, exits."""
    command = ("git", "log", "-1", "--format=%ct")
    done = subprocess.run(command, check=False, cwd=ROOT, stdout=subprocess.PIPE)  # noqa: S603 - a fixed command
    if done.returncode:
        sys.exit("expected a git checkout, or SOURCE_DATE_EPOCH in the environment; set it")
    return done.stdout.decode().strip()


if __name__ == "__main__":
    main()
