"""A file that is put together from the pieces of a node, which may be hostile."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from review_events import write_event_clip

from soundpost.messages.clip_piece import ClipPieceMessage
from soundpost_web.clips.cache import ClipCache
from soundpost_web.clips.transfer import FileTransfer, TransferError

NAME = "20261118T110640Z-dog-00000000.flac"
CONTENT = b"fLaC" + bytes(range(256)) * 40


@pytest.fixture
def cache(tmp_path: Path) -> ClipCache:
    """Provides an empty cache of 10 MB."""
    return ClipCache(tmp_path / "clips", 10)


def piece(content: bytes = CONTENT, offset: int = 0, size: int = 4_000, **fields: Any) -> Any:  # noqa: ANN401 - a message
    """Returns a piece of a file; fields replace those of the message."""
    message: dict[str, Any] = {
        "node": "north-gate",
        "id": "web-1",
        "file": NAME,
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "offset": offset,
        "data": content[offset : offset + size],
    }
    return ClipPieceMessage(**(message | fields))


def stored(cache: ClipCache) -> list[str]:
    """Returns the names of all files in the cache, also of unfinished ones."""
    return sorted(path.name for folder in cache.folders for path in folder.iterdir())


def test_a_complete_file_gets_its_name(cache: ClipCache) -> None:
    """Not before its last piece."""
    transfer = FileTransfer(cache, "north-gate", NAME)
    for offset in range(0, len(CONTENT), 4_000):
        assert NAME not in stored(cache)
        is_complete = transfer.add(piece(offset=offset))
    assert is_complete
    path = cache.folder_of("north-gate") / NAME
    assert path.read_bytes() == CONTENT
    assert path.stat().st_mode & 0o777 == 0o640
    transfer.discard()
    assert stored(cache) == [NAME]


def test_a_piece_that_arrives_twice_changes_nothing(cache: ClipCache) -> None:
    """As one of QoS 1 may."""
    transfer = FileTransfer(cache, "north-gate", NAME)
    transfer.add(piece())
    transfer.add(piece())
    transfer.add(piece(offset=4_000))
    transfer.add(piece())
    assert transfer.add(piece(offset=8_000))


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (piece(offset=8_000), "a piece is missing"),
        (piece(offset=4_000, size_bytes=len(CONTENT) + 1), "has changed"),
        (piece(offset=4_000, sha256="0" * 64), "has changed"),
        (piece(offset=4_000, data=b"x" * 10_000), "more than the file has"),
        (piece(offset=4_000, data=b""), "an empty piece"),
        (piece(offset=4_000, file=NAME.replace("dog", "cat")), "another file"),
    ],
)
def test_what_is_not_the_next_piece_ends_the_transfer(
    cache: ClipCache, second: ClipPieceMessage, reason: str
) -> None:
    """And leaves nothing."""
    transfer = FileTransfer(cache, "north-gate", NAME)
    transfer.add(piece())
    with pytest.raises(TransferError, match=reason):
        transfer.add(second)
    transfer.discard()
    assert stored(cache) == []


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (piece(size_bytes=160_000_000), "more than the"),
        (piece(b"RIFF" + bytes(100)), "no flac file"),
        (piece(CONTENT, size=len(CONTENT), sha256="0" * 64), "hash of the file is wrong"),
        (
            piece(b"<html>", file=NAME.replace("flac", "png")),
            "another file",
        ),
    ],
)
def test_a_file_that_is_no_clip_is_not_kept(
    cache: ClipCache, first: ClipPieceMessage, reason: str
) -> None:
    """Too large for the cache, of another format, or with a wrong hash."""
    transfer = FileTransfer(cache, "north-gate", NAME)
    with pytest.raises(TransferError, match=reason):
        transfer.add(first)
    transfer.discard()
    assert stored(cache) == []


def sidecar(tmp_path: Path, **changes: object) -> bytes:
    """Returns the sidecar of the clip with some fields of its message changed."""
    name = write_event_clip(tmp_path / "node", 0, "dog", **changes)
    return (tmp_path / "node" / name).with_suffix(".json").read_bytes()


def add_sidecar(cache: ClipCache, content: bytes, node: str = "north-gate") -> bool:
    """Has a transfer take a sidecar in one piece."""
    name = NAME.replace("flac", "json")
    transfer = FileTransfer(cache, node, name)
    try:
        return transfer.add(piece(content, size=len(content), file=name, node=node))
    finally:
        transfer.discard()


def test_the_sidecar_must_be_that_of_the_clip_and_of_the_node(
    cache: ClipCache, tmp_path: Path
) -> None:
    """A node must not give its sound to the event of another one."""
    right = sidecar(tmp_path)
    assert add_sidecar(cache, right)
    with pytest.raises(TransferError, match="another node"):
        add_sidecar(cache, right, "barn")
    with pytest.raises(TransferError, match="another clip"):
        add_sidecar(cache, sidecar(tmp_path, id="01a1f7dd-f708-752e-89a7-ffffffffffff"))
    with pytest.raises(TransferError, match="another clip"):
        add_sidecar(cache, json.dumps(json.loads(right) | {"clip": "../x.flac"}).encode())
    for garbage in (b"{", b"[]", b"[" * 100_000, b"\xff\xfe", b"null"):
        with pytest.raises(TransferError, match="damaged"):
            add_sidecar(cache, garbage)


def test_a_full_disk_is_an_error_of_the_disk(
    cache: ClipCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unfinished file is removed."""

    def refuse(_descriptor: int, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    transfer = FileTransfer(cache, "north-gate", NAME)
    transfer.add(piece())
    monkeypatch.setattr(os, "write", refuse)
    with pytest.raises(OSError, match="No space left"):
        transfer.add(piece(offset=4_000))
    monkeypatch.undo()
    transfer.discard()
    assert stored(cache) == []
