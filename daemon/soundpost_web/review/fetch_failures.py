"""The clips that could not be fetched, and the nodes that are not requested for a while."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from soundpost_web.clips.waiting import ClipKey

PAUSE_SECONDS = 600.0
"""Before a clip, or a clip of that node, is requested again."""
_MOST_IN_A_ROW = 2
"""Of a node: one clip may have been removed for space, and then all older ones were."""
_MOST_CLIPS = 500
"""That are remembered."""


class _Failures(NamedTuple):
    """The failures of a node in a row, with the monotonic time and the reason of the latest."""

    in_a_row: int
    at_seconds: float
    message: str


class FetchFailures:
    """Remembers failures for a while.

    Args:
        monotonic_seconds: The clock.
    """

    def __init__(self, monotonic_seconds: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_seconds = monotonic_seconds
        self._clips: OrderedDict[ClipKey, float] = OrderedDict()
        self._nodes: dict[str, _Failures] = {}

    def add(self, key: ClipKey, message: str) -> None:
        """Takes the failure of a clip."""
        node, now_seconds = key[0], self._monotonic_seconds()
        self._clips[key] = now_seconds
        if len(self._clips) > _MOST_CLIPS:
            self._clips.popitem(last=False)
        before = self._nodes.get(node)
        self._nodes[node] = _Failures(before.in_a_row + 1 if before else 1, now_seconds, message)

    def succeed(self, node: str) -> None:
        """Takes a clip that has arrived."""
        self._nodes.pop(node, None)

    def is_of(self, key: ClipKey) -> bool:
        """Returns whether a clip has failed lately."""
        return self._is_recent(self._clips.get(key))

    def is_paused(self, node: str) -> bool:
        """Returns whether the latest clips of a node have failed."""
        found = self._nodes.get(node)
        return (
            found is not None
            and found.in_a_row >= _MOST_IN_A_ROW
            and self._is_recent(found.at_seconds)
        )

    def message(self, node: str) -> str:
        """Returns the reason of the latest failure of a node; empty without one."""
        found = self._nodes.get(node)
        return found.message if found else ""

    def _is_recent(self, at_seconds: float | None) -> bool:
        return at_seconds is not None and self._monotonic_seconds() - at_seconds < PAUSE_SECONDS
