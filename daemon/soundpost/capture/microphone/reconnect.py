"""A microphone that is opened again whenever it was lost."""

import logging
import time
from collections.abc import Iterator
from functools import partial
from typing import Self

from soundpost.audio import Chunk
from soundpost.capture.microphone.devices import Device, lasting_name
from soundpost.capture.microphone.mic import STALL_SECONDS, MicSource, require_pyaudio
from soundpost.capture.microphone.native_calls import PATIENCE_SECONDS, NativeCall, hung
from soundpost.errors import CaptureError
from soundpost.health import Health
from soundpost.system.backoff import Backoff

FIRST_WAIT_SECONDS = 0.25
LONGEST_WAIT_SECONDS = 2.0
"""Sound is to be back within 5 s of the device; opening it, and the first buffer, take the rest."""
PAUSE_SECONDS = 0.25
"""How often the pipeline turns while there is nothing to hear."""
GIVE_UP_SECONDS = 600.0
"""After so long the process is more likely at fault than the cable, and a fresh one tries on."""

_log = logging.getLogger("soundpost.capture")


class ReconnectingMic:
    """Records from a microphone that may come and go; samples are counted through its absence.

    While there is none, `chunks` gives None a few times a second. A card that is not there at
    first is waited for, too. What hangs for ever inside PortAudio is never waited for: then, and
    when nothing was heard for long, the sound ends with a `CaptureError`, so that the process
    leaves and is started anew.

    Args:
        device: As for `MicSource`. One named by its index is found again by its name.
        sample_rate_hz: As for `MicSource`.
        queue_seconds: As for `MicSource`.
        health: Where samples, losses and reopenings are counted.
        stall_seconds: As for `MicSource`.
        patience_seconds: How long opening may take.
        give_up_seconds: How long without sound before the source ends.

    Attributes:
        device: The device that was heard last; None before the first.
    """

    device: Device | None = None

    def __init__(  # noqa: PLR0913 - as MicSource, and when to give up
        self,
        device: str | None,
        sample_rate_hz: int,
        *,
        queue_seconds: float,
        health: Health,
        stall_seconds: float = STALL_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
        give_up_seconds: float = GIVE_UP_SECONDS,
    ) -> None:
        self._wanted = device
        self._make_mic = partial(
            MicSource,
            sample_rate_hz=sample_rate_hz,
            queue_seconds=queue_seconds,
            health=health,
            stall_seconds=stall_seconds,
        )
        self._health = health
        self._patience_seconds = patience_seconds
        self._give_up_seconds = give_up_seconds
        self._mic: MicSource | None = None
        self._lost: MicSource | None = None
        self._backoff = Backoff(FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS)
        self._told = ""
        self._stopping = False

    def __enter__(self) -> Self:
        """Open the microphone, if it is there.

        Raises:
            CaptureError: PyAudio is not installed, or PortAudio hangs.
        """
        require_pyaudio()
        self._heard_seconds = time.monotonic()
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        if self._mic is not None:
            self._mic.__exit__(None, None, None)

    @property
    def waiting_seconds(self) -> float:
        """How much sound waits to be taken by `chunks`."""
        return self._mic.waiting_seconds if self._mic is not None else 0.0

    def stop(self) -> None:
        """Let `chunks` end within a fraction of a second."""
        self._stopping = True
        if self._mic is not None:
            self._mic.stop()

    def chunks(self) -> Iterator[Chunk | None]:
        """What is heard, as from `MicSource`, and None now and then while nothing is.

        Raises:
            CaptureError: Nothing was heard for `give_up_seconds`, or PortAudio hangs.
        """
        while not self._stopping:
            if self._mic is None:
                yield from self._pause(self._backoff.next_seconds())
                self._open()
            else:
                yield from self._listen(self._mic)
                yield from self._close(self._mic)

    def _listen(self, mic: MicSource) -> Iterator[Chunk]:
        """What is heard until the microphone is lost, or `stop`."""
        has_heard = False
        try:
            for chunk in mic.chunks():
                if not has_heard:
                    has_heard = True
                    self._hear_again(mic)
                yield chunk
                self._heard_seconds = time.monotonic()
        except CaptureError as error:
            self._tell(error)

    def _hear_again(self, mic: MicSource) -> None:
        if self._lost is not None and self._lost.end is not None:
            self._health.reopens += 1
        self._backoff.reset()
        self._told = ""
        self.device = mic.device
        if (self._wanted or "").isdecimal():
            self._wanted = lasting_name(mic.device.name)
        _log.info("hearing %s", mic.device.name)

    def _close(self, mic: MicSource) -> Iterator[None]:
        """Leave a microphone, however long it takes: PortAudio sees new cards only after that."""
        self._lost = mic
        mic.__exit__(None, None, None)
        while not mic.try_close():
            if self._stopping:
                return
            yield from self._pause(PAUSE_SECONDS)
        self._mic = None

    def _is_stopping(self) -> bool:
        return self._stopping

    def _open(self) -> None:
        """Open the microphone, if it is there and nobody has asked to stop."""
        if self._is_stopping():
            return
        follows = self._lost.end if self._lost is not None else None
        mic = self._make_mic(self._wanted, follows=follows)
        attempt = NativeCall(mic.__enter__)
        if not attempt.make(self._patience_seconds, self._is_stopping):
            if self._is_stopping():
                return
            raise hung(self._patience_seconds)
        try:
            self._mic = attempt.result()
        except CaptureError as error:
            self._tell(error)
        if self._mic is not None and self._is_stopping():  # by a signal that did not see it yet
            self._mic.stop()

    def _pause(self, seconds: float) -> Iterator[None]:
        """None now and then for some time.

        Raises:
            CaptureError: Nothing was heard for too long.
        """
        until_seconds = time.monotonic() + seconds
        while not self._stopping and (left_seconds := until_seconds - time.monotonic()) > 0:
            away_seconds = time.monotonic() - self._heard_seconds
            if away_seconds > self._give_up_seconds:
                raise CaptureError(
                    f"expected a microphone, got none for {away_seconds:.0f} s: {self._told}",
                    hint="look at the plug and the cable; `soundpost devices` must list it",
                )
            time.sleep(min(PAUSE_SECONDS, left_seconds))
            yield None

    def _tell(self, error: CaptureError) -> None:
        """Log why nothing is heard, once for each reason."""
        if self._told != str(error):
            _log.warning("%s; trying again\n  hint: %s", error, error.hint)
        self._told = str(error)
