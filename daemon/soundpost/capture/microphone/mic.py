"""A microphone as a source: a PortAudio stream fills a queue, which becomes chunks."""

import logging
import time
from collections.abc import Iterator
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

import numpy as np

from soundpost.audio import Chunk
from soundpost.audio.channels import ChannelChoice, ChannelMixer
from soundpost.capture.live.timeline import Buffer, SamplePosition, Timeline
from soundpost.capture.microphone.devices import find_device
from soundpost.capture.microphone.loss import refuse_delay, refuse_end, refuse_stall
from soundpost.capture.microphone.portaudio import BUFFERS_PER_SECOND, PortAudio
from soundpost.health import Health

STALL_SECONDS = 3.0
"""Longest time without a buffer; sound servers that change devices need about 1 s."""
POLL_SECONDS = 0.1
"""Time that `chunks` waits for a buffer before it checks for `stop`: two buffers."""
CLOSE_SECONDS = 0.5
"""Time that a stream has to end by itself: ten buffers."""

_log = logging.getLogger("soundpost.capture")


class MicSource:
    """Records from a microphone: PortAudio's callback fills a queue that `chunks` empties.

    Use it as a context manager, or call `open` and `close`; once.

    Args:
        device: Its name, a part of its name, or its index; None is the default device.
        sample_rate_hz: Rate of the chunks. A device that does not support it records at its own
            rate, and is resampled.
        channel: The channels that are used.
        queue_seconds: The most sound that may wait in the queue; more is dropped and counted.
        health: Counts samples and losses.
        stall_seconds: Without a buffer for this time the microphone counts as lost.

    Attributes:
        device, name: The device that records, and its name; set by `open`.
    """

    def __init__(
        self,
        device: str | None,
        sample_rate_hz: int,
        *,
        channel: ChannelChoice = "auto",
        queue_seconds: float,
        health: Health,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._wanted = device
        self._sample_rate_hz = sample_rate_hz
        self._channel = channel
        self._stall_seconds = stall_seconds
        self._health = health
        self._queue: SimpleQueue[Buffer] = SimpleQueue()
        self._queue_buffers = max(1, round(queue_seconds * BUFFERS_PER_SECOND))
        self._received_frames = 0
        self._logged_channels: tuple[int, ...] = ()
        self._stopping = False
        self._is_closed = False

    def __enter__(self) -> Self:
        """Opens the device, see `open`."""
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def open(self, follows: SamplePosition | None = None) -> None:
        """Opens the device and starts to record; prints much, and may hang: see `native_calls`.

        Args:
            follows: The end of the recording that this one continues.

        Raises:
            CaptureError: PyAudio is not installed, or the device is absent, lacks the chosen
                channel or cannot be opened.
        """
        self._portaudio = PortAudio()
        self._callback_result = self._portaudio.continue_stream
        try:
            self.device = find_device(self._portaudio.inputs(), self._wanted)
            self.name = self.device.name
            channels = self.device.channels_for(self._channel)
            self._stream, self._rate_hz, self._channels = self._portaudio.open_input(
                self.device, self._sample_rate_hz, channels, self._callback
            )
        except BaseException:
            self._portaudio.terminate()
            raise
        self._mixer = ChannelMixer(self._channel, self._rate_hz, self.device.name)
        self._timeline = Timeline(
            self._rate_hz,
            self._sample_rate_hz,
            health=self._health,
            mixer=self._mixer,
            follows=follows,
        )

    def close(self) -> None:
        """Closes the device, or leaves it open when it does not react.

        PortAudio's calls that stop a stream wait for the device, for ever when it hangs. So the
        callback ends the stream, which is closed only after that.
        """
        self._callback_result = self._portaudio.abort_stream
        until_seconds = time.monotonic() + CLOSE_SECONDS
        while not self.try_close() and time.monotonic() < until_seconds:
            time.sleep(0.01)

    def try_close(self) -> bool:
        """Returns whether the device is closed, after `close`; one that hung closes later.

        Until then the stream must not be destroyed, because that would hang too. It is not: the
        stream has a reference to its callback, a method of this source, which refers to the stream.
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
        """The position after the last sample; None if there never was one."""
        return self._timeline.end

    @property
    def description(self) -> str:
        """The device, its rate and its channels in words, once there was a chunk."""
        return f"{self.device.name}: {self._rate_hz} Hz, {self._mixer.description}"

    @property
    def waiting_seconds(self) -> float:
        """Sound that waits in the queue."""
        return self._queue.qsize() / BUFFERS_PER_SECOND

    def stop(self) -> None:
        """Ends `chunks` within 0.1 s."""
        self._stopping = True

    def chunks(self) -> Iterator[Chunk]:
        """Yields captured sound, about 0.05 s at a time, until `stop`.

        Raises:
            CaptureError: The device was removed, delivered nothing for `stall_seconds`, or its
                sound arrives ever later.
        """
        waited_seconds = 0.0
        while not self._stopping:
            try:
                buffer = self._queue.get(timeout=POLL_SECONDS)
            except Empty:
                # Not by the clock: while the process itself was stopped, it did not wait.
                waited_seconds += POLL_SECONDS
                refuse_end(self.device.name, is_active=self._stream.is_active())
                refuse_stall(self.device.name, waited_seconds, self._stall_seconds)
                continue
            waited_seconds = 0.0
            for chunk in self._timeline.place(buffer):
                self._log_channels()
                yield chunk
            refuse_delay(self.device.name, self._timeline.behind_seconds)

    def _log_channels(self) -> None:
        """Logs which channels of several are used, when that changes."""
        if self._channels > 1 and self._mixer.used_channels != self._logged_channels:
            self._logged_channels = self._mixer.used_channels
            _log.info("%s", self.description)

    def _callback(
        self, data: bytes, frame_count: int, _times: object, status: int
    ) -> tuple[None, int]:
        """Queues a buffer; PortAudio calls it in a thread of its own."""
        arrived_ns = time.monotonic_ns()
        start_frame = self._received_frames
        self._received_frames += frame_count
        if self._queue.qsize() < self._queue_buffers:
            frames = np.frombuffer(data, np.float32).reshape(frame_count, -1)
            has_overflowed = bool(status & self._portaudio.input_overflow)
            self._queue.put(Buffer(start_frame, frames, arrived_ns, has_overflowed))
        return None, self._callback_result
