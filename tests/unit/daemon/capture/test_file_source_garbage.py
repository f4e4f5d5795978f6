"""A sound file as a source: garbage is refused with a reason, and what is left of sound is read."""

import logging
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from soundpost.capture import FileSource
from soundpost.errors import CaptureError
from soundpost.health import Health

RATE_HZ = 16_000

# All examples of a property share one folder; each overwrites its file.
one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(path: Path) -> NDArray[np.int16]:
    """Returns all samples of a file, at the fast pace."""
    with FileSource(path, RATE_HZ, pace="fast", starts_at_ns=0, health=Health()) as source:
        return np.concatenate([chunk.samples for chunk in source.chunks() if chunk])


def noise(frames: int) -> NDArray[np.int16]:
    """Returns noise, int16[frames]."""
    return np.random.default_rng(frames).integers(-32_768, 32_768, frames, np.int16)


def refusal(path: Path) -> str:
    """Returns the message with which a file is refused; asserts that there is a hint, too."""
    with pytest.raises(CaptureError) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.hint
    return str(caught.value)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Returns the warnings that were logged."""
    return [record.message for record in caplog.records if record.levelno == logging.WARNING]


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    """The message names the file."""
    assert "does not exist" in refusal(tmp_path / "nope.wav")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """The message distinguishes a folder from an absent file."""
    assert "is a folder" in refusal(tmp_path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    """The message distinguishes an empty file from one that is not sound."""
    (tmp_path / "empty.wav").touch()
    assert "is empty" in refusal(tmp_path / "empty.wav")


def test_a_file_without_a_frame_is_refused(tmp_path: Path) -> None:
    """A file of only a header is refused."""
    soundfile.write(tmp_path / "none.wav", np.empty(0, np.int16), RATE_HZ)
    assert "0 frames" in refusal(tmp_path / "none.wav")


@one_folder
@given(st.binary(min_size=1, max_size=400))
def test_arbitrary_bytes_are_refused(tmp_path: Path, content: bytes) -> None:
    """Arbitrary bytes raise a CaptureError, never another exception, and never give silence."""
    (tmp_path / "garbage.wav").write_bytes(content)
    refusal(tmp_path / "garbage.wav")


@one_folder
@given(st.integers(0, 3_243), st.sampled_from(["WAV", "RF64", "WAVEX"]))
def test_a_wav_cut_short_anywhere_is_read_as_far_as_it_goes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, length: int, container: str
) -> None:
    """A cut in the sound gives one warning; a cut in the header, or right behind it, an error."""
    caplog.clear()
    soundfile.write(tmp_path / "whole.wav", noise(1_600), RATE_HZ, format=container)
    whole = (tmp_path / "whole.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[:length])
    present = (length - (len(whole) - 3_200)) // 2
    if present < 1:
        refusal(tmp_path / "cut.wav")
        return
    np.testing.assert_array_equal(read(tmp_path / "cut.wav"), noise(1_600)[:present])
    assert len(warnings(caplog)) == (present < 1_600)


def test_a_big_endian_wav_cut_short_is_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The lengths in RIFX are read as big-endian."""
    soundfile.write(tmp_path / "whole.wav", noise(1_600), RATE_HZ, endian="BIG", format="WAV")
    whole = (tmp_path / "whole.wav").read_bytes()
    assert whole.startswith(b"RIFX")
    assert len(read(tmp_path / "whole.wav")) == 1_600
    (tmp_path / "cut.wav").write_bytes(whole[:-10])
    assert len(read(tmp_path / "cut.wav")) == 1_595
    assert "10 bytes are missing" in warnings(caplog)[0]


@pytest.mark.parametrize(
    ("riff_length", "data_length"),
    [(8, 0), (0x7FFF_F024, 0x7FFF_F000), (0x8000_0024, 0x8000_0000), (0xFFFF_FFFF, 0xFFFF_FFFF)],
)
def test_a_wav_without_a_length_in_its_header_is_read_to_its_end(
    tmp_path: Path, riff_length: int, data_length: int
) -> None:
    """Headers of recorders that write into a pipe, or lose power, are accepted."""
    soundfile.write(tmp_path / "sound.wav", noise(1_600), RATE_HZ)
    content = bytearray((tmp_path / "sound.wav").read_bytes())
    content[4:8] = riff_length.to_bytes(4, "little")
    content[40:44] = data_length.to_bytes(4, "little")
    (tmp_path / "sound.wav").write_bytes(content)
    np.testing.assert_array_equal(read(tmp_path / "sound.wav"), noise(1_600))


def test_a_chunk_of_odd_length_before_the_sound_is_padded(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Missing bytes are counted right after such a chunk, without its pad byte."""
    soundfile.write(tmp_path / "sound.wav", noise(1_600), RATE_HZ)
    content = (tmp_path / "sound.wav").read_bytes()
    path = tmp_path / "odd.wav"
    path.write_bytes(content[:36] + b"bext\x03\x00\x00\x00abc\x00" + content[36:])
    assert len(read(path)) == 1_600
    path.write_bytes(path.read_bytes()[:-2])
    assert len(read(path)) == 1_599
    assert "2 bytes are missing" in warnings(caplog)[0]


def test_a_cut_after_the_sound_is_accepted(tmp_path: Path) -> None:
    """A file that lacks only its last tags is complete."""
    soundfile.write(tmp_path / "sound.wav", noise(1_600), RATE_HZ)
    content = (tmp_path / "sound.wav").read_bytes()
    (tmp_path / "sound.wav").write_bytes(content + b"LIST\xff\x00\x00\x00INFO")
    assert len(read(tmp_path / "sound.wav")) == 1_600


def test_a_flac_cut_short_is_read_as_far_as_it_goes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An error while decoding is a warning, which says how much is missing."""
    soundfile.write(tmp_path / "whole.flac", noise(16_000), RATE_HZ)
    whole = (tmp_path / "whole.flac").read_bytes()
    (tmp_path / "cut.flac").write_bytes(whole[: len(whole) // 2])
    sound = read(tmp_path / "cut.flac")
    assert len(sound) > 4_000
    np.testing.assert_array_equal(sound, noise(16_000)[: len(sound)])
    (warning,) = warnings(caplog)
    assert f"cut.flac: it is cut short or damaged: {len(sound) / RATE_HZ:.1f} s of 1.0 s" in warning


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 20_000.0])
@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
def test_invalid_floats_are_refused(tmp_path: Path, value: float, subtype: str) -> None:
    """NaN, infinity and integers stored as floats are reported with their position."""
    sound = np.zeros(40_000)
    sound[39_999] = value
    soundfile.write(tmp_path / "float.wav", sound, RATE_HZ, subtype=subtype)
    assert "near 2.4 s" in refusal(tmp_path / "float.wav")


def test_floats_over_full_scale_are_clipped(tmp_path: Path) -> None:
    """Floats a little over full scale are accepted and clipped."""
    soundfile.write(tmp_path / "loud.wav", np.array([1.5, -2.0, 0.5]), RATE_HZ, subtype="FLOAT")
    assert read(tmp_path / "loud.wav").tolist() == [32_767, -32_768, 16_384]


@pytest.mark.parametrize("rate_hz", [1, 300, 3_999, 1_000_001, 2_147_483_647])
def test_an_implausible_rate_is_refused(tmp_path: Path, rate_hz: int) -> None:
    """The message gives the expected rates and the one of the file."""
    soundfile.write(tmp_path / "odd.wav", noise(100), rate_hz)
    assert f"expected a sample rate of 4000 to 1000000 Hz, got {rate_hz}" in refusal(
        tmp_path / "odd.wav"
    )


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    """The message names the file; root may read all files, so it tries /proc/self/mem."""
    path = Path("/proc/self/mem") if os.geteuid() == 0 else tmp_path / "locked.wav"
    if os.geteuid():
        path.touch(mode=0o000)
    refusal(path)
