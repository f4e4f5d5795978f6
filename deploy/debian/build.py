"""Builds soundpost_<version>_<architecture>.deb and that of the page, for any architecture.

No program of the target architecture is run: pip downloads its wheels, dpkg-deb packs them.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from string import Template

from contents import MODELS, install_files, place, write
from licences import require_licence
from lock_file import LockError
from packages import PACKAGES, Package
from releases import RELEASES, Release
from sbom import write_sbom
from wheels import collect_wheels, install_wheels

ROOT = Path(__file__).resolve().parents[2]
REVISION = 1
"""Revision of the packaging; every new version of Soundpost begins with 1."""
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
"""Debian's name of each architecture, and its name in the tags of wheels."""


def main() -> None:
    """Builds the packages of one release and one architecture."""
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
    release = RELEASES[options.debian]
    for package in PACKAGES:
        try:
            _build(package, release, options)
        except LockError as error:
            sys.exit(str(error))


def _build(package: Package, release: Release, options: argparse.Namespace) -> None:
    """Builds one package, with its bill of materials.

    Raises:
        LockError: Its lock file is stale.
    """
    machine = MACHINES[options.architecture]
    folder = ROOT / ".build" / f"deb-{release.debian}-{options.architecture}" / package.name
    shutil.rmtree(folder, ignore_errors=True)
    stage = folder / "package"
    stage.mkdir(parents=True)
    wheels = collect_wheels(package, folder / "wheels", release, machine)
    for wheel in wheels[bool(package.base) :]:  # the base has that of Soundpost
        require_licence(wheel.installed)
    install_wheels(wheels, stage / package.libraries, release, machine)
    version = f"{wheels[0].version}-{REVISION}+deb{release.debian}"
    install_files(package, stage, release, (version, built_seconds()))
    _write_control(package, stage, release, (version, options.architecture))
    _normalise(package, stage)
    options.into.mkdir(exist_ok=True)
    file = options.into / f"{package.name}_{version}_{options.architecture}.deb"
    _pack(stage, file, options.compression)
    sbom = write_sbom(file, wheels, stage / MODELS, built_seconds())
    print(f"{file}: {file.stat().st_size / 1e6:.1f} MB, with {sbom.name}")


def _write_control(
    package: Package, stage: Path, release: Release, identity: tuple[str, str]
) -> None:
    """Writes dpkg's control files: package data, checksums, conffiles, maintainer scripts."""
    version, architecture = identity
    control = stage / "DEBIAN"
    files = sorted(path for path in stage.rglob("*") if path.is_file())
    sums = [f"{_md5(path)}  {path.relative_to(stage)}\n" for path in files]
    fields = Template((package.control / "control").read_text()).substitute(
        version=version,
        architecture=architecture,
        installed_kib=sum(path.stat().st_size for path in files) // 1024,
        python=release.python,
        next_python=release.next_python,
        debian=release.debian,
    )
    write(control / "control", fields.encode())
    write(control / "md5sums", "".join(sums).encode())
    etc = stage / "etc"
    conffiles = [f"/{path.relative_to(stage)}\n" for path in files if path.is_relative_to(etc)]
    write(control / "conffiles", "".join(conffiles).encode())
    for script in ("postinst", "prerm", "postrm"):
        place(stage, package.control / script, Path("DEBIAN") / script, 0o755)


def _md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def _normalise(package: Package, stage: Path) -> None:
    """Sets the modes that the umask or a wheel decided, and the times that the clock decided."""
    for path in (stage, *stage.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
        elif path.is_relative_to(stage / package.libraries) or path.is_relative_to(stage / MODELS):
            path.chmod(0o644)
        os.utime(path, (built_seconds(), built_seconds()))


def _pack(stage: Path, package: Path, compression: str) -> None:
    """Runs dpkg-deb, which sorts the files, and clamps times to SOURCE_DATE_EPOCH."""
    packing = ("dpkg-deb", "--root-owner-group", f"-Z{compression}", "--build")
    command = (*packing, str(stage), str(package))
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - without a shell


def built_seconds() -> int:
    """Returns the time stamp of all files, in seconds since 1970."""
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
