"""A microphone that is reopened whenever it was lost."""

from dataclasses import dataclass
from functools import partial
from typing import Self

from soundpost.audio.channels import ChannelChoice
from soundpost.capture.live.reconnecting import ReconnectingSource, Waits
from soundpost.capture.live.timeline import SamplePosition
from soundpost.capture.microphone.devices import stable_name
from soundpost.capture.microphone.mic import STALL_SECONDS, MicSource
from soundpost.capture.microphone.native_calls import CALL_TIMEOUT_SECONDS, NativeCall
from soundpost.capture.microphone.portaudio import require_pyaudio
from soundpost.errors import CaptureError
from soundpost.health import Health

LONGEST_WAIT_SECONDS = 2.0
"""Sound is to be back within 5 s of the device; opening it, and the first buffer, take the rest."""
GIVE_UP_SECONDS = 600.0
"""After ten minutes the process is more likely at fault than the cable; a fresh one tries again."""


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


class ReconnectingMic(ReconnectingSource[MicSource]):
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
        hint = "look at the plug and the cable; `soundpost devices` must list it"
        waits = Waits(LONGEST_WAIT_SECONDS, timeouts.give_up_seconds, "a microphone", hint)
        super().__init__(health, waits)
        self._wanted = device
        self._make_mic = partial(
            MicSource,
            sample_rate_hz=sample_rate_hz,
            channel=channel,
            queue_seconds=queue_seconds,
            health=health,
            stall_seconds=timeouts.stall_seconds,
        )
        self._call_seconds = timeouts.call_seconds

    def __enter__(self) -> Self:
        """Opens the microphone, if present; raises without PyAudio, or when PortAudio hangs."""
        require_pyaudio()
        return super().__enter__()

    def _on_first_chunk(self, source: MicSource) -> None:
        super()._on_first_chunk(source)
        if (self._wanted or "").isdecimal():
            self._wanted = stable_name(source.device.name)

    def _start(self, follows: SamplePosition | None) -> MicSource | None:
        """Opens the microphone; PortAudio sees new cards only after the lost one was closed.

        Raises:
            CaptureError: PortAudio hangs.
        """
        mic = self._make_mic(self._wanted)
        call = NativeCall(partial(mic.open, follows))
        if not call.run(self._call_seconds, self._is_stopping):
            return None
        try:
            call.result()
        except CaptureError as error:
            self._on_failure(error)
            return None
        return mic
