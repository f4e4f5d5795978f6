"""Debian root file systems for the tests, made once by debootstrap and stored below .build/."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".build" / "boot"
EMULATOR = Path("/usr/bin/qemu-aarch64-static")
CODENAMES = {12: "bookworm", 13: "trixie"}
PACKAGES = "ca-certificates,dbus,python3,python3-pyaudio,systemd,systemd-sysv"
FOREIGN_PACKAGES = "ca-certificates,python3,python3-pyaudio"


def require(*programs: str) -> None:
    """Skips the test if a program or root is missing; under CI fails it."""
    absent = [program for program in programs if shutil.which(program) is None]
    reason = f"not installed: {', '.join(absent)}" if absent else ""
    if os.geteuid() != 0:
        reason = "booting a Debian needs root"
    if reason and os.environ.get("CI"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


def native_root(debian: int) -> Path:
    """Returns a minimal Debian with systemd, to be booted; tests never write to it."""
    require("debootstrap", "systemd-nspawn")
    root = KEPT / CODENAMES[debian]
    if not root.exists():
        part = _create_part(root)
        _debootstrap(f"--include={PACKAGES}", CODENAMES[debian], str(part))
        (part / "etc" / "hostname").write_text("north-gate\n")
        part.rename(root)
    return root


def sounding_root(debian: int) -> Path:
    """Returns the same with ALSA's PulseAudio plugin, for a sound server outside."""
    root = KEPT / f"{CODENAMES[debian]}-sound"
    if not root.exists():
        part = _create_part(root)
        subprocess.run(["cp", "-a", f"{native_root(debian)}/.", str(part)], check=True)
        shutil.copy("/etc/resolv.conf", part / "etc" / "resolv.conf")
        install = ["install", "--yes", "--no-install-recommends", "libasound2-plugins"]
        for arguments in (["update"], install, ["clean"]):
            command = ["chroot", str(part), "apt-get", "--quiet", *arguments]
            subprocess.run(
                command,
                check=True,
                timeout=1_200,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"},
            )
        part.rename(root)
    return root


def foreign_root() -> Path:
    """Returns a minimal arm64 Debian, unpacked but not configured; `EMULATOR` runs its programs."""
    require("debootstrap", "dpkg-deb", str(EMULATOR))
    root = KEPT / "bookworm-arm64"
    if not root.exists():
        part = _create_part(root)
        _debootstrap(
            "--arch=arm64", "--foreign", f"--include={FOREIGN_PACKAGES}", "bookworm", str(part)
        )
        for package in sorted((part / "var" / "cache" / "apt" / "archives").glob("*.deb")):
            unpack(package, part)
        # debootstrap leaves a link to this machine's /proc there.
        proc = part / "proc"
        if proc.is_symlink():
            proc.unlink()
        proc.mkdir(exist_ok=True)
        shutil.copy(EMULATOR, part / "usr" / "bin")
        part.rename(root)
    return root


def unpack(package: Path, root: Path) -> None:
    """Unpacks a package's files into a root, through links that merge /usr."""
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE
    ) as tar:
        subprocess.run(
            ["tar", "-x", "--keep-directory-symlink", "-C", str(root)], stdin=tar.stdout, check=True
        )


def built_package(debian: int, architecture: str, name: str = "soundpost") -> Path:
    """Returns the package in dist/ that `make deb` built last."""
    found = sorted(
        (ROOT / "dist").glob(f"{name}_*+deb{debian}_{architecture}.deb"),
        key=lambda path: path.stat().st_mtime,
    )
    if not found:
        pytest.fail(f"no package for Debian {debian} {architecture} in dist/: run `make deb`")
    return found[-1]


def own_architecture() -> str:
    """Returns this machine's architecture in Debian's terms."""
    return {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]


def _create_part(root: Path) -> Path:
    """Creates an empty folder beside the root, to be renamed once it is complete."""
    part = root.with_suffix(".part")
    _unmount_below(part)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    return part


def _unmount_below(folder: Path) -> None:
    """Unmounts what a debootstrap that was ended in the middle has left, such as its /proc."""
    targets = [Path(line.split()[1]) for line in Path("/proc/self/mounts").read_text().splitlines()]
    for target in reversed(targets):
        if target.is_relative_to(folder):
            subprocess.run(["umount", str(target)], check=True)


def _debootstrap(*arguments: str) -> None:
    subprocess.run(["debootstrap", "--variant=minbase", *arguments], check=True, timeout=1_200)
