"""A recording: its blocks, its limits, and how its format is recognised."""

import os
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_recordings import RATE_HZ, SOUND, samples, wav, wave_format

from soundpost.recording import InvalidSoundError, UnreadableError, open_recording
from soundpost.recording.recording import BLOCK_VALUES, MOST_CHANNELS


@pytest.mark.parametrize("channels", [1, 2, 7, MOST_CHANNELS])
def test_blocks_are_bounded(tmp_path: Path, channels: int) -> None:
    """A tenth of a second, and for many channels less, in the file's own form."""
    path = tmp_path / "x.wav"
    sound = np.random.default_rng(1).integers(-9, 9, (5_000, channels)).astype(np.int16)
    body = sound.astype("<i2").tobytes()
    chunks = b"WAVEfmt " + struct.pack("<I", 16) + wave_format(channels=channels)
    chunks += b"data" + struct.pack("<I", len(body)) + body
    path.write_bytes(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)
    with open_recording(path) as recording:
        assert (recording.rate_hz, recording.channels) == (RATE_HZ, channels)
        blocks = list(recording.blocks())
    assert max(map(len, blocks)) <= RATE_HZ // 10
    assert max(block.size for block in blocks) <= BLOCK_VALUES
    assert blocks[0].dtype == np.float32
    np.testing.assert_array_equal(np.concatenate(blocks) * 32_768, sound)


@pytest.mark.parametrize(
    ("container", "subtype"),
    [
        *((name, kind) for name in ("WAV", "W64", "RF64") for kind in ("PCM_U8", "PCM_24")),
        *((name, "PCM_S8") for name in ("AIFF", "AU", "CAF")),
        *(
            (name, kind)
            for name in ("WAV", "W64", "AIFF", "AU", "CAF", "RF64")
            for kind in ("PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW")
        ),
        ("WAVEX", "PCM_24"),
        ("WAVEX", "FLOAT"),
    ],
)
@pytest.mark.parametrize("endian", ["LITTLE", "BIG"])
def test_plain_samples_are_those_of_libsndfile(
    tmp_path: Path, container: str, subtype: str, endian: str
) -> None:
    """Every width, kind and order: the same float32, for one channel and for three."""
    if not soundfile.check_format(container, subtype, endian):
        endian = "FILE"
    noise = np.random.default_rng(4).uniform(-1.0, 0.999, (3_000, 3))
    path = tmp_path / "x"
    soundfile.write(path, noise, 44_100, subtype, endian, container)
    expected, _ = soundfile.read(path, dtype="float32")
    with open_recording(path) as recording:
        np.testing.assert_array_equal(np.concatenate(list(recording.blocks())), expected)
        assert not recording.warning
        assert recording.missing_seconds == 0.0


@pytest.mark.parametrize(
    ("before", "warning"),
    [
        (b"ID3\x04\0\0\0\0\x01\x00" + bytes(128), ""),
        (bytes(512), "512 foreign bytes"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "19 foreign bytes"),
        (b"\xef\xbb\xbf", "3 foreign bytes"),
    ],
)
@pytest.mark.parametrize("container", ["WAV", "FLAC", "OGG", "AIFF"])
def test_bytes_before_the_header_are_skipped(
    tmp_path: Path, container: str, before: bytes, warning: str
) -> None:
    """A tag, padding, a header of the web: the content decides, not the name."""
    path = tmp_path / "x.mp3"
    soundfile.write(tmp_path / "y", SOUND, RATE_HZ, format=container)
    with open_recording(tmp_path / "y") as recording:
        expected = samples(recording.blocks())
    path.write_bytes(before + (tmp_path / "y").read_bytes())
    with open_recording(path) as recording:
        np.testing.assert_array_equal(samples(recording.blocks()), expected)
        assert warning in recording.warning
        assert bool(recording.warning) == bool(warning)


@pytest.mark.parametrize("seconds", [0.1, 1.0, 8.0])
def test_the_sound_before_an_invalid_sample_is_read(tmp_path: Path, seconds: float) -> None:
    """In whole tenths of a second, however long the blocks are."""
    sound = np.zeros(3 * RATE_HZ)
    sound[round(2.55 * RATE_HZ) :] = np.nan
    soundfile.write(tmp_path / "x.wav", sound, RATE_HZ, "FLOAT")
    lengths: list[int] = []
    with (
        open_recording(tmp_path / "x.wav") as recording,
        pytest.raises(InvalidSoundError, match=r"near 2\.5 s"),
    ):
        lengths.extend(map(len, recording.blocks(seconds)))
    assert sum(lengths) == round(2.5 * RATE_HZ)


@pytest.mark.parametrize("value", [np.nan, np.inf, 5_000.0])
def test_invalid_samples_are_refused(tmp_path: Path, value: float) -> None:
    """NaN, infinity and integers stored as floats, with their position."""
    sound = np.zeros(3 * RATE_HZ)
    sound[-1] = value
    soundfile.write(tmp_path / "x.wav", sound, RATE_HZ, "FLOAT")
    with (
        open_recording(tmp_path / "x.wav") as recording,
        pytest.raises(InvalidSoundError, match=r"near 2\.9 s"),
    ):
        list(recording.blocks())


def test_too_many_channels_are_refused(tmp_path: Path) -> None:
    """A header that says 65535 channels is wrong."""
    content = bytearray(wav().content)
    content[20:36] = wave_format(channels=32_000)
    (tmp_path / "x.wav").write_bytes(content)
    with pytest.raises(UnreadableError, match="1 to 1024 channels"):
        open_recording(tmp_path / "x.wav").__enter__()


def test_a_name_that_is_not_utf_8_is_read_and_shown_escaped(tmp_path: Path) -> None:
    """Such names come from old disks; a message about one can be printed anywhere."""
    path = tmp_path / os.fsdecode(b"f\xfcchse\x1b[2J.wav")
    path.write_bytes(wav().content)
    with open_recording(path) as recording:
        assert len(samples(recording.blocks())) == len(SOUND)
    path.write_bytes(b"nothing")
    with pytest.raises(UnreadableError, match=r"f\\xfcchse\\x1b\[2J\.wav is not a sound"):
        open_recording(path).__enter__()


def test_a_sparse_giant_takes_no_memory(tmp_path: Path) -> None:
    """Gigabytes of reserved space behind a second of sound are read in little memory."""
    path = tmp_path / "x.wav"
    path.write_bytes(wav(0xFFFFFFFF - 100_000).content)
    with path.open("r+b") as file:
        file.truncate(8 << 30)
    tracemalloc.start()
    with open_recording(path) as recording:
        blocks = recording.blocks()
        sound = samples(next(blocks) for _ in range(10))
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_array_equal(sound, SOUND)
    assert peak_bytes < 20e6


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    """Neither of a file that was read nor of one that was refused."""
    (tmp_path / "x.wav").write_bytes(wav().content)
    (tmp_path / "y.wav").write_bytes(b"RIFF\0\0\0\0WAVE" + bytes(500))
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - nothing of it is kept
    with open_recording(tmp_path / "x.wav") as recording:
        list(recording.blocks())
    with pytest.raises(UnreadableError, match="no format, or no sound"):
        open_recording(tmp_path / "y.wav").__enter__()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208 - see above
