"""The microphone, through PortAudio."""

import time
from collections.abc import Iterator
from queue import Empty, SimpleQueue
from types import ModuleType, TracebackType
from typing import Any, Self

import numpy as np

from soundpost.audio import Chunk
from soundpost.capture.microphone.devices import Device, find_device, list_inputs
from soundpost.capture.microphone.native_calls import call_with_timeout
from soundpost.capture.microphone.timeline import Buffer, SamplePosition, Timeline
from soundpost.errors import CaptureError
from soundpost.health import Health

BUFFERS_PER_SECOND = 20
"""A buffer lasts 50 ms: a sixth of the delay that a detection may have, and long enough for a
card whose driver sizes its own ring by it to outlast a busy moment."""
STALL_SECONDS = 3.0
"""How long a microphone may say nothing; sound servers that change devices need about one."""
BEHIND_SECONDS = 1.0
"""How late sound may come to stay before the stream is opened anew. PulseAudio keeps more than a
minute of it for a slow reader, and does not tell."""
POLL_SECONDS = 0.1
CLOSE_SECONDS = 0.5
"""How long a stream has to end by itself: ten buffers."""


class MicSource:
    """Records from a microphone; its callback fills a bounded queue that `chunks` empties.

    Args:
        device: Its name, a part of its name, or its index; None is the default one.
        sample_rate_hz: The rate of the chunks. A device that cannot is asked for what it likes,
            and its sound mixed and resampled.
        queue_seconds: How much sound may wait; what comes on top is dropped and counted.
        health: Where samples and losses are counted.
        stall_seconds: How long nothing may come before the microphone is taken for lost.
        follows: The end of the recording that this one goes on from.

    Attributes:
        device: The device that records, once entered.
    """

    device: Device

    def __init__(
        self,
        device: str | None,
        sample_rate_hz: int,
        *,
        queue_seconds: float,
        health: Health,
        stall_seconds: float = STALL_SECONDS,
        follows: SamplePosition | None = None,
    ) -> None:
        self._wanted = device
        self._sample_rate_hz = sample_rate_hz
        self._stall_seconds = stall_seconds
        self._follows = follows
        self._health = health
        self._queue: SimpleQueue[Buffer] = SimpleQueue()
        self._queue_buffers = max(1, round(queue_seconds * BUFFERS_PER_SECOND))
        self._heard_frames = 0
        self._stopping = False
        self._is_closed = False

    def __enter__(self) -> Self:
        """Open the device and begin to record; prints much, and may hang: see `patience`.

        Raises:
            CaptureError: PyAudio is not installed, the device is not there, or refuses.
        """
        self._pyaudio = require_pyaudio()
        self._verdict: int = self._pyaudio.paContinue
        self._portaudio = _start_portaudio(self._pyaudio)
        try:
            self.device = find_device(list_inputs(self._portaudio), self._wanted)
            self._stream, rate_hz = self._open_stream()
        except BaseException:
            self._portaudio.terminate()
            raise
        self._timeline = Timeline(
            rate_hz, self._sample_rate_hz, health=self._health, follows=self._follows
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the device, or leave it to the system when it does not react.

        PortAudio's ways to stop a stream wait for the device, for ever when it hangs. So the
        stream is asked to end by itself, from its callback, and closed only when it has.
        """
        self._verdict = self._pyaudio.paAbort
        until_seconds = time.monotonic() + CLOSE_SECONDS
        while not self.try_close() and time.monotonic() < until_seconds:
            time.sleep(0.01)

    def try_close(self) -> bool:
        """Whether the device, once left, is closed: one that hung closes when it comes to.

        Until then its stream is never destroyed, which would hang, too: it holds its callback,
        and so this source, and so itself.
        """
        if self._is_closed:
            return True
        if self._stream.is_active():
            return False
        self._stream.close()
        self._portaudio.terminate()
        self._is_closed = True
        return True

    @property
    def end(self) -> SamplePosition | None:
        """Where the recording has come to; None where nothing was ever heard."""
        return self._timeline.end

    @property
    def waiting_seconds(self) -> float:
        """How much sound waits to be taken by `chunks`."""
        return self._queue.qsize() / BUFFERS_PER_SECOND

    def stop(self) -> None:
        """Let `chunks` end within 0.1 s."""
        self._stopping = True

    def chunks(self) -> Iterator[Chunk]:
        """What is heard, about 0.05 s at a time, until `stop`.

        Raises:
            CaptureError: The device went away, nothing came for `stall_seconds`, or what comes
            stays behind what is heard.
        """
        waited_seconds = 0.0
        while not self._stopping:
            try:
                buffer = self._queue.get(timeout=POLL_SECONDS)
            except Empty:
                # Not by the clock: a process that was itself stopped has not waited.
                waited_seconds += POLL_SECONDS
                self._refuse_silence(waited_seconds)
                continue
            waited_seconds = 0.0
            yield from self._timeline.place(buffer)
            self._refuse_lateness()

    def _refuse_lateness(self) -> None:
        if self._timeline.behind_seconds > BEHIND_SECONDS:
            raise CaptureError(
                f"{self.device.name}: sound fell {self._timeline.behind_seconds:.1f} s behind, or "
                "was lost unseen",
                hint="the machine was too busy, or stood still: see `soundpost bench`",
            )

    def _refuse_silence(self, waited_seconds: float) -> None:
        if not self._stream.is_active():
            raise CaptureError(
                f"{self.device.name} stopped: it was unplugged, or its sound server ended",
                hint="look at the plug and the cable; `soundpost devices` must list it",
            )
        if waited_seconds >= self._stall_seconds:
            raise CaptureError(
                f"{self.device.name}: expected {BUFFERS_PER_SECOND} buffers a second, "
                f"got none for {waited_seconds:.1f} s",
                hint="unplug it and plug it in; a sound server that hangs must be restarted",
            )

    def _callback(
        self, data: bytes, frame_count: int, _times: object, status: int
    ) -> tuple[None, int]:
        """Run by PortAudio in its own thread for each buffer."""
        arrived_ns = time.monotonic_ns()
        start_frame = self._heard_frames
        self._heard_frames += frame_count
        if self._queue.qsize() < self._queue_buffers:
            frames = np.frombuffer(data, np.int16).reshape(frame_count, -1)
            has_overflowed = bool(status & self._pyaudio.paInputOverflow)
            self._queue.put(Buffer(start_frame, frames, arrived_ns, has_overflowed))
        return None, self._verdict

    def _open_stream(self) -> tuple[Any, int]:
        """The running stream and its rate: the model's if the device can, else its own."""
        own_rate_hz = self.device.default_rate_hz
        ways = [(self._sample_rate_hz, 1), (own_rate_hz, 1), (own_rate_hz, self.device.channels)]
        refused_topics = []
        for rate_hz, channels in ways:
            try:
                stream = self._portaudio.open(
                    rate=rate_hz,
                    channels=channels,
                    format=self._pyaudio.paInt16,
                    input=True,
                    input_device_index=self.device.index,
                    frames_per_buffer=rate_hz // BUFFERS_PER_SECOND,
                    stream_callback=self._callback,
                )
            except OSError as error:
                refused_topics.append(f"{rate_hz} Hz x {channels}: {error.args[-1]}")
            else:
                return stream, rate_hz
        raise CaptureError(
            f"{self.device.name} cannot be opened ({'; '.join(refused_topics)})",
            hint="another program may hold it (`fuser -v /dev/snd/*`), or the user lacks "
            "group audio",
        )


def list_devices() -> list[Device]:
    """Every device that can record.

    Raises:
        CaptureError: PyAudio is not installed, or PortAudio does not start or hangs.
    """

    def ask() -> list[Device]:
        portaudio = _start_portaudio(require_pyaudio())
        try:
            return list_inputs(portaudio)
        finally:
            portaudio.terminate()

    return call_with_timeout(ask)


def _start_portaudio(pyaudio: ModuleType) -> Any:  # noqa: ANN401 - PyAudio publishes no types
    try:
        return pyaudio.PyAudio()
    except OSError as error:
        raise CaptureError(
            f"PortAudio does not start: {error.args[-1]}",
            hint="`arecord -l` must list the microphone; look at ALSA's configuration",
        ) from error


def require_pyaudio() -> ModuleType:
    """The module.

    Raises:
        CaptureError: It is not installed.
    """
    try:
        import pyaudio  # noqa: PLC0415 - an extra: a device that plays files has none
    except ImportError as error:
        raise CaptureError(
            f"a microphone needs PyAudio: {error}",
            hint="`pip install soundpost[mic]`, or on Debian `apt install python3-pyaudio`",
        ) from error
    module: ModuleType = pyaudio
    return module
