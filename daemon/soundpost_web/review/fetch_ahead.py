"""Requests the next clips of a review from their nodes before a person needs them."""

import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from soundpost.evidence.store.files import SOUND
from soundpost_web.clips.fetch import ClipFetcher
from soundpost_web.clips.fetch_state import FetchStatus
from soundpost_web.clips.folders import ClipFolders, clip_stem
from soundpost_web.clips.waiting import ClipKey
from soundpost_web.history.filters import EventFilter
from soundpost_web.history.query import events_with_clip
from soundpost_web.nodes.state import LiveState
from soundpost_web.review.desk import ReviewDesk
from soundpost_web.review.elsewhere import Ahead, Elsewhere, NodeClips
from soundpost_web.review.fetch_failures import FetchFailures
from soundpost_web.review.form import ReviewForm

AHEAD = 5
"""Clips that are here without a verdict, or on their way: a person needs some seconds for one."""
LOOKED_AT = 200
"""Events with a clip, the latest ones: older clips of a small node are removed for space."""
_LATEST_MS = 2**62
_PENDING = (FetchStatus.WAITING, FetchStatus.RECEIVING)


class FetchAhead:
    """Keeps some clips without a verdict here, as long as a person reviews.

    The clips are those of the latest events of the history. They wait behind those that a person
    requests, and a node sends a clip behind all its messages.

    Args:
        history: The history.
        desk: The verdicts.
        folders: The folders of clips.
        fetcher: Requests clips.
        state: The state of the nodes.
        failures: Remembers what could not be fetched.
    """

    def __init__(
        self,
        history: Path,
        desk: ReviewDesk,
        folders: ClipFolders,
        fetcher: ClipFetcher,
        state: LiveState,
        failures: FetchFailures,
    ) -> None:
        self._history = history
        self._desk = desk
        self._folders = folders
        self._fetcher = fetcher
        self._state = state
        self._failures = failures
        self._lock = threading.Lock()
        self._requested: set[ClipKey] = set()

    def update(self, form: ReviewForm, ready: int) -> Ahead:
        """Requests clips of a queue while fewer than `AHEAD` are here, and returns what is missing.

        Args:
            form: The choice of the queue; only for one of events without a verdict are clips
                requested.
            ready: The number of its clips that are here.

        Raises:
            sqlite3.Error: The history cannot be read.
            ReviewError: The store cannot be used.
        """
        with self._lock:
            has_arrived = self._take_outcomes()
            missing, here = self._undecided(form) if form.verdict == "none" else ([], 0)
            if missing and not self._state.broker.is_connected:
                return Ahead([NodeClips("", Elsewhere.AWAY, len(missing))], has_arrived)
            # One that has just arrived is in the queue only when it is imported.
            wanted = AHEAD - max(ready, here) - sum(self._is_pending(key) for key in missing)
            for key in missing:
                if wanted <= 0:
                    break
                if self._may_request(key) and self._fetcher.request(*key, is_ahead=True):
                    self._requested.add(key)
                    wanted -= 1
            return Ahead(self._by_node(missing), has_arrived)

    def _take_outcomes(self) -> bool:
        """Takes the ends of what was requested; returns whether a clip has arrived."""
        has_arrived = False
        for key in [key for key in self._requested if not self._is_pending(key)]:
            self._requested.discard(key)
            fetch = self._fetcher.state(*key)
            if fetch is not None and fetch.status is FetchStatus.FAILED:
                self._failures.add(key, fetch.message)
            else:
                has_arrived = True
                self._failures.succeed(key[0])
        return has_arrived

    def _undecided(self, form: ReviewForm) -> tuple[list[ClipKey], int]:
        """Returns the clips of a queue that are not here, the latest first, and how many are."""
        wanted = EventFilter(
            *(0, _LATEST_MS, form.node or None, form.label or None),
            least_score=float(form.score or 0.0),
        )
        found = [
            (event.id, (event.node, stem))
            for event in events_with_clip(self._history, wanted, LOOKED_AT)
            if (stem := clip_stem(event.clip or "")) is not None
            and not self._folders.has_own(event.node)
        ]
        decided = self._desk.decisions([event_id for event_id, _ in found])
        undecided = [key for event_id, key in found if event_id not in decided]
        missing = [key for key in undecided if not self._folders.has(key[0], f"{key[1]}{SOUND}")]
        return missing, len(undecided) - len(missing)

    def _may_request(self, key: ClipKey) -> bool:
        return (
            self._is_online(key[0])
            and not self._is_pending(key)
            and not self._failures.is_of(key)
            and not self._failures.is_paused(key[0])
        )

    def _is_pending(self, key: ClipKey) -> bool:
        fetch = self._fetcher.state(*key)
        return fetch is not None and fetch.status in _PENDING

    def _is_online(self, name: str) -> bool:
        node = self._state.node(name)
        return node is not None and node.is_online is True

    def _by_node(self, missing: Sequence[ClipKey]) -> list[NodeClips]:
        counts = Counter(node for node, _ in missing)
        pending = Counter(key[0] for key in missing if self._is_pending(key))
        possible = {key[0] for key in missing if self._may_request(key)}
        found = []
        for node in sorted(counts):
            if not self._is_online(node):
                found.append(NodeClips(node, Elsewhere.OFFLINE, counts[node]))
            elif pending[node]:
                found.append(NodeClips(node, Elsewhere.FETCHING, pending[node]))
            elif node in possible:
                found.append(NodeClips(node, Elsewhere.LATER, counts[node]))
            else:
                message = self._failures.message(node)
                found.append(NodeClips(node, Elsewhere.FAILED, counts[node], message))
        return found
