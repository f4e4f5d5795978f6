"""A live source that is reopened whenever it was lost."""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Generic, Self, TypeVar

import msgspec

from soundpost.audio import Chunk
from soundpost.capture.live.live_source import LiveSource, LoginRefusedError
from soundpost.capture.live.timeline import SamplePosition
from soundpost.errors import CaptureError
from soundpost.health import Health
from soundpost.system.backoff import Backoff
from soundpost.system.log_once import LogOnce

FIRST_WAIT_SECONDS = 0.25
"""A failed attempt takes 25 ms of one core, so the first wait may be this short."""
PAUSE_SECONDS = 0.25
"""Time between two Nones from `chunks` while there is no sound; the pipeline ticks on each."""
FIRST_REFUSED_SECONDS = 4.0
LONGEST_REFUSED_SECONDS = 8.0
"""Waits after a refused login: cameras lock an account after some attempts, and further ones
prolong the lock; but sound is to be back within 10 s of the right password."""

_log = logging.getLogger("soundpost.capture")


class Waits(msgspec.Struct, frozen=True):
    """Waits of a live source that is absent.

    Attributes:
        longest_seconds: The longest wait between two attempts.
        give_up_seconds: For sound to come back; then the source ends.
        absence: The source and the remedy, for the error at the end.
        hint: What a person can do about the absence.
    """

    longest_seconds: float
    give_up_seconds: float
    absence: str
    hint: str


Live = TypeVar("Live", bound=LiveSource)


class ReconnectingSource(ABC, Generic[Live]):
    """Records from a source that may come and go; samples are counted through its absence.

    A source that is absent at the start is waited for, too.

    Args:
        health: Counts reopenings.
        waits: Waits while it is absent.
    """

    def __init__(self, health: Health, waits: Waits) -> None:
        self._health = health
        self._waits = waits
        self._source: Live | None = None
        self._lost: Live | None = None
        self._backoff = Backoff(FIRST_WAIT_SECONDS, waits.longest_seconds)
        self._refused_backoff = Backoff(FIRST_REFUSED_SECONDS, LONGEST_REFUSED_SECONDS)
        self._failure = LogOnce(_log)
        self._error: CaptureError | None = None
        self._stopping = False

    @abstractmethod
    def _start(self, follows: SamplePosition | None) -> Live | None:
        """Returns a source that records; None after `_on_failure`, or if `stop` was called.

        Args:
            follows: The end of the recording that it continues.

        Raises:
            CaptureError: A failure after which another attempt is of no use.
        """

    def __enter__(self) -> Self:
        """Opens the source, if it is present; raises where no attempt can succeed."""
        self._last_capture_seconds = time.monotonic()
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        if self._source is not None:
            self._source.close()

    @property
    def waiting_seconds(self) -> float:
        """Sound that waits in the queue."""
        return self._source.waiting_seconds if self._source is not None else 0.0

    def stop(self) -> None:
        """Ends `chunks` within a fraction of a second."""
        self._stopping = True
        if self._source is not None:
            self._source.stop()

    def chunks(self) -> Iterator[Chunk | None]:
        """Yields captured sound, and None now and then while there is none.

        Raises:
            CaptureError: There was no sound for `give_up_seconds`.
        """
        while not self._stopping:
            if self._source is None:
                yield from self._pause(self._next_wait_seconds())
                self._open()
            else:
                yield from self._record(self._source)
                yield from self._close(self._source)

    def _record(self, source: Live) -> Iterator[Chunk | None]:
        """Yields captured sound until the source is lost, or `stop`."""
        is_first = True
        try:
            for chunk in source.chunks():
                if is_first and chunk is not None:
                    self._on_first_chunk(source)
                    is_first = False
                yield chunk
                if chunk is not None:
                    self._last_capture_seconds = time.monotonic()
        except CaptureError as error:
            self._on_failure(error)

    def _on_first_chunk(self, source: Live) -> None:
        if self._lost is not None and self._lost.end is not None:
            self._health.reopens += 1
        self._error = None
        self._backoff.reset()
        self._refused_backoff.reset()
        self._failure.recover()
        _log.info("recording from %s", source.name)

    def _on_failure(self, error: CaptureError) -> None:
        self._error = error
        self._failure.fail("%s; trying again\n  hint: %s", error, error.hint)

    def _next_wait_seconds(self) -> float:
        is_refused = isinstance(self._error, LoginRefusedError)
        return (self._refused_backoff if is_refused else self._backoff).next_seconds()

    def _close(self, source: Live) -> Iterator[None]:
        """Closes a source, however long it takes, before it is opened again."""
        self._lost = source
        source.close()
        while not source.try_close():
            if self._stopping:
                return
            yield from self._pause(PAUSE_SECONDS)
        self._source = None

    def _is_stopping(self) -> bool:
        return self._stopping

    def _open(self) -> None:
        """Opens the source, if it is there and `stop` was not called."""
        if self._is_stopping():
            return
        self._source = source = self._start(self._lost.end if self._lost is not None else None)
        if source is not None and self._is_stopping():  # `stop` was called before it saw this one
            source.stop()

    def _pause(self, seconds: float) -> Iterator[None]:
        """Yields None now and then for some time.

        Raises:
            CaptureError: There was no sound for too long.
        """
        until_seconds = time.monotonic() + seconds
        while not self._stopping and (left_seconds := until_seconds - time.monotonic()) > 0:
            away_seconds = time.monotonic() - self._last_capture_seconds
            if away_seconds > self._waits.give_up_seconds:
                raise CaptureError(
                    f"expected {self._waits.absence}, got none for {away_seconds:.0f} s: "
                    f"{self._error}",
                    hint=self._waits.hint,
                )
            time.sleep(min(PAUSE_SECONDS, left_seconds))
            yield None
