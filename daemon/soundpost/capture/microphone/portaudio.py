"""PortAudio: the only file that imports PyAudio."""

from collections.abc import Callable
from types import ModuleType
from typing import Protocol

from soundpost.capture.microphone.devices import Device, list_inputs
from soundpost.capture.microphone.native_calls import call_with_timeout
from soundpost.errors import CaptureError

BUFFERS_PER_SECOND = 20
"""A buffer lasts 50 ms: a sixth of the delay that a detection may have, and long enough for a
card whose driver sizes its own ring buffer by it to outlast a busy moment."""

Callback = Callable[[bytes, int, object, int], tuple[None, int]]
"""Called by PortAudio with (data, frame_count, time_info, status) of a buffer; returns None and
one of `continue_stream` and `abort_stream`."""


class _Stream(Protocol):
    """The calls of `pyaudio.PyAudio.Stream` that are used here; PyAudio publishes no types."""

    def is_active(self) -> bool: ...
    def close(self) -> None: ...


class PortAudio:
    """PortAudio, started; prints much, and may hang: see `native_calls`.

    Attributes:
        continue_stream: Returned by a callback to go on.
        abort_stream: Returned by a callback to end its stream.
        input_overflow: Bit of a buffer's status: sound was lost just before.

    Raises:
        CaptureError: PyAudio is not installed, or PortAudio does not start.
    """

    def __init__(self) -> None:
        pyaudio = require_pyaudio()
        try:
            self._pyaudio = pyaudio.PyAudio()
        except OSError as error:
            raise CaptureError(
                f"PortAudio does not start: {error.args[-1]}",
                hint="`arecord -l` must list the microphone; check ALSA's configuration",
            ) from error
        self._int16: int = pyaudio.paInt16
        self.continue_stream: int = pyaudio.paContinue
        self.abort_stream: int = pyaudio.paAbort
        self.input_overflow: int = pyaudio.paInputOverflow

    def inputs(self) -> list[Device]:
        """Returns every device that can record."""
        return list_inputs(self._pyaudio)

    def open_input(
        self, device: Device, sample_rate_hz: int, callback: Callback
    ) -> tuple[_Stream, int]:
        """Starts to record int16 from a device, in the first format that it accepts.

        Mono at the wanted rate is tried first, then mono at the device's own rate, then all its
        channels at that rate.

        Returns:
            The running stream and its rate.

        Raises:
            CaptureError: The device accepts none of the formats.
        """
        own_rate_hz = device.default_rate_hz
        formats = [(sample_rate_hz, 1), (own_rate_hz, 1), (own_rate_hz, device.channels)]
        refusals = []
        for rate_hz, channels in formats:
            try:
                stream = self._pyaudio.open(
                    rate=rate_hz,
                    channels=channels,
                    format=self._int16,
                    input=True,
                    input_device_index=device.index,
                    frames_per_buffer=rate_hz // BUFFERS_PER_SECOND,
                    stream_callback=callback,
                )
            except OSError as error:
                refusals.append(f"{rate_hz} Hz x {channels}: {error.args[-1]}")
            else:
                return stream, rate_hz
        raise CaptureError(
            f"{device.name} cannot be opened ({'; '.join(refusals)})",
            hint="another program may hold it (`fuser -v /dev/snd/*`), or the user lacks "
            "group audio",
        )

    def terminate(self) -> None:
        """Ends PortAudio, which finds new cards only when it starts again."""
        self._pyaudio.terminate()


def list_devices() -> list[Device]:
    """Returns every device that can record.

    Raises:
        CaptureError: PyAudio is not installed, or PortAudio does not start or hangs.
    """

    def start_and_list() -> list[Device]:
        portaudio = PortAudio()
        try:
            return portaudio.inputs()
        finally:
            portaudio.terminate()

    return call_with_timeout(start_and_list)


def require_pyaudio() -> ModuleType:
    """Returns the module `pyaudio`.

    Raises:
        CaptureError: It is not installed.
    """
    try:
        import pyaudio  # noqa: PLC0415 - an extra: a device that only reads files has none
    except ImportError as error:
        raise CaptureError(
            f"a microphone needs PyAudio: {error}",
            hint="`pip install soundpost[mic]`, or on Debian `apt install python3-pyaudio`",
        ) from error
    module: ModuleType = pyaudio
    return module
