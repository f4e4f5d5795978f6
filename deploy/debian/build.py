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

from releases import RELEASES, Release

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
REVISION = 1
"""Revision of the packaging; every new version of Soundpost begins with 1."""
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
"""Debian's name of each architecture, and its name in the tags of wheels."""
MANYLINUX = ("2014", "_2_17", "_2_27", "_2_28", "_2_31", "_2_34")
"""Platform tags of wheels that run with glibc 2.36, the version of Debian 12."""
LIBRARIES = Path("usr/lib/soundpost")
DOCUMENTS = Path("usr/share/doc/soundpost")

# Files of the wheels that a device does not use.
UNUSED_FILES = (
    "bin",
    "soundpost_training*",
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


def main() -> None:
    """Builds the package of one release and one architecture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--architecture", choices=MACHINES, required=True)
    parser.add_argument("--debian", type=int, choices=RELEASES, required=True)
    parser.add_argument("--compression", choices=("xz", "none"), default="xz")
    parser.add_argument("--into", type=Path, default=ROOT / "dist")
    options = parser.parse_args()
    # Reproducible: the same sources give the same package, bit by bit.
    os.environ.setdefault("SOURCE_DATE_EPOCH", str(_committed_at()))
    release = RELEASES[options.debian]
    stage = ROOT / ".build" / f"deb-{release.debian}-{options.architecture}"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    _install_libraries(stage, release, MACHINES[options.architecture])
    version = f"{_version(stage)}-{REVISION}+deb{release.debian}"
    _install_files(stage, release, version)
    _write_control(stage, release, version, options.architecture)
    options.into.mkdir(exist_ok=True)
    package = options.into / f"soundpost_{version}_{options.architecture}.deb"
    packing = ("dpkg-deb", "--root-owner-group", f"-Z{options.compression}", "--build")
    _run(*packing, str(stage), str(package))
    print(f"{package}: {package.stat().st_size / 1e6:.1f} MB")


def _install_libraries(stage: Path, release: Release, machine: str) -> None:
    """Installs the wheel of Soundpost and the wheels of its dependencies."""
    target = stage / LIBRARIES
    wheels = stage.with_name("deb-wheel")
    shutil.rmtree(wheels, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    _run(*pip, "wheel", "--no-deps", "--wheel-dir", str(wheels), str(ROOT))
    platforms = [f"--platform=manylinux{tag}_{machine}" for tag in MANYLINUX]
    tags = ["--implementation=cp", f"--python-version={release.python}", *platforms]
    wheel = f"{next(wheels.glob('*.whl'))}[metrics]"  # pure Python, without dependencies
    _run(*pip, "install", "--only-binary=:all:", "--target", str(target), *tags, wheel)
    for pattern in UNUSED_FILES:
        for path in list(target.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _version(stage: Path) -> str:
    metadata = next((stage / LIBRARIES).glob("soundpost-*.dist-info"))
    return metadata.stem.removeprefix("soundpost-")


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
    (stage / "usr/share/soundpost").mkdir(parents=True)
    shutil.move(stage / LIBRARIES / "soundpost" / "models", stage / "usr/share/soundpost/models")
    _place(stage, HERE / "overrides", Path("usr/share/lintian/overrides/soundpost"))
    _place(stage, HERE / "copyright", DOCUMENTS / "copyright")
    for document in ("CONFIG", "INSTALL", "METRICS", "PAYLOAD"):
        _compress(stage, ROOT / "docs" / f"{document}.md", DOCUMENTS / f"{document}.md.gz")
    _compress(stage, ROOT / "CHANGELOG.md", DOCUMENTS / "changelog.gz")
    _compress(stage, HERE / "soundpost.1", Path("usr/share/man/man1/soundpost.1.gz"))
    _require_licences(stage)
    built_at = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
    template = Template((HERE / "changelog").read_text())
    entry = template.substitute(version=version, date=format_datetime(built_at))
    _write(stage / DOCUMENTS / "changelog.Debian.gz", _compressed(entry.encode()))


def _require_licences(stage: Path) -> None:
    """Exits with an error if the copyright file lacks the licence of a packed library."""
    copyright_text = (HERE / "copyright").read_text()
    folders = (stage / LIBRARIES).glob("*.dist-info")
    libraries = {folder.name.split("-")[0] for folder in folders}
    if missing := sorted(name for name in libraries if f"/{name}-" not in copyright_text):
        sys.exit(
            "deploy/debian/copyright: expected the licence of every packed library, "
            f"got none of {', '.join(missing)}; add a paragraph for each"
        )


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
    return gzip.compress(content, 9, mtime=0)


def _write(path: Path, content: bytes, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def _committed_at() -> int:
    """Returns the time of the last commit, in seconds since 1970."""
    command = ("git", "log", "-1", "--format=%ct")
    return int(subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE).stdout)  # noqa: S603 - a fixed command


def _run(*command: str) -> None:
    subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603 - pip and dpkg-deb, without a shell


if __name__ == "__main__":
    main()
