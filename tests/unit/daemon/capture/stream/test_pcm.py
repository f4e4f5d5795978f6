"""Raw PCM on standard input."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.audio import Chunk
from soundpost.capture.stream import pcm as pcm_module
from soundpost.capture.stream.pcm import PcmEncoding, PcmOptions, PcmSource
from soundpost.errors import CaptureError
from soundpost.health import Health

RATE_HZ = 16_000
OPTIONS = PcmOptions("s16le", RATE_HZ, 1, pace="fast")
WIDTHS: dict[PcmEncoding, int] = {"s16le": 2, "s24le": 3, "s32le": 4, "f32le": 4}


@contextmanager
def written(*writes: bytes, pause_seconds: float = 0.0) -> Iterator[int]:
    """Provides a pipe into which a thread makes these writes, then closes it."""
    read_end, write_end = os.pipe()

    def write() -> None:
        for data in writes:
            rest = data
            while rest:
                rest = rest[os.write(write_end, rest) :]
            time.sleep(pause_seconds)
        os.close(write_end)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield read_end
    finally:
        while os.read(read_end, 65_536):
            pass
        thread.join()
        os.close(read_end)


def read(
    *writes: bytes, options: PcmOptions = OPTIONS, rate_hz: int = RATE_HZ, pause: float = 0.0
) -> list[Chunk | None]:
    """Returns what the source yields to its end."""
    with (
        written(*writes, pause_seconds=pause) as descriptor,
        PcmSource(options, rate_hz, Health(), descriptor) as source,
    ):
        return list(source.chunks())


def samples_of(chunks: list[Chunk | None]) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    """Returns the samples of chunks without a gap."""
    sound = [chunk for chunk in chunks if chunk is not None]
    assert all(after.start_sample == before.end_sample for before, after in pairwise(sound))
    return np.concatenate([chunk.samples for chunk in sound])


def ramp(frames: int) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    """Returns a sound in which each sample is another one."""
    return (np.arange(frames) * 37 % 65_536 - 32_768).astype(np.int16)


@settings(max_examples=25)
@given(st.binary(min_size=1, max_size=9_000), st.lists(st.integers(1, 4_000), max_size=5))
def test_any_bytes_are_sound_and_any_split_gives_the_same_chunks(
    data: bytes, sizes: list[int]
) -> None:
    """Garbage is sound; only a part of a frame at the end is left out."""
    if len(data) < 2:
        return
    cuts = np.cumsum([0, *sizes])
    split = [data[start:end] for start, end in pairwise(cuts)] + [data[cuts[-1] :]]
    whole, parts = read(data), read(*filter(None, split))
    expected = np.frombuffer(data[: len(data) // 2 * 2], "<i2")
    np.testing.assert_array_equal(samples_of(whole), expected)
    sounds = [
        [(chunk.start_sample, chunk.samples.tolist()) for chunk in chunks if chunk is not None]
        for chunks in (whole, parts)
    ]
    assert sounds[0] == sounds[1]


@pytest.mark.parametrize("encoding", WIDTHS)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_format_gives_the_same_sound(encoding: PcmEncoding, channels: int) -> None:
    """The wanted one of several channels, at every width."""
    sound = ramp(4_000)
    wide = sound.astype("<i4") << 16
    data = {
        "s16le": sound.astype("<i2").tobytes(),
        "s24le": np.ascontiguousarray(wide.view(np.uint8).reshape(-1, 4)[:, 1:]).tobytes(),
        "s32le": wide.tobytes(),
        "f32le": (sound / np.float32(32_768)).astype("<f4").tobytes(),
    }[encoding]
    width = WIDTHS[encoding]
    frames = np.zeros((len(sound), channels, width), np.uint8)
    frames[:, -1] = np.frombuffer(data, np.uint8).reshape(-1, width)
    options = replace(OPTIONS, encoding=encoding, channels=channels, channel=channels)
    np.testing.assert_array_equal(samples_of(read(frames.tobytes(), options=options)), sound)


def test_another_rate_is_resampled_to_its_whole_duration() -> None:
    """Half a second at 384 kHz is half a second at 16 kHz."""
    options = replace(OPTIONS, rate_hz=384_000)
    tone = 16_000 * np.sin(2 * np.pi * 1_000 * np.arange(192_000) / 384_000)
    samples = samples_of(read(tone.astype("<i2").tobytes(), options=options))
    assert len(samples) == RATE_HZ // 2
    assert np.abs(samples[1_000:7_000]).max() == pytest.approx(16_000, rel=0.01)


def test_odd_bytes_at_the_end_are_reported(caplog: pytest.LogCaptureFixture) -> None:
    """They most often mean that the format is another one."""
    assert len(samples_of(read(ramp(10).tobytes() + b"\x01"))) == 10
    assert "1 bytes at its end are not a whole frame of 2 bytes" in caplog.text


def test_nan_is_silence() -> None:
    """A float that is no number cannot end the pipeline."""
    data = np.array([0.5, np.nan, np.inf, -2.0], "<f4").tobytes()
    samples = samples_of(read(data, options=replace(OPTIONS, encoding="f32le")))
    assert samples.tolist() == [16_384, 0, 0, -32_768]


def test_a_pipe_without_sound_is_an_error() -> None:
    """A writer that fails at once ends the pipe."""
    for writes in ((), (b"\x01",)):
        with pytest.raises(CaptureError, match="got its end at once"):
            read(*writes)


def test_a_writer_that_pauses_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Running events end meanwhile, and the sound after it is read."""
    monkeypatch.setattr(pcm_module, "QUIET_SECONDS", 0.2)
    chunks = read(ramp(800).tobytes(), ramp(800).tobytes(), pause=0.5)
    assert None in chunks
    assert len(samples_of(chunks)) == 1_600


def test_a_file_is_read_at_the_pace_of_a_microphone() -> None:
    """The 2.05 s that a full pipe holds may come at once; the rest comes in real time."""
    started = time.monotonic()
    read(ramp(RATE_HZ * 3).tobytes(), options=replace(OPTIONS, pace="real"))
    assert time.monotonic() - started >= 0.9


def test_capture_times_are_those_of_the_writes() -> None:
    """The last chunk of a live pipe was captured just now."""
    block = ramp(800).tobytes()
    chunks = [chunk for chunk in read(*[block] * 20, pause=0.05) if chunk is not None]
    seconds = (chunks[-1].utc_ns - chunks[0].utc_ns) / 1e9
    assert seconds == pytest.approx(chunks[-1].start_sample / RATE_HZ, abs=1e-3)
    assert chunks[-1].utc_ns / 1e9 == pytest.approx(time.time(), abs=5.0)


def test_stop_ends_a_source_that_waits() -> None:
    """Within the time of a poll."""
    read_end, write_end = os.pipe()
    with PcmSource(OPTIONS, RATE_HZ, Health(), read_end) as source:
        timer = threading.Timer(0.2, source.stop)
        timer.start()
        assert list(source.chunks()) == []
    timer.join()
    os.close(write_end)
    os.close(read_end)


def test_standard_input_must_be_a_pipe_or_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal would wait for a person, a folder has no sound."""

    class Standard:
        def __init__(self, descriptor: int) -> None:
            self.fileno = lambda: descriptor

    master, terminal = os.openpty()
    folder = os.open("/", os.O_RDONLY)
    closed = os.dup(folder)
    os.close(closed)
    for descriptor, expected in (
        (terminal, "a terminal"),
        (folder, "a folder"),
        (closed, "it is closed"),
    ):
        monkeypatch.setattr(sys, "__stdin__", Standard(descriptor))
        with (
            pytest.raises(CaptureError, match=f"got {expected}"),
            PcmSource(OPTIONS, RATE_HZ, Health()),
        ):
            pass
    for descriptor in (master, terminal, folder):
        os.close(descriptor)
