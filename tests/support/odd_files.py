"""Files of every kind that does not belong in a folder of clips, named like those of a clip."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

STEM = "20261120T073121Z-dog-0000000a"
_GIANT_BYTES = 5_000_000_000


def sidecar_of(stem: str, **detection: object) -> dict[str, object]:
    """Returns a valid sidecar of a clip."""
    onset = f"{stem[:4]}-{stem[4:6]}-{stem[6:8]}T{stem[9:11]}:{stem[11:13]}:{stem[13:15]}.000Z"
    message = {"id": "01a1f7dd", "label": "dog", "score": 0.5, "onset": onset, "clock": "synced"}
    return {
        "schema": 1,
        "clip": f"{stem}.flac",
        "start": onset,
        "seconds": 2.0,
        "onset_seconds": 1.0,
        "offset_seconds": 1.5,
        "muted": [],
        "detection": message | detection,
    }


def write_sidecar(folder: Path, stem: str = STEM, **detection: object) -> Path:
    """Writes a valid sidecar; returns its path."""
    path = folder / f"{stem}.json"
    path.write_text(json.dumps(sidecar_of(stem, **detection)))
    return path


def _sparse(path: Path, size_bytes: int = _GIANT_BYTES) -> None:
    with path.open("wb") as file:
        file.truncate(size_bytes)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        folder = os.open(path.parent, os.O_DIRECTORY)  # a socket's address has 108 bytes at most
        listener.bind(f"/proc/self/fd/{folder}/{path.name}")
        os.close(folder)


def _unreadable(path: Path) -> None:
    path.write_bytes(b"x")
    path.chmod(0)


KINDS: dict[str, Callable[[Path], None]] = {
    "a FIFO": os.mkfifo,
    "a socket": _socket,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to nothing": lambda path: path.symlink_to("/nowhere/at/all"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to a file": lambda path: path.symlink_to("/etc/hostname"),
    "a link to a folder": lambda path: path.symlink_to("/etc"),
    "a folder": Path.mkdir,
    "a sparse file": _sparse,
    "an unreadable file": _unreadable,
    "an empty file": Path.touch,
}
"""By its name: writes a file of that kind."""


def odd_folders(folder: Path) -> Iterator[Path]:
    """Yields a folder for each kind, and each file of a clip that is of this kind."""
    for kind, write in KINDS.items():
        for suffix in (".json", ".flac", ".png", ".json.part"):
            place = folder / f"{kind}{suffix}"
            place.mkdir()
            name = f".{STEM}{suffix}" if suffix.endswith("part") else f"{STEM}{suffix}"
            for other in {".json", ".flac", ".png"} - {suffix}:
                if other == ".json":
                    write_sidecar(place)
                else:
                    (place / f"{STEM}{other}").write_bytes(b"sound")
            write(place / name)
            yield place
