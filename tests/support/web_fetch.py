"""A page that fetches clips, and a node that answers when a test wants it to."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from manual_clock import ManualClock
from web_clips import write_clip

from soundpost_web.clips.cache import ClipCache
from soundpost_web.clips.fetch import ClipFetcher
from soundpost_web.nodes.reports import NodeResult

NODE = "north-gate"


class FakeNode:
    """A page that fetches, and a node that answers when a test wants it to.

    Attributes:
        fetcher: The page.
        cache: Its cache.
        clock: Its clock.
        commands: The commands that it has sent.
        is_connected: False while the broker is away.
    """

    def __init__(self, folder: Path) -> None:
        self.own = folder / "own"
        self.cache = ClipCache(folder / "clips", 10)
        self.clock = ManualClock()
        self.fetcher = ClipFetcher(self.cache, monotonic_seconds=self.clock)
        self.fetcher.send = self._send
        self.commands: list[dict[str, Any]] = []
        self.is_connected = True

    def add_clip(self, number: int) -> str:
        """Writes a clip on the node; returns its name without a suffix."""
        return write_clip(self.own, number, "dog").removesuffix(".flac")

    def _send(self, node: str, name: str, command_id: str, payload: bytes) -> bool:
        assert (node, name) == (NODE, "clip")
        command = json.loads(payload)
        assert command["id"] == command_id
        if self.is_connected:
            self.commands.append(command)
        return self.is_connected

    def pieces(self, size: int = 8_000) -> list[bytes]:
        """Returns the answer to the latest command."""
        command = self.commands[-1]
        content = (self.own / command["file"]).read_bytes()
        return [
            self.piece(command["id"], command["file"], content, offset, size)
            for offset in range(command["offset"], len(content), size)
        ]

    @staticmethod
    def piece(command_id: str, file: str, content: bytes, offset: int, size: int) -> bytes:
        """Returns a piece of a file."""
        return json.dumps(
            {
                "schema": 1,
                "node": NODE,
                "id": command_id,
                "file": file,
                "size_bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "offset": offset,
                "data": base64.b64encode(content[offset : offset + size]).decode(),
            }
        ).encode()

    def answer(self) -> None:
        """Answers the latest command as a node does."""
        for piece in self.pieces():
            self.fetcher.on_piece(NODE, piece)

    def refuse(self, message: str, status: str = "refused") -> None:
        """Refuses the latest command."""
        result = NodeResult(
            id=self.commands[-1]["id"], command="clip", status=status, message=message
        )
        assert self.fetcher.on_result(NODE, result)

    def wait(self, seconds: float) -> None:
        """Lets time pass."""
        for _ in range(round(seconds)):
            self.clock.seconds += 1.0
            self.fetcher.tick()
