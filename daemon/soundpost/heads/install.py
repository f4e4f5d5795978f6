"""Stores a head as the next version of its label, completely or not at all."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from soundpost.errors import HeadError
from soundpost.heads.head import Head, load_head
from soundpost.heads.schema import (
    HEAD_CARD_FILE,
    HEAD_FILE,
    LARGEST_HEAD_BYTES,
    WEIGHTS_FILE,
    HeadDescription,
    HeadFacts,
)
from soundpost.heads.store import (
    BEFORE_FILE,
    VERSIONS_FOLDER,
    next_version,
    number_file,
    refused,
    use_version,
    version_before,
    version_folder,
    version_in_use,
    versions,
)
from soundpost.heads.weights import GoldenEmbeddings, HeadWeights, encode_weights
from soundpost.manifest import Artifact
from soundpost.system.atomic_file import PART, sync_folder, write_atomic

KEPT_VERSIONS = 10
"""Versions of a label that are kept for an undo: at most 640 kB, and their attachments."""


class MadeFrom(NamedTuple):
    """Origins of a version: its examples, and the version that was in use before.

    Attributes:
        files: Further files of the version by their names, such as its examples; the daemon reads
            none of them.
        version: The version that was in use when its making began, 0 for none: if it is another
            one by now, this one knows nothing of that. None if it does not matter.
    """

    files: Mapping[str, bytes] = MappingProxyType({})
    version: int | None = None


def install_head(
    label_folder: Path,
    facts: HeadFacts,
    weights: HeadWeights,
    golden: GoldenEmbeddings,
    card: str,
    made_from: MadeFrom | None = None,
) -> Head:
    """Stores a head as the next version of its label, which is in use from then on.

    Args:
        label_folder: The folder of the label, in the folder of heads; created if it is absent.
        facts: Its description.
        weights: Its weights.
        golden: Its golden vectors.
        card: The text of `HEAD_CARD.md`.
        made_from: Its examples, and the version that was in use before; None for neither.

    Returns:
        The head as a daemon reads it.

    Raises:
        HeadError: The folder has the name of another label, the head is too large or does not
            verify, another process stores a version of the label or has changed it meanwhile, or
            the disk refuses it. The version in use stays as it was.
    """
    if label_folder.name != facts.label.name:
        raise HeadError(
            f"expected the folder of {facts.label.name}, got {label_folder}",
            hint="a head lies in a folder of the name of its label",
        )
    made_from = made_from or MadeFrom()
    content = encode_weights(weights, golden)
    if made_from.version and not label_folder.is_dir():
        raise _changed(facts.label.name, "removed")
    with _locked(label_folder):
        if made_from.version not in {None, version_in_use(label_folder)}:
            raise _changed(facts.label.name, "changed")
        number = next_version(label_folder)
        artifact = Artifact(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
        description = HeadDescription(
            **{name: getattr(facts, name) for name in HeadFacts.__struct_fields__},
            schema=1,
            version=number,
            weights=artifact,
        )
        text = msgspec.json.format(msgspec.json.encode(description), indent=2) + b"\n"
        _refuse_large(len(content) + len(text))
        folder = version_folder(label_folder, number)
        own = {WEIGHTS_FILE: content, HEAD_FILE: text, HEAD_CARD_FILE: card.encode()}
        _write_version(folder, {**made_from.files, **own, **_before(label_folder)})
        use_version(label_folder, number)
        _remove_old(label_folder, number)
    return load_head(folder)


def _changed(label: str, change: str) -> HeadError:
    return HeadError(
        f"another process has {change} {label} while this version was made",
        hint="teach it again: what the other one has learned counts then",
    )


@contextmanager
def _locked(label_folder: Path) -> Iterator[None]:
    """Creates the folder of a label, and keeps other processes from storing a version of it."""
    try:
        versions_folder = label_folder / VERSIONS_FOLDER
        versions_folder.mkdir(parents=True, exist_ok=True)
        sync_folder(label_folder.parent)
        sync_folder(label_folder)
        descriptor = os.open(versions_folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise refused(label_folder, error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise HeadError(
            f"another process stores a head in {label_folder}", hint="wait until it has ended"
        ) from error
    finally:
        os.close(descriptor)


def _before(label_folder: Path) -> dict[str, bytes]:
    """Returns the file that names the version in use; none if there is none, or it is damaged."""
    number = version_in_use(label_folder)
    return {BEFORE_FILE: number_file(number)} if number else {}


def _write_version(folder: Path, files: dict[str, bytes]) -> None:
    """Writes the files of a version, verifies them, and gives them their name."""
    part = folder.with_name(f".{folder.name}{PART}")
    try:
        shutil.rmtree(part, ignore_errors=True)  # of a process that was killed
        part.mkdir()
        for name, content in files.items():
            write_atomic(part / name, content)
        sync_folder(part)
        load_head(part)
        part.rename(folder)
        sync_folder(folder.parent)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise refused(folder, error) from error
    except HeadError:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _remove_old(label_folder: Path, current: int) -> None:
    """Removes versions that no undo needs; a leftover costs disk space only."""
    # After some undos the version before may be older than many that were taken back.
    needed = (current, version_before(label_folder, current))
    for number in versions(label_folder)[:-KEPT_VERSIONS]:
        if number in needed:
            continue
        folder = version_folder(label_folder, number)
        part = folder.with_name(f".{number}{PART}")
        with suppress(OSError):
            folder.rename(part)  # no version is ever there in part
    with suppress(OSError):
        for part in list((label_folder / VERSIONS_FOLDER).glob(f".*{PART}")):  # of kills, too
            shutil.rmtree(part, ignore_errors=True)


def _refuse_large(size_bytes: int) -> None:
    if size_bytes > LARGEST_HEAD_BYTES:
        raise HeadError(
            f"expected a head of at most {LARGEST_HEAD_BYTES} bytes, got {size_bytes}",
            hint="store fewer golden vectors or notes; an embedding may have some 2,000 values",
        )
