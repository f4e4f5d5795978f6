"""A Python for arm64 with Soundpost's locked libraries, run by QEMU's user mode with a counter.

Both are made once below .build/bench, without root: apt and pip download packages of Debian 12 and
the wheels for arm64, which are unpacked only. QEMU comes from there, too, because that of Debian 13
is linked statically, and loads no plugin; so every machine counts by the same version.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy" / "debian"))

from lock_file import LockFile  # noqa: E402 - of the folder that is added above
from releases import RELEASES  # noqa: E402 - as above
from wheels import LOCKS, MANYLINUX  # noqa: E402 - as above

RELEASE, CODENAME, MACHINE = RELEASES[12], "bookworm", "aarch64"
FOLDER = ROOT / ".build" / "bench"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PROGRAMS = ("cc", "apt-get", "dpkg", "dpkg-deb")
PACKAGES = (f"python{RELEASE.python}-minimal", f"libpython{RELEASE.python}-stdlib", "libstdc++6")
LIBRARIES = "opt/libraries"
PARTS = {"cortex-a53": "0xd03", "cortex-a72": "0xd08", "cortex-a76": "0xd0b"}
"""Part numbers of Arm in the register MIDR_EL1: a Pi 3 has the A53, a Pi 4 the A72, a Pi 5 the A76.
XNNPACK chooses some of its kernels by them, and by the features that QEMU reports."""

CPUINFO = """\
processor\t: 0
BogoMIPS\t: 108.00
Features\t: fp asimd evtstrm crc32 cpuid
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x0
CPU part\t: {part}
CPU revision\t: 3

"""
SYSTEM_FILES = {
    "online": "0",
    "possible": "0",
    "present": "0",
    "kernel_max": "0",
    "cpu0/topology/physical_package_id": "0",
    "cpu0/topology/cluster_cpus_list": "0",
    "cpu0/cache/index2/level": "2",
    "cpu0/cache/index2/shared_cpu_list": "0",
    "cpu0/cache/index2/size": "1024K",
}
"""What LiteRT reads below /sys/devices/system/cpu; without them it would read this machine's."""


def missing() -> str | None:
    """Returns why nothing can be counted here; None if it can."""
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        return f"not installed: {', '.join(absent)}"
    return None if KEYRING.is_file() else f"no {KEYRING}: apt cannot verify Debian's packages"


class CountedPython:
    """Runs Python programs on an emulated processor of arm64, and counts their instructions.

    Args:
        processor: One of `PARTS`.
    """

    def __init__(self, processor: str) -> None:
        self._processor = processor
        self._root, self._emulator = _made_root(), _made_emulator()
        self._counter = FOLDER / "instruction_counter.so"
        self._write_processor()
        source = Path(__file__).with_name("instruction_counter.c")
        build = ["cc", "-O2", "-shared", "-fPIC", "-o", str(self._counter), str(source)]
        subprocess.run(build, check=True)

    def run(self, program: Path, *arguments: str) -> tuple[str, dict[int, int]]:
        """Returns what a program printed, and the count at each point that it reported."""
        counts = FOLDER / f"{self._processor}.counts"
        done = subprocess.run(
            self._command(counts, str(program), *arguments),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        lines = counts.read_text(encoding="ascii").splitlines()
        return done.stdout, {int(point): int(count) for point, count in map(str.split, lines)}

    def _command(self, counts: Path, *arguments: str) -> list[str]:
        environment = {
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONHASHSEED": "0",
            "PYTHONHOME": "/usr",
            "PYTHONPATH": f"{self._root / LIBRARIES}:{ROOT / 'daemon'}:{ROOT / 'tests/support'}",
            "PYTHONPYCACHEPREFIX": str(FOLDER / "compiled"),
            "SOUNDPOST_MODELS": str(ROOT / "models"),
        }
        emulator = [*self._emulator, "-L", str(self._root), "-cpu", self._processor]
        emulator += ["-plugin", str(self._counter), "-d", "plugin", "-D", str(counts)]
        for name in ("LD_LIBRARY_PATH", "PYTHONDONTWRITEBYTECODE"):
            emulator += ["-U", name]
        for name, value in environment.items():
            emulator += ["-E", f"{name}={value}"]
        python = self._root / "usr" / "bin" / f"python{RELEASE.python}"
        return [*emulator, str(python), *arguments]

    def _write_processor(self) -> None:
        """Writes the files by which LiteRT recognises the processor."""
        _write(self._root / "proc/cpuinfo", CPUINFO.format(part=PARTS[self._processor]))
        for name, text in SYSTEM_FILES.items():
            _write(self._root / "sys/devices/system/cpu" / name, f"{text}\n")


def _made_root() -> Path:
    """Returns the folder of the emulated programs; makes it at the first call."""
    root = FOLDER / "arm64"
    if not root.exists():
        part = FOLDER / "arm64.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        print(f"downloading Python {RELEASE.python} and the libraries for {MACHINE} …", flush=True)
        _unpack_debian(part, "arm64", PACKAGES)
        _install_wheels(part / LIBRARIES)
        part.rename(root)
    return root


def _made_emulator() -> list[str]:
    """Returns the command of QEMU with its own loader and libraries; unpacks it at the first call.

    They are older than those of this machine, which need not fit.
    """
    root = FOLDER / "emulator"
    if not root.exists():
        part = FOLDER / "emulator.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        command = ["dpkg", "--print-architecture"]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        _unpack_debian(part, done.stdout.strip(), ("qemu-user",))
        part.rename(root)
    loader = next(root.glob("lib/*/ld-linux-*.so.*"))
    triplet = loader.parent.name
    folders = f"{root}/lib/{triplet}:{root}/usr/lib/{triplet}"
    return [str(loader), "--library-path", folders, str(root / "usr" / "bin" / "qemu-aarch64")]


def _unpack_debian(root: Path, architecture: str, packages: Sequence[str]) -> None:
    """Downloads Debian's packages by an apt with folders of its own, and unpacks them."""
    apt = FOLDER / f"apt-{architecture}"
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (apt / folder).mkdir(parents=True, exist_ok=True)
    (apt / "state" / "status").touch()
    sources = apt / "sources.list"
    sources.write_text(f"deb [signed-by={KEYRING}] http://deb.debian.org/debian {CODENAME} main\n")
    options = {
        "APT::Architecture": architecture,
        "APT::Architectures": architecture,
        "Debug::NoLocking": "true",
        "Dir::Cache": apt / "cache",
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "-",
        "Dir::State": apt / "state",
        "Dir::State::status": apt / "state" / "status",
    }
    command = ["apt-get", "-qq", "-y", *(f"-o{name}={value}" for name, value in options.items())]
    subprocess.run([*command, "update"], check=True)
    install = ["--download-only", "--no-install-recommends", "install"]
    subprocess.run([*command, *install, *packages], check=True, stdout=subprocess.DEVNULL)
    for package in sorted((apt / "cache" / "archives").glob("*.deb")):
        subprocess.run(["dpkg-deb", "--extract", package, root], check=True)


def _install_wheels(target: Path) -> None:
    """Installs the locked libraries of a device, by their hashes."""
    pins = LockFile(LOCKS / "device.txt", RELEASE.markers(MACHINE)).pins.values()
    requirements = FOLDER / "arm64.requirements.txt"
    requirements.write_text("".join(f"{pin}\n" for pin in pins), encoding="utf-8")
    tags = [f"--platform=manylinux{tag}_{MACHINE}" for tag in MANYLINUX]
    tags += ["--only-binary=:all:", "--implementation=cp", f"--python-version={RELEASE.python}"]
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    by_hash = ["--no-deps", "--require-hashes", "--requirement", str(requirements)]
    subprocess.run([*pip, "install", "--target", str(target), *tags, *by_hash], check=True)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")
