"""The chunks before the sound: padded or not, known or not, damaged or not."""

import struct
from pathlib import Path

import numpy as np
import pytest
from made_recordings import RATE_HZ, SOUND, aiff, caf, riff_chunk, samples, wav, wave_format

from soundpost.recording import UnreadableError, open_recording
from soundpost.recording.containers.chunks import AIFF, CAF, RIFF, WAVE64


def read(path: Path) -> tuple[np.ndarray, str]:
    """Returns all samples, and the warning."""
    with open_recording(path) as recording:
        sound = samples(recording.blocks())
        return sound, recording.warning


@pytest.mark.parametrize(
    "before",
    [
        riff_chunk(b"bext", b"abc"),
        b"bext" + struct.pack("<I", 3) + b"abc",
        b"bext" + struct.pack("<I", 3) + b"abc\xff",
        riff_chunk(b"JUNK", bytes(4_000)),
        riff_chunk(b"iXML", b"<BWFXML/>" * 99) + riff_chunk(b"mine", b"?"),
        riff_chunk(b"LIST", b"INFOdata\x04\0\0\0fmt "),
    ],
    ids=["padded", "without padding", "odd padding", "JUNK", "two", "names in a body"],
)
def test_chunks_before_the_sound_are_skipped(tmp_path: Path, before: bytes) -> None:
    """Whatever they hold, and with a pad byte or without: no warning."""
    path = tmp_path / "x.wav"
    path.write_bytes(wav(before=before).content)
    sound, warning = read(path)
    np.testing.assert_array_equal(sound, SOUND)
    assert not warning


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFFFFF, 1_000_000, 20, 3, 0])
def test_a_chunk_with_a_wrong_length_is_skipped(tmp_path: Path, size: int) -> None:
    """The format and the sound are found behind it."""
    path = tmp_path / "x.wav"
    path.write_bytes(wav(before=riff_chunk(b"LIST", b"INFO" + bytes(60), size)).content)
    sound, warning = read(path)
    np.testing.assert_array_equal(sound, SOUND)
    assert warning == "a damaged chunk of its header was skipped"


def test_a_length_that_leads_into_the_sound_is_recovered(tmp_path: Path) -> None:
    """It skips the format and the name of the sound; both are found by a search."""
    path = tmp_path / "x.wav"
    path.write_bytes(wav(before=riff_chunk(b"LIST", bytes(20), 5_000)).content)
    sound, warning = read(path)
    np.testing.assert_array_equal(sound, SOUND)
    assert "damaged chunk" in warning


def test_chunks_without_end_are_refused(tmp_path: Path) -> None:
    """Hundreds of megabytes of empty chunks cost no time."""
    path = tmp_path / "x.wav"
    with path.open("wb") as file:
        file.write(b"RIFF\xff\xff\xff\xffWAVE" + riff_chunk(b"JUNK", b"") * 100_000)
        file.truncate(1 << 30)
    with pytest.raises(UnreadableError, match="no format, or no sound"):
        read(path)


@pytest.mark.parametrize(
    ("fields", "channels", "rate_hz"),
    [
        ({}, 1, RATE_HZ),
        ({"channels": 5}, 1, RATE_HZ),
        ({"byte_rate": 7}, 1, RATE_HZ),
        ({"byte_rate": 0}, 1, RATE_HZ),
        ({"frame": 0}, 1, RATE_HZ),
        ({"frame": 99}, 1, RATE_HZ),
        ({"bits": 17}, 1, RATE_HZ),
        ({"bits": 0}, 1, RATE_HZ),
        ({"rate": 17_001}, 1, RATE_HZ),
    ],
)
def test_one_wrong_field_of_the_format_is_corrected(
    tmp_path: Path, fields: dict[str, int], channels: int, rate_hz: int
) -> None:
    """The other fields state the same."""
    right = {"tag": 1, "channels": 1, "rate": RATE_HZ, "byte_rate": 2 * RATE_HZ, "frame": 2}
    body = struct.pack("<HHIIHH", *(right | {"bits": 16} | fields).values())
    path = tmp_path / "x.wav"
    path.write_bytes(wav().content.replace(wave_format(), body))
    with open_recording(path) as recording:
        assert (recording.channels, recording.rate_hz) == (channels, rate_hz)
        np.testing.assert_array_equal(samples(recording.blocks()), SOUND)


def test_24_bits_in_32_are_read_from_their_upper_end(tmp_path: Path) -> None:
    """WAVE_FORMAT_EXTENSIBLE with 24 valid bits."""
    values = np.array([[1 << 8], [-(1 << 30)], [1 << 30]], "<i4")
    guid = bytes.fromhex("0100000000001000800000aa00389b71")
    body = struct.pack("<HHIIHHHHI", 0xFFFE, 1, RATE_HZ, 4 * RATE_HZ, 4, 32, 22, 24, 4) + guid
    chunks = b"WAVE" + riff_chunk(b"fmt ", body) + riff_chunk(b"data", values.tobytes())
    path = tmp_path / "x.wav"
    path.write_bytes(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)
    with open_recording(path) as recording:
        sound = np.concatenate(list(recording.blocks()))
    np.testing.assert_array_equal(sound[:, 0], [2.0**-23, -0.5, 0.5])


def test_a_length_beyond_every_file_is_skipped(tmp_path: Path) -> None:
    """A CAF chunk of 2^63 bytes; its end is no offset that the system accepts."""
    made = caf()
    head = made.head[:8] + b"free" + struct.pack(">Q", 2**63 + 5) + made.head[8:]
    path = tmp_path / "x.caf"
    path.write_bytes(head + made.sound)
    sound, warning = read(path)
    np.testing.assert_array_equal(sound, SOUND)
    assert "damaged chunk" in warning


@pytest.mark.parametrize("size", [None, 2_048, 0, 2**31])
def test_a_rate_of_zero_is_refused(tmp_path: Path, size: int | None) -> None:
    """Whatever length its header gives."""
    content = bytearray(aiff(size).content)
    content[28:38] = bytes(10)
    path = tmp_path / "x.aiff"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match="got 0"):
        read(path)


def test_names_of_chunks() -> None:
    """Short names are padded with blanks; Wave64 has a GUID for each."""
    assert {b"cue ", b"fmt ", b"id3 ", b"data", b"bwf "} <= RIFF.known_ids
    assert {b"(c) ", b"ID3 ", b"SSND"} <= AIFF.known_ids
    assert b"free" in CAF.known_ids
    assert all(len(name) == 16 for name in WAVE64.known_ids)
