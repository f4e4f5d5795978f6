"""Fetches clips from nodes over MQTT: one at a time, resumed after a loss, checked by hash."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from soundpost.messages.clip_piece import BUSY
from soundpost_web.clips.cache import ClipCache
from soundpost_web.clips.fetch_state import Fetch, FetchStatus
from soundpost_web.clips.piece import decode_piece
from soundpost_web.clips.running_fetch import RunningFetch
from soundpost_web.clips.transfer import FileTransfer, GapError, TransferError
from soundpost_web.clips.waiting import ClipKey, WaitingClips
from soundpost_web.nodes.reports import NodeResult

Send = Callable[[str, str, str, bytes], bool]
"""Sends a command; returns False if the broker is away. Arguments as of `CommandQueue.put`."""

_MOST_OUTCOMES = 64
_SILENT_SECONDS = 15.0
"""Without a piece for so long the node is asked again, from where the transfer stands."""
_MOST_ATTEMPTS = 4
"""In a row without a piece; a node that restarts is back within them."""
_LONGEST_SECONDS = 900.0
"""Of a clip. 90 MB, the largest one, takes 10 minutes at 150 kB/s."""
_SENT = ("started", "done")

_log = logging.getLogger("soundpost.web")


class ClipFetcher:
    """Requests clips, and puts them into the cache.

    The server's thread requests, the subscriber's thread receives; both take a lock. The sound
    comes last, so a clip that has it is complete.

    Args:
        cache: The place of the clips.
        monotonic_seconds: The clock.

    Attributes:
        send: Sends a command.
    """

    def __init__(
        self, cache: ClipCache, *, monotonic_seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._cache = cache
        self._monotonic_seconds = monotonic_seconds
        self._lock = threading.Lock()
        self._waiting = WaitingClips()
        self._current: RunningFetch | None = None
        self._outcomes: OrderedDict[ClipKey, Fetch] = OrderedDict()
        self.send: Send = _never

    def request(self, node: str, stem: str, *, is_ahead: bool = False) -> bool:
        """Requests a clip; returns False if too many wait.

        Args:
            node: The node.
            stem: The name of the clip without its suffix.
            is_ahead: True for one that comes after all that a person requests.
        """
        key = node, stem
        with self._lock:
            if self._current and self._current.key == key:
                return True
            if not self._waiting.add(key, is_ahead=is_ahead):
                return False
            self._outcomes.pop(key, None)
            self._begin_next()
        return True

    def state(self, node: str, stem: str) -> Fetch | None:
        """Returns the state of a clip; None if it was not requested lately."""
        key = node, stem
        with self._lock:
            current = self._current
            if current and current.key == key:
                return current.state
            if key in self._waiting:
                return Fetch(FetchStatus.WAITING)
            return self._outcomes.get(key)

    def on_piece(self, node: str, payload: bytes) -> None:
        """Takes a piece; those of other subscribers, and of earlier requests, are left out.

        Raises:
            UnreadableError: It is no piece of a clip.
        """
        piece = decode_piece(node, payload)
        with self._lock:
            current = self._current
            if current is None or current.transfer is None:
                return
            if not current.has_sent(node, piece.id):
                return
            transfer = current.transfer
            before = transfer.received_bytes
            try:
                is_complete = transfer.add(piece)
            except GapError:
                return  # nothing arrives from here on, so that `tick` requests the rest
            except TransferError as error:
                self._end(FetchStatus.FAILED, str(error))
                return
            except OSError as error:
                self._end(FetchStatus.FAILED, f"the disk refuses it: {error.strerror}")
                return
            if transfer.received_bytes > before or is_complete:
                current.attempts = 0
                current.progress_seconds = self._monotonic_seconds()
            if is_complete:
                self._begin_file()

    def on_result(self, node: str, result: NodeResult) -> bool:
        """Takes the result of a command; returns False if it is none of these."""
        with self._lock:
            current = self._current
            if result.command != "clip" or not (result.id or "").startswith("web-"):
                return False
            is_current = current is not None and current.has_sent(node, result.id)
            # The node may still send what an earlier request asked for.
            if is_current and current is not None and result.message == BUSY:
                current.attempts -= 1  # it answers
            may_wait = result.message == BUSY or (current is not None and current.attempts > 1)
            if is_current and result.status not in _SENT and not may_wait:
                self._end(FetchStatus.FAILED, result.message)
            return True

    def tick(self) -> None:
        """Asks again where nothing arrives, and gives up in the end; called every second."""
        with self._lock:
            current, now_seconds = self._current, self._monotonic_seconds()
            if current is None:
                return
            if now_seconds - current.began_seconds > _LONGEST_SECONDS:
                self._end(FetchStatus.FAILED, "it takes too long")
            elif now_seconds - current.progress_seconds > _SILENT_SECONDS:
                self._ask()

    def close(self) -> None:
        """Ends the transfer; what has arrived of a file is removed."""
        with self._lock:
            self._waiting.clear()
            if self._current is not None:
                self._end(FetchStatus.FAILED, "the page has ended")

    def _begin_next(self) -> None:
        if self._current is None and (key := self._waiting.pop()) is not None:
            self._current = RunningFetch(key, self._monotonic_seconds())
            self._begin_file()

    def _begin_file(self) -> None:
        """Requests the next file of the clip; the clip is complete when there is none left."""
        current = self._current
        if current is None:
            return
        if not current.files:
            self._end(FetchStatus.DONE)
            return
        node, _ = current.key
        current.begin(FileTransfer(self._cache, node, current.files.popleft()))
        self._ask()

    def _ask(self) -> None:
        """Requests the rest of the file."""
        current = self._current
        if current is None or current.transfer is None:
            return
        current.attempts += 1
        if current.attempts > _MOST_ATTEMPTS:
            self._end(FetchStatus.FAILED, "the node does not answer, or the broker is away")
            return
        command_id, payload = current.new_command(current.transfer, self._monotonic_seconds())
        self.send(current.key[0], "clip", command_id, payload)

    def _end(self, status: FetchStatus, message: str = "") -> None:
        current, self._current = self._current, None
        if current is None:
            return
        if current.transfer is not None:
            current.transfer.discard()
        if status is FetchStatus.FAILED:
            _log.warning("the clip %s of %s was not fetched: %s", *current.key[::-1], message[:200])
        self._outcomes[current.key] = Fetch(status, message=message)
        while len(self._outcomes) > _MOST_OUTCOMES:
            self._outcomes.popitem(last=False)
        self._begin_next()


def _never(_node: str, _name: str, _command_id: str, _payload: bytes) -> bool:
    """Sends nothing: there is no connection yet."""
    return False
