"""Debian roots for the tests, made once by debootstrap and kept below .build/."""

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


def need(*programs: str) -> None:
    """Skip the test where it cannot run, or fail it under CI."""
    absent = [program for program in programs if shutil.which(program) is None]
    reason = f"not installed: {', '.join(absent)}" if absent else ""
    if os.geteuid() != 0:
        reason = "booting a Debian takes root"
    if reason and os.environ.get("CI"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


def native_root(debian: int) -> Path:
    """A minimal Debian with systemd, to be booted; never written to by tests."""
    need("debootstrap", "systemd-nspawn")
    root = KEPT / CODENAMES[debian]
    if not root.exists():
        made = _begin(root)
        _debootstrap(f"--include={PACKAGES}", CODENAMES[debian], str(made))
        (made / "etc" / "hostname").write_text("north-gate\n")
        made.rename(root)
    return root


def sounding_root(debian: int) -> Path:
    """The same, with ALSA's way to a PulseAudio elsewhere."""
    root = KEPT / f"{CODENAMES[debian]}-sound"
    if not root.exists():
        made = _begin(root)
        subprocess.run(["cp", "-a", f"{native_root(debian)}/.", str(made)], check=True)
        shutil.copy("/etc/resolv.conf", made / "etc" / "resolv.conf")
        install = ["install", "--yes", "--no-install-recommends", "libasound2-plugins"]
        for arguments in (["update"], install, ["clean"]):
            command = ["chroot", str(made), "apt-get", "--quiet", *arguments]
            subprocess.run(
                command,
                check=True,
                timeout=1_200,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"},
            )
        made.rename(root)
    return root


def foreign_root() -> Path:
    """A minimal arm64 Debian, unpacked and not set up; its programs run by `EMULATOR`."""
    need("debootstrap", "dpkg-deb", str(EMULATOR))
    root = KEPT / "bookworm-arm64"
    if not root.exists():
        made = _begin(root)
        _debootstrap(
            "--arch=arm64", "--foreign", f"--include={FOREIGN_PACKAGES}", "bookworm", str(made)
        )
        for package in sorted((made / "var" / "cache" / "apt" / "archives").glob("*.deb")):
            unpack(package, made)
        # debootstrap leaves a link to this machine's /proc there.
        proc = made / "proc"
        if proc.is_symlink():
            proc.unlink()
        proc.mkdir(exist_ok=True)
        shutil.copy(EMULATOR, made / "usr" / "bin")
        made.rename(root)
    return root


def unpack(package: Path, root: Path) -> None:
    """Put a package's files into a root, over links that merge /usr."""
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE
    ) as tar:
        subprocess.run(
            ["tar", "-x", "--keep-directory-symlink", "-C", str(root)], stdin=tar.stdout, check=True
        )


def built_package(debian: int, architecture: str) -> Path:
    """The package in dist/ that `make deb` built last."""
    found = sorted(
        (ROOT / "dist").glob(f"soundpost_*+deb{debian}_{architecture}.deb"),
        key=lambda path: path.stat().st_mtime,
    )
    if not found:
        pytest.fail(f"no package for Debian {debian} {architecture} in dist/: run `make deb`")
    return found[-1]


def own_architecture() -> str:
    """This machine's, as Debian calls it."""
    return {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]


def _begin(root: Path) -> Path:
    """An empty folder beside it, to be renamed once it is whole."""
    made = root.with_suffix(".part")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    return made


def _debootstrap(*arguments: str) -> None:
    subprocess.run(["debootstrap", "--variant=minbase", *arguments], check=True, timeout=1_200)
