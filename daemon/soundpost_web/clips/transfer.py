"""Puts one file of a clip together from its pieces."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from soundpost.evidence.store.files import (
    PICTURE,
    SIDECAR,
    SIDECAR_ERRORS,
    SOUND,
    stem_of,
)
from soundpost.evidence.store.read_clip import LARGEST_SIDECAR_BYTES, decode_sidecar
from soundpost.messages.clip_piece import ClipPieceMessage
from soundpost_web.clips.cache import ClipCache
from soundpost_web.clips.claimed import claimed_node

_LARGEST_BYTES = {SIDECAR: LARGEST_SIDECAR_BYTES, PICTURE: 4_000_000}
"""A spectrogram has some 30 kB."""
_MAGIC = {SOUND: b"fLaC", PICTURE: b"\x89PNG\r\n\x1a\n"}


class TransferError(Exception):
    """A node sends what is no file of the clip."""


class GapError(TransferError):
    """A piece was lost, as by a broker that has died: the rest is to be requested again."""


class FileTransfer:
    """A file that arrives in pieces, by one command or several, until its hash is right.

    Args:
        cache: The place of the file.
        node: The node.
        name: The name of the file.

    Attributes:
        name: The name of the file.
        received_bytes: The bytes that have arrived.
    """

    def __init__(self, cache: ClipCache, node: str, name: str) -> None:
        self._cache = cache
        self._node = node
        self.name = name
        self._stem, _, suffix = name.partition(".")
        self._suffix = f".{suffix}"
        self._descriptor: int | None = None
        self._part = Path()
        self._hash = hashlib.sha256()
        self._stated: tuple[int, str] | None = None
        self._sidecar = b""
        self.received_bytes = 0

    @property
    def size_bytes(self) -> int | None:
        """The size of the whole file, as the first piece states it; None before it."""
        return None if self._stated is None else self._stated[0]

    def add(self, piece: ClipPieceMessage) -> bool:
        """Takes a piece; returns True when the file is complete and in its place.

        A piece that came before is left out, as one of MQTT that arrives twice.

        Raises:
            TransferError: It is not the next piece of this file, or the file is not what it should
                be; begin again.
            OSError: The disk refuses it.
        """
        if piece.file != self.name:
            raise TransferError("it sends another file")
        self._take_statement(piece)
        if piece.offset < self.received_bytes:
            return False
        if piece.offset > self.received_bytes:
            raise GapError("a piece is missing")
        size_bytes, sha256 = self._stated or (0, "")
        if self.received_bytes + len(piece.data) > size_bytes:
            raise TransferError("it sends more than the file has")
        self._write(piece.data)
        if self.received_bytes < size_bytes:
            if not piece.data:
                raise TransferError("it sends an empty piece")
            return False
        if self._hash.hexdigest() != sha256:
            raise TransferError("the hash of the file is wrong")
        self._finish()
        return True

    def discard(self) -> None:
        """Removes what has arrived, unless the file is complete."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
            with suppress(OSError):
                self._part.unlink()

    def _take_statement(self, piece: ClipPieceMessage) -> None:
        stated = piece.size_bytes, piece.sha256
        if self._stated is None:
            largest = min(_LARGEST_BYTES.get(self._suffix, 1 << 40), self._cache.largest_bytes)
            if piece.size_bytes > largest:
                raise TransferError(
                    f"the file has {piece.size_bytes} bytes, more than the {largest} that are kept"
                )
            self._cache.make_room(piece.size_bytes)
            self._descriptor, self._part = self._cache.create_part(self._node, self.name)
            self._stated = stated
        elif stated != self._stated:
            raise TransferError("the file has changed on the node")

    def _write(self, data: bytes) -> None:
        if self._descriptor is None:
            raise TransferError("the transfer has ended")
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]
        self._hash.update(data)
        if not self.received_bytes and not data.startswith(_MAGIC.get(self._suffix, b"")):
            raise TransferError(f"it is no {self._suffix[1:]} file")
        if self._suffix == SIDECAR:
            self._sidecar += data
        self.received_bytes += len(data)

    def _finish(self) -> None:
        if self._suffix == SIDECAR:
            self._check_sidecar()
        if self._descriptor is not None:
            os.fsync(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None
        self._part.replace(self._part.with_name(self.name))

    def _check_sidecar(self) -> None:
        """Raises TransferError unless it is the sidecar of this clip, and of this node."""
        try:
            sidecar = decode_sidecar(self._sidecar)
            detection = sidecar.read_detection()
            stem = stem_of(detection.onset_utc_ns, detection.label, detection.id)
            node = claimed_node(sidecar.detection)
        except SIDECAR_ERRORS as error:
            raise TransferError("its sidecar is damaged") from error
        if sidecar.clip != f"{self._stem}{SOUND}" or stem != self._stem:
            raise TransferError("the sidecar is that of another clip")
        if node not in {"", self._node}:
            raise TransferError("the sidecar is that of another node")
