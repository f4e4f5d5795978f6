"""The folder of heads: stores versions of each label, completely or not at all.

A label has a folder of its name, with a folder for each version and the number of the one in use:

    doorbell/current          the number of a version, and a line end
    doorbell/versions/3/      head.json, head.npz, HEAD_CARD.md, and before

`before` has the number of the version that was in use when this one was stored: an undo goes back
to that, and never to a version that an earlier undo took back.

A version is written under another name, synchronised, and renamed; then `current` is replaced. So
neither a kill nor a power cut leaves a version that is not complete, and a reader in another
process has a complete one at every moment. A version is never changed.
"""

from contextlib import suppress
from pathlib import Path

from soundpost.errors import HeadError
from soundpost.heads.head import DamagedHeadError, Head, load_head
from soundpost.system.atomic_file import sync_folder, write_atomic
from soundpost.system.regular_file import read_regular

CURRENT_FILE = "current"
VERSIONS_FOLDER = "versions"
BEFORE_FILE = "before"

_NUMBER_BYTES = 16
"""Of the file that holds the number of a version, at most."""
_HINT = "teach the label again, or remove its folder"


def versions(label_folder: Path) -> list[int]:
    """Returns the numbers of the versions of a label, ascending; none if the folder is absent."""
    return sorted(_numbers(_version_names(label_folder)))


def next_version(label_folder: Path) -> int:
    """Returns a number that no version of a label had, not even one that was set aside."""
    names = [name.partition(".")[0] for name in _version_names(label_folder)]
    return max(_numbers(names), default=0) + 1


def _version_names(label_folder: Path) -> list[str]:
    try:
        return [entry.name for entry in (label_folder / VERSIONS_FOLDER).iterdir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise refused(label_folder, error) from error


def _numbers(names: list[str]) -> list[int]:
    return [int(name) for name in names if name.isascii() and name.isdigit()]


def version_folder(label_folder: Path, number: int) -> Path:
    """Returns the folder of a version of a label."""
    return label_folder / VERSIONS_FOLDER / str(number)


def current_version(label_folder: Path) -> int:
    """Returns the number of the version of a label that is in use.

    Raises:
        DamagedHeadError: The file that names it is damaged.
        HeadError: The label has none, or the file cannot be read.
    """
    path = label_folder / CURRENT_FILE
    try:
        return _read_number(path)
    except OSError as error:
        raise HeadError(f"{path} cannot be read: {error.strerror}", hint=_HINT) from error


def version_in_use(label_folder: Path) -> int:
    """Returns the version of a label that is in use; 0 if it has none, or it cannot be read."""
    try:
        return current_version(label_folder)
    except HeadError:
        return 0


def version_before(label_folder: Path, number: int) -> int | None:
    """Returns the version that an undo of a version puts into use; None if there is none.

    It is the one that was in use before. If that was removed meanwhile, or is not stated, it is
    the next lower one that is there.

    Raises:
        DamagedHeadError: The file that names it is damaged.
        HeadError: A file or a folder cannot be read.
    """
    path = version_folder(label_folder, number) / BEFORE_FILE
    try:
        latest = _read_number(path)
    except FileNotFoundError:
        latest = number - 1
    except OSError as error:
        raise HeadError(f"{path} cannot be read: {error.strerror}", hint=_HINT) from error
    there = [each for each in versions(label_folder) if each <= min(latest, number - 1)]
    return there[-1] if there else None


def number_file(number: int) -> bytes:
    """Returns the content of a file that has the number of a version."""
    return b"%d\n" % number


def _read_number(path: Path) -> int:
    """Returns the number of a version in a file.

    Raises:
        DamagedHeadError: The content is no such number.
        OSError: The file cannot be read.
    """
    text = read_regular(path, _NUMBER_BYTES)
    number = text.removesuffix(b"\n")
    # The line end shows that no digit is cut off.
    if not text.endswith(b"\n") or not number.isdigit() or not int(number):
        raise DamagedHeadError(
            f"expected the number of a version in {path}, got {text!r}", hint=_HINT
        )
    return int(number)


def current_files(heads_folder: Path | None) -> list[Path]:
    """Returns the files that name the versions in use, of all labels; none without a folder."""
    if heads_folder is None:
        return []
    with suppress(OSError):
        return sorted(heads_folder.glob(f"*/{CURRENT_FILE}"))
    return []


def use_version(label_folder: Path, number: int) -> Head:
    """Puts a version of a label into use, such as the one before for an undo.

    Raises:
        HeadError: The version does not verify, or the disk refuses it.
    """
    head = load_head(version_folder(label_folder, number))
    try:
        write_atomic(label_folder / CURRENT_FILE, number_file(number))
        sync_folder(label_folder)
    except OSError as error:
        raise refused(label_folder, error) from error
    return head


def refused(folder: Path, error: OSError) -> HeadError:
    """Returns the error for a folder that the system refuses."""
    return HeadError(
        f"no head can be stored in {folder}: {error.strerror or error}",
        hint="free space on the disk, or give the user of Soundpost access to the folder",
    )
