"""PortAudio: the only file that imports PyAudio."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import NamedTuple, Protocol

from soundpost.capture.microphone.alsa_plug import converting_device
from soundpost.capture.microphone.devices import Device, find_device, list_inputs
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


class _UnsupportedFormatError(CaptureError):
    """PortAudio does not know the sample format of a device."""


class InputStream(NamedTuple):
    """A running stream.

    Attributes:
        stream: The stream of PyAudio.
        rate_hz: Its rate.
        channels: The number of its channels.
    """

    stream: _Stream
    rate_hz: int
    channels: int


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
        self._start()
        self._unsupported_format: int = pyaudio.paSampleFormatNotSupported
        self._float32: int = pyaudio.paFloat32
        self.continue_stream: int = pyaudio.paContinue
        self.abort_stream: int = pyaudio.paAbort
        self.input_overflow: int = pyaudio.paInputOverflow

    def _start(self) -> None:
        try:
            self._pyaudio = require_pyaudio().PyAudio()
        except OSError as error:
            raise CaptureError(
                f"PortAudio does not start: {error.args[-1]}",
                hint="`arecord -l` must list the microphone; check ALSA's configuration",
            ) from error

    def inputs(self) -> list[Device]:
        """Returns every device that can record."""
        return list_inputs(self._pyaudio)

    def open_input(
        self, device: Device, sample_rate_hz: int, channels: int, callback: Callback
    ) -> InputStream:
        """Starts to record float32 from a device, in the first format that it accepts.

        The wanted channels are tried first, then all of the device, then one; each at the wanted
        rate, then at the device's own. PortAudio chooses the widest sample format of the device
        and converts it to float32 exactly. To int16 it would convert 24 and 32 bits with dither, in
        which zeros and a stuck value look like noise. A sample format that PortAudio does not know
        is converted by ALSA.

        Args:
            device: The device.
            sample_rate_hz: The wanted rate.
            channels: The wanted number of channels.
            callback: Receives the buffers.

        Raises:
            CaptureError: The device accepts none of the formats.
        """
        own_rate_hz, most = device.default_rate_hz, device.channels
        rates = sample_rate_hz, own_rate_hz
        formats = [(rate_hz, count) for count in (channels, most, 1) for rate_hz in rates]
        try:
            return self._open_first(device, formats, callback)
        except _UnsupportedFormatError:
            return self._open_converted(device, channels, callback)

    def _open_first(
        self, device: Device, formats: list[tuple[int, int]], callback: Callback
    ) -> InputStream:
        refusals = []
        for rate_hz, channels in dict.fromkeys(formats):
            try:
                stream = self._pyaudio.open(
                    rate=rate_hz,
                    channels=channels,
                    format=self._float32,
                    input=True,
                    input_device_index=device.index,
                    frames_per_buffer=rate_hz // BUFFERS_PER_SECOND,
                    stream_callback=callback,
                )
            except OSError as error:
                refusals.append((error.args[0], f"{rate_hz} Hz x {channels}: {error.args[-1]}"))
            else:
                return InputStream(stream, rate_hz, channels)
        is_unsupported = any(number == self._unsupported_format for number, _ in refusals)
        raise (_UnsupportedFormatError if is_unsupported else CaptureError)(
            f"{device.name} cannot be opened ({'; '.join(text for _, text in refusals)})",
            hint="another program may hold it (`fuser -v /dev/snd/*`), or the user lacks "
            "group audio",
        )

    def _open_converted(self, device: Device, channels: int, callback: Callback) -> InputStream:
        """Opens a device through ALSA's converter, at its own rate, which that need not change."""
        self.terminate()
        with converting_device(device.name) as plug_name:
            self._start()
            plug = find_device(self.inputs(), plug_name)
            formats = [(device.default_rate_hz, count) for count in (channels, device.channels)]
            return self._open_first(replace(device, index=plug.index), formats, callback)

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
