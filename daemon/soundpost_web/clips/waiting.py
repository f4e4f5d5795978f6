"""The clips that wait to be fetched: those of a person first, then those ahead of a review."""

from collections import deque

ClipKey = tuple[str, str]
"""A node, and the name of a clip without its suffix."""

MOST_WAITING = 16
"""Of each kind."""


class WaitingClips:
    """Two queues of clips; a person who waits for a clip comes before a review that may need it."""

    def __init__(self) -> None:
        self._requested: deque[ClipKey] = deque()
        self._ahead: deque[ClipKey] = deque()

    def __contains__(self, key: ClipKey) -> bool:
        return key in self._requested or key in self._ahead

    def add(self, key: ClipKey, *, is_ahead: bool) -> bool:
        """Takes a clip; returns False if too many wait.

        Args:
            key: The clip. One that waits keeps its place, unless a person requests it now.
            is_ahead: True if no person waits for it.
        """
        if key in self._requested or (is_ahead and key in self._ahead):
            return True
        waiting = self._ahead if is_ahead else self._requested
        if len(waiting) >= MOST_WAITING:
            return False
        if key in self._ahead:
            self._ahead.remove(key)
        waiting.append(key)
        return True

    def pop(self) -> ClipKey | None:
        """Returns the next clip, which waits no longer; None without one."""
        waiting = self._requested or self._ahead
        return waiting.popleft() if waiting else None

    def clear(self) -> None:
        """Drops all clips."""
        self._requested.clear()
        self._ahead.clear()
