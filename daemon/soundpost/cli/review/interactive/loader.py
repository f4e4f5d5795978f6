"""Reads sounds in a thread, so that keys are handled while a long recording is decoded."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from soundpost.features import FeatureSpec, LogMel
from soundpost.recording import RecordingError
from soundpost.review import ReviewedEvent
from soundpost.review.sound import EventSound, read_sound


@dataclass(frozen=True, slots=True)
class LoadedSound:
    """A sound that was read, or the reason why it was not.

    Attributes:
        sound: The sound; None if it cannot be read.
        log_mel: float32[frames, mel_bands] of it; there may be no frame.
        problem: The reason, empty if it was read.
    """

    sound: EventSound | None
    log_mel: NDArray[np.float32]
    problem: str = ""


class SoundLoader:
    """Reads the sound of an event and, meanwhile, those of the next ones; a context manager."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, "sound")
        self._is_ended = threading.Event()
        self._loading: dict[str, Future[LoadedSound]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_ended.set()
        self._executor.shutdown(cancel_futures=True)

    def request(self, events: Sequence[ReviewedEvent]) -> None:
        """Reads the sounds of these events, the first one first, and drops all others."""
        wanted = {event.event.id: event for event in events}
        for event_id in [each for each in self._loading if each not in wanted]:
            self._loading.pop(event_id).cancel()
        for event_id, event in wanted.items():
            if event_id not in self._loading:
                self._loading[event_id] = self._executor.submit(self._load, event)

    def get(self, event: ReviewedEvent) -> LoadedSound | None:
        """Returns the sound of an event; None while it is read."""
        future = self._loading.get(event.event.id)
        if future is None or not future.done() or future.cancelled():
            return None
        return future.result()

    def _load(self, event: ReviewedEvent) -> LoadedSound:
        try:
            sound = read_sound(event, self._is_ended.is_set)
        except RecordingError as error:
            return LoadedSound(None, np.zeros((0, 1), np.float32), f"the file {error.problem}")
        log_mel = LogMel(FeatureSpec.at_rate(sound.rate_hz)).compute(sound.samples)
        return LoadedSound(sound, log_mel)
