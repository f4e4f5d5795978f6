"""The clip that is being fetched: its files, its commands, its clock."""

import secrets
from collections import deque

import msgspec

from soundpost.evidence.store.files import SUFFIXES
from soundpost_web.clips.fetch_state import Fetch, FetchStatus
from soundpost_web.clips.transfer import FileTransfer
from soundpost_web.clips.waiting import ClipKey


class RunningFetch:
    """A clip that is being fetched, file by file in the order in which a node writes them.

    Args:
        key: The clip.
        now_seconds: The monotonic time.

    Attributes:
        key: The clip.
        files: The names of the files that are still to come.
        transfer: The file that arrives; None before the first one.
        attempts: The commands since the latest piece.
        began_seconds: The time of the start.
        progress_seconds: The time of the latest piece or command.
    """

    def __init__(self, key: ClipKey, now_seconds: float) -> None:
        self.key = key
        self.files = deque(f"{key[1]}{suffix}" for suffix in SUFFIXES)
        self.transfer: FileTransfer | None = None
        self.attempts = 0
        self.began_seconds = self.progress_seconds = now_seconds
        self._command_ids: set[str] = set()

    @property
    def state(self) -> Fetch:
        """Its state, with what has arrived of the present file."""
        transfer = self.transfer
        if transfer is None or not transfer.received_bytes:
            return Fetch(FetchStatus.RECEIVING)
        return Fetch(FetchStatus.RECEIVING, transfer.received_bytes, transfer.size_bytes or 0)

    def has_sent(self, node: str, command_id: str | None) -> bool:
        """Returns whether a command is one of those for the present file."""
        return node == self.key[0] and command_id in self._command_ids

    def begin(self, transfer: FileTransfer) -> None:
        """Begins another file."""
        self.transfer = transfer
        self._command_ids.clear()
        self.attempts = 0

    def new_command(self, transfer: FileTransfer, now_seconds: float) -> tuple[str, bytes]:
        """Returns the id and the payload of a command for the rest of a file."""
        self.progress_seconds = now_seconds
        command_id = f"web-{secrets.token_hex(8)}"
        self._command_ids.add(command_id)
        command = {"id": command_id, "file": transfer.name, "offset": transfer.received_bytes}
        return command_id, msgspec.json.encode(command)
