"""Finds or fetches a package, and unpacks it into the cache."""

import shutil
import tempfile
from pathlib import Path

import msgspec

from soundpost_training.errors import DatasetError
from soundpost_training.files import explain_write_errors
from soundpost_training.sources.debian.package_folder import (
    FILES,
    STATE,
    PackageFolder,
    PackageState,
)
from soundpost_training.sources.debian.unpack import (
    Control,
    copy_installed,
    read_control,
    read_installed,
    run_tool,
    unpack_deb,
)

DEFAULT_CACHE = Path("~/.cache/soundpost/debian")

WRITE_HINT = "make room, or name another folder with --cache"

DOWNLOAD_SECONDS = 3600.0
"""The largest package of the table has 630 MB, which takes 50 minutes at 200 kB/s."""

APT_OPTIONS = ("-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30", "-qq")
"""A mirror without an answer is given up after half a minute, and a package tried three times."""


def fetch(package: str, cache: Path) -> Path:
    """Returns the folder of an unpacked package in the cache.

    The first of these that exists is used: its folder in the cache; a .deb file of its name in the
    cache; the installed package; the package that apt-get downloads. A folder appears completely
    or not at all.

    Raises:
        DatasetError: The package is not in the cache, not installed, and cannot be downloaded; it
            is damaged, or not free; or the cache cannot be written.
    """
    found = sorted(path.parent for path in cache.glob(f"{package}_*/{STATE}"))
    if found:
        return found[-1]
    with explain_write_errors(cache, WRITE_HINT, DatasetError):
        cache.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=cache))
        try:
            return _unpack(package, cache, partial)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def read_state(folder: Path) -> PackageState:
    """Returns the properties of an unpacked package.

    Raises:
        DatasetError: Its file is damaged.
    """
    try:
        return msgspec.json.decode((folder / STATE).read_bytes(), type=PackageState)
    except (OSError, msgspec.DecodeError) as error:
        raise DatasetError(
            f"{folder / STATE} is damaged: {error}", hint=f"remove {folder}"
        ) from error


def _unpack(package: str, cache: Path, partial: Path) -> Path:
    target = partial / "package"
    (target / FILES).mkdir(parents=True)
    writer = PackageFolder(target / FILES)
    debs = sorted(cache.glob(f"{package}_*.deb"))
    control = None if debs else read_installed(package)
    if control is not None:
        control.refuse_unfree()
        copy_installed(package, writer)
    else:
        deb = debs[-1] if debs else _download(package, partial)
        control = read_control(deb)
        if control.package != package:
            raise DatasetError(f"{deb.name} is the package {control.package}", hint="rename it")
        control.refuse_unfree()
        unpack_deb(deb, writer)
    return _install(control, tuple(writer.left_out), target, cache)


def _download(package: str, partial: Path) -> Path:
    """Returns the .deb file that apt-get downloads; its archive's signature is checked by apt.

    Raises:
        DatasetError: apt-get is not installed, does not find the package, or cannot fetch it.
    """
    folder = partial / "download"
    folder.mkdir()
    run_tool("apt-get", *APT_OPTIONS, "download", package, seconds=DOWNLOAD_SECONDS, folder=folder)
    debs = list(folder.glob("*.deb"))
    if not debs:
        raise DatasetError("apt-get downloads no .deb file", hint="run apt-get update")
    return debs[0]


def _install(control: Control, left_out: tuple[str, ...], target: Path, cache: Path) -> Path:
    state = PackageState(control.package, control.version, control.section, left_out)
    (target / STATE).write_bytes(msgspec.json.encode(state))
    target.chmod(0o755)
    folder = cache / f"{control.package}_{control.version.replace(':', '%3a')}"
    if not folder.is_dir():  # else another process has unpacked it meanwhile
        target.rename(folder)
    return folder
