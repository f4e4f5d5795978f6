"""A microphone that is reopened whenever it was lost."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Self

from soundpost.audio import Chunk
from soundpost.audio.channels import ChannelChoice
from soundpost.capture.microphone.devices import stable_name
from soundpost.capture.microphone.mic import STALL_SECONDS, MicSource
from soundpost.capture.microphone.native_calls import CALL_TIMEOUT_SECONDS, NativeCall
from soundpost.capture.microphone.portaudio import require_pyaudio
from soundpost.errors import CaptureError
from soundpost.health import Health
from soundpost.system.backoff import Backoff
from soundpost.system.log_once import LogOnce

FIRST_WAIT_SECONDS = 0.25
"""A failed attempt takes 25 ms of one core, so the first wait may be this short."""
LONGEST_WAIT_SECONDS = 2.0
"""Sound is to be back within 5 s of the device; opening it, and the first buffer, take the rest."""
PAUSE_SECONDS = 0.25
"""Time between two Nones from `chunks` while there is no sound; the pipeline ticks on each."""
GIVE_UP_SECONDS = 600.0
"""After ten minutes the process is more likely at fault than the cable; a fresh one tries again."""

_log = logging.getLogger("soundpost.capture")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Time limits for a microphone.

    Attributes:
        stall_seconds: For the next buffer; then the microphone counts as lost.
        call_seconds: For opening it; then the sound system counts as hanging.
        give_up_seconds: For sound to come back; then the source ends.
    """

    stall_seconds: float = STALL_SECONDS
    call_seconds: float = CALL_TIMEOUT_SECONDS
    give_up_seconds: float = GIVE_UP_SECONDS


TIMEOUTS = Timeouts()


class ReconnectingMic:
    """Records from a microphone that may come and go; samples are counted through its absence.

    A microphone that is absent at the start is waited for, too. When a call hangs inside PortAudio,
    or after a long time without sound, a `CaptureError` ends the process, which is started again.

    Args:
        device: As for `MicSource`. A device given by its index is found again by its name.
        sample_rate_hz, channel, queue_seconds: As for `MicSource`.
        health: Counts samples, losses and reopenings.
        timeouts: Time limits for the microphone.
    """

    def __init__(
        self,
        device: str | None,
        sample_rate_hz: int,
        *,
        channel: ChannelChoice = "auto",
        queue_seconds: float,
        health: Health,
        timeouts: Timeouts = TIMEOUTS,
    ) -> None:
        self._wanted = device
        self._make_mic = partial(
            MicSource,
            sample_rate_hz=sample_rate_hz,
            channel=channel,
            queue_seconds=queue_seconds,
            health=health,
            stall_seconds=timeouts.stall_seconds,
        )
        self._health = health
        self._timeouts = timeouts
        self._mic: MicSource | None = None
        self._lost_mic: MicSource | None = None
        self._backoff = Backoff(FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS)
        self._failure = LogOnce(_log)
        self._error: CaptureError | None = None
        self._stopping = False

    def __enter__(self) -> Self:
        """Opens the microphone, if present; raises without PyAudio, or when PortAudio hangs."""
        require_pyaudio()
        self._last_capture_seconds = time.monotonic()
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        if self._mic is not None:
            self._mic.close()

    @property
    def waiting_seconds(self) -> float:
        """Sound that waits in the queue."""
        return self._mic.waiting_seconds if self._mic is not None else 0.0

    def stop(self) -> None:
        """Ends `chunks` within a fraction of a second."""
        self._stopping = True
        if self._mic is not None:
            self._mic.stop()

    def chunks(self) -> Iterator[Chunk | None]:
        """Yields captured sound as `MicSource` does, and None now and then while there is none.

        Raises:
            CaptureError: There was no sound for `give_up_seconds`, or PortAudio hangs.
        """
        while not self._stopping:
            if self._mic is None:
                yield from self._pause(self._backoff.next_seconds())
                self._open()
            else:
                yield from self._record(self._mic)
                yield from self._close(self._mic)

    def _record(self, mic: MicSource) -> Iterator[Chunk]:
        """Yields captured sound until the microphone is lost, or `stop`."""
        is_first = True
        try:
            for chunk in mic.chunks():
                if is_first:
                    self._on_first_chunk(mic)
                    is_first = False
                yield chunk
                self._last_capture_seconds = time.monotonic()
        except CaptureError as error:
            self._on_failure(error)

    def _on_first_chunk(self, mic: MicSource) -> None:
        if self._lost_mic is not None and self._lost_mic.end is not None:
            self._health.reopens += 1
        self._backoff.reset()
        self._failure.recover()
        if (self._wanted or "").isdecimal():
            self._wanted = stable_name(mic.device.name)
        _log.info("recording from %s", mic.device.name)

    def _on_failure(self, error: CaptureError) -> None:
        self._error = error
        self._failure.fail("%s; trying again\n  hint: %s", error, error.hint)

    def _close(self, mic: MicSource) -> Iterator[None]:
        """Closes a microphone, however long it takes: only then does PortAudio see new cards."""
        self._lost_mic = mic
        mic.close()
        while not mic.try_close():
            if self._stopping:
                return
            yield from self._pause(PAUSE_SECONDS)
        self._mic = None

    def _is_stopping(self) -> bool:
        return self._stopping

    def _open(self) -> None:
        """Opens the microphone, if it is there and `stop` was not called."""
        if self._is_stopping():
            return
        mic = self._make_mic(self._wanted)
        follows = self._lost_mic.end if self._lost_mic is not None else None
        call = NativeCall(partial(mic.open, follows))
        if not call.run(self._timeouts.call_seconds, self._is_stopping):
            return
        try:
            call.result()
        except CaptureError as error:
            self._on_failure(error)
            return
        self._mic = mic
        if self._is_stopping():  # `stop` was called before it could see this microphone
            mic.stop()

    def _pause(self, seconds: float) -> Iterator[None]:
        """Yields None now and then for some time.

        Raises:
            CaptureError: There was no sound for too long.
        """
        until_seconds = time.monotonic() + seconds
        while not self._stopping and (left_seconds := until_seconds - time.monotonic()) > 0:
            away_seconds = time.monotonic() - self._last_capture_seconds
            if away_seconds > self._timeouts.give_up_seconds:
                raise CaptureError(
                    f"expected a microphone, got none for {away_seconds:.0f} s: {self._error}",
                    hint="look at the plug and the cable; `soundpost devices` must list it",
                )
            time.sleep(min(PAUSE_SECONDS, left_seconds))
            yield None
