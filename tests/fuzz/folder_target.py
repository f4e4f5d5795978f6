"""The target `folder`: files of every kind in a folder of clips that changes while it is read."""

import io
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from soundpost.cli.clips import clips
from soundpost.errors import SoundpostError
from soundpost.evidence.store.retention import RetentionPolicy
from soundpost.evidence.store.upkeep import SLICE_SECONDS, FolderUpkeep

BUDGET_BYTES = 200_000
GIANT_BYTES = 5_000_000_000
HEADER_BYTES = 4
MOST_FILES = 12
NOW_NS = 1_795_000_000 * 10**9
STEMS = ("20261120T073121Z-siren-01234567", "20261119T000000Z-dog-0000000a", "holiday")
SUFFIXES = (".json", ".flac", ".png", ".json.part")
ROUNDS = 30


def _sparse(path: Path, _content: bytes) -> None:
    with path.open("wb") as file:
        file.truncate(GIANT_BYTES)


def _socket(path: Path, _content: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def _hard_link(path: Path, content: bytes) -> None:
    source = path.parent.parent / "source"
    source.write_bytes(content)
    path.hardlink_to(source)


KINDS: tuple[Callable[[Path, bytes], object], ...] = (
    Path.write_bytes,
    lambda path, _: os.mkfifo(path),
    _socket,
    _sparse,
    lambda path, _: path.mkdir(),
    lambda path, _: path.symlink_to(path.parent.parent / "secret"),
    lambda path, content: path.symlink_to(os.fsdecode(content.replace(b"\0", b"")[:50]) or "x"),
    _hard_link,
    lambda path, _: path.unlink(),
)


def folder(data: bytes, place: Path) -> None:
    """Keeps a folder within its bounds, lists and exports it; files change between the slices."""
    clip_folder, secret, target = place / "clips", place / "secret", place / "out"
    clip_folder.mkdir()
    secret.write_bytes(b"secret")
    files = _files(data)
    for name, kind, content in files[: len(files) // 2 + 1]:
        _write(clip_folder / name, kind, content)
    retention = RetentionPolicy(
        clip_folder, budget_bytes=BUDGET_BYTES, keep_ns=10**18, clock=lambda: "synced"
    )
    ticks = count()
    upkeep = FolderUpkeep(
        clip_folder, retention, 0, monotonic_seconds=lambda: next(ticks) * SLICE_SECONDS / 3
    )
    upkeep.begin()
    for number in range(ROUNDS):
        with suppress(OSError):
            upkeep.work(NOW_NS + number * 10**15)
            if number % 4 == 0:
                upkeep.make_room(10_000, NOW_NS)
        for name, kind, content in files[number::ROUNDS]:
            _write(clip_folder / name, kind, content)
        assert retention.used_bytes >= 0
    _list_and_export(clip_folder, target)
    with suppress(OSError):
        while retention.remove_oldest():
            pass
    assert secret.read_bytes() == b"secret"


def _list_and_export(clip_folder: Path, target: Path) -> None:
    out = io.StringIO()
    with suppress(SoundpostError):
        clips(str(clip_folder), None, target, out)
    assert all(line.isprintable() for line in out.getvalue().split("\n"))
    for path in target.iterdir() if target.is_dir() else ():
        assert not path.is_symlink()
        assert path.read_bytes() != b"secret"


def _files(data: bytes) -> list[tuple[str, int, bytes]]:
    """Returns names, kinds and contents: a byte for name and suffix, one for the kind, a length."""
    return list(_read_files(data))[:MOST_FILES]


def _read_files(data: bytes) -> Iterator[tuple[str, int, bytes]]:
    while len(data) > HEADER_BYTES:
        stem, suffix = STEMS[data[0] % len(STEMS)], SUFFIXES[data[0] // 16 % len(SUFFIXES)]
        kind, length = data[1] % len(KINDS), int.from_bytes(data[2:4], "little")
        name = f".{stem}{suffix}" if suffix.endswith(".part") else f"{stem}{suffix}"
        yield name, kind, data[HEADER_BYTES : HEADER_BYTES + length]
        data = data[HEADER_BYTES + length :]


def _write(path: Path, kind: int, content: bytes) -> None:
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
        KINDS[kind](path, content)
