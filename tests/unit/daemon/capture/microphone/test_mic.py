"""The microphone on a fake PortAudio; integration/test_sound_card.py uses a real card."""

from collections.abc import Callable
from itertools import islice

import numpy as np
import pytest

from soundpost.audio import FULL_SCALE
from soundpost.capture.live.timeline import SamplePosition
from soundpost.capture.microphone import mic
from soundpost.capture.microphone.devices import Device
from soundpost.capture.microphone.mic import MicSource
from soundpost.errors import CaptureError
from soundpost.health import Health

RATE_HZ = 16_000
BUFFER = 800
DEVICE = Device(3, "vmic", "ALSA", channels=1, default_rate_hz=RATE_HZ, is_default=True)
OVERFLOW = 2
CONTINUE, ABORT = 0, 2


class FakePortAudio:
    """A PortAudio with one device, whose buffers come from `deliver`."""

    continue_stream = CONTINUE
    abort_stream = ABORT
    input_overflow = OVERFLOW

    def __init__(self) -> None:
        self.is_refusing = False
        self.is_hanging = False
        self.is_streaming = False
        self.is_terminated = False

    def inputs(self) -> list[Device]:
        """Returns the device."""
        return [DEVICE]

    def open_input(
        self,
        device: Device,
        rate_hz: int,
        channels: int,
        callback: Callable[..., tuple[None, int]],
    ) -> tuple["FakePortAudio", int, int]:
        """Starts the stream, which is this object, too."""
        if self.is_refusing:
            raise CaptureError(f"{device.name} cannot be opened", hint="try again")
        self._callback = callback
        self.is_streaming = True
        return self, rate_hz, channels

    def deliver(self, samples: int = BUFFER, status: int = 0) -> None:
        """Calls the callback with a buffer, which may end the stream."""
        data = (np.arange(1, samples + 1, dtype=np.float32) / FULL_SCALE).tobytes()
        _, result = self._callback(data, samples, None, status)
        self.is_streaming = result == CONTINUE

    def is_active(self) -> bool:
        """Returns whether the stream runs; it ends by its callback, unless it hangs."""
        if self.is_streaming and not self.is_hanging:
            self.deliver()
        return self.is_streaming

    def close(self) -> None:
        """Closes the stream, which must have ended."""
        assert not self.is_streaming

    def terminate(self) -> None:
        """Ends PortAudio."""
        self.is_terminated = True


@pytest.fixture
def portaudio(monkeypatch: pytest.MonkeyPatch) -> FakePortAudio:
    """Provides the fake that a microphone opens."""
    fake = FakePortAudio()
    monkeypatch.setattr(mic, "PortAudio", lambda: fake)
    monkeypatch.setattr(mic, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(mic, "CLOSE_SECONDS", 0.1)
    return fake


def build_mic(health: Health | None = None) -> MicSource:
    """Builds a microphone with a queue of two buffers."""
    return MicSource(
        "vmic", RATE_HZ, queue_seconds=0.1, health=health or Health(), stall_seconds=0.05
    )


def test_buffers_become_chunks(portaudio: FakePortAudio) -> None:
    """Each buffer is a chunk at its place, and is counted."""
    health = Health()
    with build_mic(health) as source:
        portaudio.deliver()
        portaudio.deliver()
        assert source.waiting_seconds == pytest.approx(0.1)
        chunks = list(islice(source.chunks(), 2))
    assert [chunk.start_sample for chunk in chunks] == [0, BUFFER]
    assert chunks[0].samples.tolist() == list(range(1, BUFFER + 1))
    assert health == Health(samples=2 * BUFFER)


def test_a_buffer_for_a_full_queue_becomes_a_gap(portaudio: FakePortAudio) -> None:
    """The third buffer does not fit; the fourth follows at its own place."""
    health = Health()
    with build_mic(health) as source:
        for _ in range(3):
            portaudio.deliver()
        chunks = source.chunks()
        starts = [next(chunks).start_sample, next(chunks).start_sample]
        portaudio.deliver()
        starts.append(next(chunks).start_sample)
    assert starts == [0, BUFFER, 3 * BUFFER]
    assert (health.overflows, health.dropped_samples) == (1, BUFFER)


def test_an_overflow_in_the_card_becomes_a_gap(portaudio: FakePortAudio) -> None:
    """PortAudio's overflow flag reaches the timeline."""
    health = Health()
    with build_mic(health) as source:
        portaudio.deliver()
        portaudio.deliver(status=OVERFLOW)
        list(islice(source.chunks(), 2))
    assert health.overflows == 1


def test_a_recording_continues_another(portaudio: FakePortAudio) -> None:
    """Samples are counted on from the end of the recording before."""
    source = build_mic()
    source.open(SamplePosition(sample=1_000, captured_ns=0))
    portaudio.deliver()
    assert next(source.chunks()).start_sample > 1_000
    source.close()


def test_stop_ends_the_chunks(portaudio: FakePortAudio) -> None:
    """Buffers that still wait are dropped."""
    with build_mic() as source:
        portaudio.deliver()
        portaudio.deliver()
        chunks = source.chunks()
        next(chunks)
        source.stop()
        assert not list(chunks)


def test_a_device_that_delivers_nothing_is_lost(portaudio: FakePortAudio) -> None:
    """The stream still runs, but no buffer comes."""
    portaudio.is_hanging = True
    with build_mic() as source, pytest.raises(CaptureError, match=r"got none for 0\.\d s"):
        next(source.chunks())


def test_a_stream_that_ended_is_lost(portaudio: FakePortAudio) -> None:
    """A device that was unplugged ends its stream."""
    with build_mic() as source:
        portaudio.is_streaming = False
        with pytest.raises(CaptureError, match="vmic stopped"):
            next(source.chunks())


def test_a_device_that_refuses_leaves_nothing_open(portaudio: FakePortAudio) -> None:
    """PortAudio is ended, so that it can start again."""
    portaudio.is_refusing = True
    with pytest.raises(CaptureError, match="cannot be opened"):
        build_mic().open()
    assert portaudio.is_terminated


def test_leaving_closes_the_device(portaudio: FakePortAudio) -> None:
    """The callback ends the stream, and then PortAudio is ended."""
    with build_mic():
        assert not portaudio.is_terminated
    assert portaudio.is_terminated


def test_a_device_that_hangs_is_closed_once_it_reacts(portaudio: FakePortAudio) -> None:
    """Closing gives up in time, and succeeds later."""
    source = build_mic()
    source.open()
    portaudio.is_hanging = True
    source.close()
    assert not source.try_close()
    assert not portaudio.is_terminated
    portaudio.is_hanging = False
    assert source.try_close()
    assert portaudio.is_terminated
