"""A sound file as a source: every format, and every kind of garbage."""

import os
import threading
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from soundpost.audio import Chunk, samples_to_ns
from soundpost.capture import WavSource
from soundpost.errors import CaptureError
from soundpost.health import Health

RATE_HZ = 16_000
STARTS_AT_NS = 1_700_000_000_000_000_123

# One folder serves all examples of a property: each writes its file anew.
one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(path: Path, sample_rate_hz: int = RATE_HZ, health: Health | None = None) -> list[Chunk]:
    """All chunks of a file, as fast as it goes."""
    with WavSource(
        path, sample_rate_hz, pace="fast", starts_at_ns=STARTS_AT_NS, health=health or Health()
    ) as source:
        return list(source.chunks())


def samples_of(chunks: list[Chunk]) -> NDArray[np.int16]:
    """All samples, after a look that they follow each other."""
    position = 0
    for chunk in chunks:
        assert chunk.start_sample == position
        assert chunk.samples.dtype == np.int16
        assert len(chunk.samples) > 0
        assert chunk.utc_ns == STARTS_AT_NS + samples_to_ns(position, RATE_HZ)
        position = chunk.end_sample
    return np.concatenate([chunk.samples for chunk in chunks])


def noise(frames: int, channels: int = 1) -> NDArray[np.int16]:
    """int16[frames, channels] of noise."""
    generator = np.random.default_rng(frames)
    return generator.integers(-32_768, 32_768, (frames, channels), np.int16)


@one_folder
@given(st.integers(1, 9_000), st.sampled_from(["wav", "flac", "w64", "aiff", "au", "rf64", "caf"]))
def test_mono_16_bit_at_the_rate_comes_out_bit_for_bit(
    tmp_path: Path, frames: int, container: str
) -> None:
    """No sample is lost, invented or changed, whatever the length and the container."""
    sound = noise(frames)
    path = tmp_path / f"sound.{container}"
    soundfile.write(path, sound, RATE_HZ, subtype="PCM_16", format=container.upper())
    health = Health()
    np.testing.assert_array_equal(samples_of(read(path, health=health)), sound[:, 0])
    assert health == Health(samples=frames)


TOLERANCE = {"PCM_U8": 256, "PCM_16": 1, "PCM_24": 1, "PCM_32": 1, "FLOAT": 1, "DOUBLE": 1}


@one_folder
@given(
    st.sampled_from(sorted(TOLERANCE)),
    st.sampled_from([4_000, 8_000, 11_025, RATE_HZ, 22_050, 32_000, 44_100, 48_000, 96_000]),
    st.integers(1, 8),
    st.integers(2_000, 20_000),
)
def test_every_sample_format_rate_and_channel_count(
    tmp_path: Path, subtype: str, rate_hz: int, channels: int, frames: int
) -> None:
    """The duration stays, and a slow tone stays where it is, within the format's own step."""
    path = tmp_path / "sound.wav"
    tone = 0.5 * np.sin(2 * np.pi * 200 * np.arange(frames) / rate_hz)
    sound = np.repeat(tone[:, np.newaxis], channels, axis=1)
    soundfile.write(path, sound, rate_hz, subtype=subtype)
    samples = samples_of(read(path))
    assert abs(len(samples) - frames * RATE_HZ / rate_hz) <= 0.5
    expected = 16_384 * np.sin(2 * np.pi * 200 * np.arange(len(samples)) / RATE_HZ)
    # A filter rings where sound begins and ends abruptly; the middle is what it is.
    edge = 0 if rate_hz == RATE_HZ else len(samples) * 2 // 5
    inside = slice(edge, len(samples) - edge)
    ringing = 0 if rate_hz == RATE_HZ else 80
    off = np.abs(samples[inside] - expected[inside]).max(initial=0)
    assert off <= TOLERANCE[subtype] + ringing


def test_seven_channels_are_mixed(tmp_path: Path) -> None:
    """The mean of all channels, rounded."""
    sound = noise(1_000, 7)
    soundfile.write(tmp_path / "seven.wav", sound, RATE_HZ)
    mixed = np.rint(sound.astype(np.float32).mean(axis=1))
    np.testing.assert_array_equal(samples_of(read(tmp_path / "seven.wav")), mixed)


def test_a_long_file_is_never_whole_in_memory(tmp_path: Path) -> None:
    """Ten minutes of stereo at 48 kHz (115 MB) take less than 4 MB to read."""
    path = tmp_path / "long.wav"
    with soundfile.SoundFile(path, "w", 48_000, 2, "PCM_16") as file:
        for _ in range(600):
            file.write(np.zeros((48_000, 2), np.int16))
    with WavSource(path, RATE_HZ, pace="fast", starts_at_ns=0, health=Health()) as source:
        tracemalloc.start()
        total = sum(len(chunk.samples) for chunk in source.chunks())
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert total == 600 * RATE_HZ
    assert peak_bytes < 4e6


def test_the_content_says_what_a_file_is_not_its_name(tmp_path: Path) -> None:
    """A WAV named .raw is a WAV."""
    soundfile.write(tmp_path / "sound.wav", noise(100), RATE_HZ)
    (tmp_path / "sound.wav").rename(tmp_path / "sound.raw")
    assert len(samples_of(read(tmp_path / "sound.raw"))) == 100


def test_at_a_real_pace_no_chunk_comes_before_its_sound_is_over(tmp_path: Path) -> None:
    """As with a microphone: a chunk's last sample must have been heard."""
    soundfile.write(tmp_path / "half.wav", noise(8_000), RATE_HZ)
    begun_seconds = time.monotonic()
    with WavSource(
        tmp_path / "half.wav", RATE_HZ, pace="real", starts_at_ns=0, health=Health()
    ) as source:
        for chunk in source.chunks():
            assert time.monotonic() - begun_seconds >= chunk.end_sample / RATE_HZ


def test_a_fast_pace_does_not_wait(tmp_path: Path) -> None:
    """An hour is read in far less."""
    with soundfile.SoundFile(tmp_path / "hour.wav", "w", 4_000, 1, "PCM_U8") as file:
        for _ in range(3_600):
            file.write(np.zeros(4_000, np.int16))
    begun_seconds = time.monotonic()
    assert sum(len(chunk.samples) for chunk in read(tmp_path / "hour.wav")) == 3_600 * RATE_HZ
    assert time.monotonic() - begun_seconds < 120


def test_stop_from_another_thread_ends_a_real_pace(tmp_path: Path) -> None:
    """`stop` ends an hour's file at once, without an error about its end."""
    with soundfile.SoundFile(tmp_path / "hour.wav", "w", RATE_HZ, 1, "PCM_16") as file:
        for _ in range(3_600):
            file.write(np.zeros(RATE_HZ, np.int16))
    with WavSource(
        tmp_path / "hour.wav", RATE_HZ, pace="real", starts_at_ns=0, health=Health()
    ) as source:
        threading.Timer(0.2, source.stop).start()
        seconds = sum(len(chunk.samples) for chunk in source.chunks()) / RATE_HZ
    assert seconds < 60


def test_stop_before_the_beginning_gives_nothing(tmp_path: Path) -> None:
    """A signal that comes early is not forgotten."""
    soundfile.write(tmp_path / "sound.wav", noise(100), RATE_HZ)
    with WavSource(
        tmp_path / "sound.wav", RATE_HZ, pace="fast", starts_at_ns=0, health=Health()
    ) as source:
        source.stop()
        assert not list(source.chunks())


def test_leaving_closes_the_file(tmp_path: Path) -> None:
    """No descriptor stays open, whether reading went well or a file was refused."""
    soundfile.write(tmp_path / "sound.wav", noise(100), RATE_HZ)
    (tmp_path / "bad.wav").write_bytes(b"no sound")
    before = len(list(Path("/proc/self/fd").iterdir()))
    read(tmp_path / "sound.wav")
    with pytest.raises(CaptureError):
        read(tmp_path / "bad.wav")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def refusal(path: Path) -> str:
    """The message with which a file is refused; its hint must say something, too."""
    with pytest.raises(CaptureError) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.hint
    return str(caught.value)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    """The message names it."""
    assert "does not exist" in refusal(tmp_path / "nope.wav")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """It is told apart from an absent file."""
    assert "is a folder" in refusal(tmp_path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    """Zero bytes are told apart from bytes that are no sound."""
    (tmp_path / "empty.wav").touch()
    assert "is empty" in refusal(tmp_path / "empty.wav")


def test_a_file_without_a_frame_is_refused(tmp_path: Path) -> None:
    """A header alone is no sound."""
    soundfile.write(tmp_path / "none.wav", np.empty(0, np.int16), RATE_HZ)
    assert "0 frames" in refusal(tmp_path / "none.wav")


@one_folder
@given(st.binary(min_size=1, max_size=400))
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes) -> None:
    """Arbitrary bytes are an error of capture, never another exception and never silence."""
    (tmp_path / "garbage.wav").write_bytes(content)
    refusal(tmp_path / "garbage.wav")


@one_folder
@given(st.integers(0, 3_243), st.sampled_from(["WAV", "RF64", "WAVEX"]))
def test_a_wav_cut_short_anywhere_is_refused(tmp_path: Path, length: int, container: str) -> None:
    """Whether the cut is in the header or in the sound, and before the first chunk."""
    soundfile.write(tmp_path / "whole.wav", noise(1_600), RATE_HZ, format=container)
    whole = (tmp_path / "whole.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[:length])
    refusal(tmp_path / "cut.wav")


def test_a_big_endian_wav_cut_short_is_refused(tmp_path: Path) -> None:
    """RIFX counts its bytes the other way round."""
    soundfile.write(tmp_path / "whole.wav", noise(1_600), RATE_HZ, endian="BIG", format="WAV")
    whole = (tmp_path / "whole.wav").read_bytes()
    assert whole.startswith(b"RIFX")
    assert len(samples_of(read(tmp_path / "whole.wav"))) == 1_600
    (tmp_path / "cut.wav").write_bytes(whole[:-10])
    assert "10 bytes more" in refusal(tmp_path / "cut.wav")


@pytest.mark.parametrize(
    ("riff_length", "data_length"),
    [(8, 0), (0x7FFF_F024, 0x7FFF_F000), (0x8000_0024, 0x8000_0000), (0xFFFF_FFFF, 0xFFFF_FFFF)],
)
def test_a_wav_whose_length_was_never_filled_in_is_read_to_its_end(
    tmp_path: Path, riff_length: int, data_length: int
) -> None:
    """Recorders that write into a pipe, or lose power, leave such headers behind."""
    soundfile.write(tmp_path / "sound.wav", noise(1_600), RATE_HZ)
    content = bytearray((tmp_path / "sound.wav").read_bytes())
    content[4:8] = riff_length.to_bytes(4, "little")
    content[40:44] = data_length.to_bytes(4, "little")
    (tmp_path / "sound.wav").write_bytes(content)
    np.testing.assert_array_equal(samples_of(read(tmp_path / "sound.wav")), noise(1_600)[:, 0])


def test_a_chunk_of_odd_length_before_the_sound_is_padded(tmp_path: Path) -> None:
    """What is missing is counted rightly behind such a chunk, and its pad byte is no sound."""
    soundfile.write(tmp_path / "sound.wav", noise(1_600), RATE_HZ)
    content = (tmp_path / "sound.wav").read_bytes()
    path = tmp_path / "odd.wav"
    path.write_bytes(content[:36] + b"bext\x03\x00\x00\x00abc\x00" + content[36:])
    assert len(samples_of(read(path))) == 1_600
    path.write_bytes(path.read_bytes()[:-2])
    assert "2 bytes more" in refusal(path)


def test_sound_before_a_cut_off_appendix_is_whole(tmp_path: Path) -> None:
    """A file that lacks only its last tags is not short of sound."""
    soundfile.write(tmp_path / "sound.wav", noise(1_600), RATE_HZ)
    content = (tmp_path / "sound.wav").read_bytes()
    (tmp_path / "sound.wav").write_bytes(content + b"LIST\xff\x00\x00\x00INFO")
    assert len(samples_of(read(tmp_path / "sound.wav"))) == 1_600


def test_a_flac_cut_short_is_refused(tmp_path: Path) -> None:
    """An error while decoding is not the end of the file."""
    soundfile.write(tmp_path / "whole.flac", noise(16_000), RATE_HZ)
    whole = (tmp_path / "whole.flac").read_bytes()
    (tmp_path / "cut.flac").write_bytes(whole[: len(whole) // 2])
    assert "cannot be decoded" in refusal(tmp_path / "cut.flac")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 20_000.0])
@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
def test_floats_that_are_no_sound_are_refused(tmp_path: Path, value: float, subtype: str) -> None:
    """NaN, infinity and integers in disguise are told with their place, wherever they are."""
    sound = np.zeros(40_000)
    sound[39_999] = value
    soundfile.write(tmp_path / "float.wav", sound, RATE_HZ, subtype=subtype)
    assert "near 2.4 s" in refusal(tmp_path / "float.wav")


def test_floats_over_full_scale_are_clipped(tmp_path: Path) -> None:
    """A recorder of floats may be a little too loud."""
    soundfile.write(tmp_path / "loud.wav", np.array([1.5, -2.0, 0.5]), RATE_HZ, subtype="FLOAT")
    assert samples_of(read(tmp_path / "loud.wav")).tolist() == [32_767, -32_768, 16_384]


@pytest.mark.parametrize("rate_hz", [1, 300, 3_999, 1_000_001, 2_147_483_647])
def test_an_absurd_rate_is_refused(tmp_path: Path, rate_hz: int) -> None:
    """With what was expected and what was got."""
    soundfile.write(tmp_path / "odd.wav", noise(100), rate_hz)
    assert f"expected a sample rate of 4000 to 1000000 Hz, got {rate_hz}" in refusal(
        tmp_path / "odd.wav"
    )


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    """The system's reason is told; root may read everything, so it looks at a strange file."""
    path = Path("/proc/self/mem") if os.geteuid() == 0 else tmp_path / "locked.wav"
    if os.geteuid():
        path.touch(mode=0o000)
    refusal(path)
