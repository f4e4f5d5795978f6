"""The extent of the sound: a stated length holds unless it is wrong."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from made_recordings import RATE_HZ, SOUND, Made, aiff, au, caf, riff_chunk, samples, wav, wave64

from soundpost.recording import InvalidSoundError, open_recording

WAVE64_LIST = (
    b"list" + bytes.fromhex("2f91cf11a5d628db04c10000") + struct.pack("<Q", 32) + b"INFOISFT"
)
TAILS = {
    "LIST": riff_chunk(b"LIST", b"INFOISFT\x04\x00\x00\x00abc\x00"),
    "odd": riff_chunk(b"LIST", b"INFO1"),
    "two": riff_chunk(b"bext", bytes(602)) + riff_chunk(b"iXML", b"<BWFXML/>"),
    "unknown names": riff_chunk(b"ABCD", b"1234") + riff_chunk(b"zzzz", b""),
    "a cut one": riff_chunk(b"id3 ", b"ID3", size=5_000),
    "ID3v1": b"TAG" + bytes(range(125)),
    "zeros": bytes(100_000),
}
Make = Callable[..., Made]
MAKERS: dict[str, Make] = {
    "RIFF": wav,
    "RIFX": lambda *a, **k: wav(*a, tag=b"RIFX", **k),
    "RF64": lambda *a, **k: wav(*a, tag=b"RF64", **k),
    "BW64": lambda *a, **k: wav(*a, tag=b"BW64", **k),
    "Wave64": wave64,
    "AIFF": aiff,
    "CAF": caf,
    "AU": au,
}


def read(path: Path) -> tuple[np.ndarray, str]:
    """Returns all samples, and the warning."""
    with open_recording(path) as recording:
        assert recording.rate_hz == RATE_HZ
        sound = samples(recording.blocks())
        return sound, recording.warning


@pytest.mark.parametrize("container", MAKERS)
def test_a_valid_file_is_read_exactly(tmp_path: Path, container: str) -> None:
    """All samples, bit for bit, and no warning."""
    path = tmp_path / "sound.wav"
    path.write_bytes(MAKERS[container]().content)
    sound, warning = read(path)
    np.testing.assert_array_equal(sound, SOUND)
    assert not warning


@pytest.mark.parametrize("container", MAKERS)
@pytest.mark.parametrize("stated", [0, 2, 2_048, 31_980])
def test_a_length_that_is_too_small_is_repaired(
    tmp_path: Path, container: str, stated: int
) -> None:
    """A recorder that was killed, or lost power: all samples are read, with one warning."""
    path = tmp_path / "sound.wav"
    path.write_bytes(MAKERS[container](stated).content)
    sound, warning = read(path)
    np.testing.assert_array_equal(sound, SOUND)
    assert warning.startswith("its header gives ")
    assert "all 1.0 s that are there are read" in warning


@pytest.mark.parametrize("container", MAKERS)
def test_a_file_that_was_cut_says_how_much_is_missing(tmp_path: Path, container: str) -> None:
    """The rest is read; the warning has the missing seconds, and so has the recording."""
    made = MAKERS[container]()
    path = tmp_path / "sound.wav"
    path.write_bytes((made.head + made.sound)[: len(made.head) + 8_000])
    with open_recording(path) as recording:
        assert "cut short: it holds 0.2 s of 1.0 s, 24000 bytes are missing" in recording.warning
        np.testing.assert_array_equal(samples(recording.blocks()), SOUND[:4_000])
        assert recording.missing_seconds == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("container", "stated"),
    [
        ("RIFF", 0xFFFFFFFF),
        ("RIFF", 0x80000000),
        ("RIFF", 0x7FFFF000),
        ("RIFX", 0xFFFFFFFF),
        ("RF64", 2**64 - 1),
        ("RF64", 2**63 - 1),
        ("Wave64", 2**63 - 1),
        ("Wave64", 2**64 - 25),
        ("AIFF", 0xFFFFFFFF - 8),
        ("CAF", 2**64 - 5),
        ("AU", 0xFFFFFFFF),
    ],
)
def test_an_unknown_length_is_no_damage(tmp_path: Path, container: str, stated: int) -> None:
    """A program that writes into a pipe cannot state it: no warning."""
    path = tmp_path / "sound.wav"
    path.write_bytes(MAKERS[container](stated).content)
    sound, warning = read(path)
    np.testing.assert_array_equal(sound, SOUND)
    assert not warning


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("container", ["RIFF", "RF64"])
def test_what_follows_the_sound_is_not_sound(tmp_path: Path, container: str, tail: str) -> None:
    """Metadata behind the sound, also cut, and padding: read exactly, without a warning."""
    path = tmp_path / "sound.wav"
    path.write_bytes(MAKERS[container](tail=TAILS[tail]).content)
    sound, warning = read(path)
    np.testing.assert_array_equal(sound, SOUND)
    assert not warning


@pytest.mark.parametrize(
    ("container", "tail"),
    [
        ("RIFX", b"LIST" + struct.pack(">I", 4) + b"INFO"),
        ("AIFF", b"NAME" + struct.pack(">I", 3) + b"fox\0"),
        ("AIFF", b"ID3 " + struct.pack(">I", 5) + b"ID3\4\0\0"),
        ("CAF", b"info" + struct.pack(">Q", 5) + b"abcde"),
        ("Wave64", WAVE64_LIST),
    ],
)
@pytest.mark.parametrize("stated", [None, 0, 2_048])
def test_chunks_of_every_family_end_the_sound(
    tmp_path: Path, container: str, tail: bytes, stated: int | None
) -> None:
    """Known chunks that lead exactly to the end of the file are no sound, whatever is stated."""
    path = tmp_path / "sound.wav"
    path.write_bytes(MAKERS[container](stated, tail=tail).content)
    sound, warning = read(path)
    np.testing.assert_array_equal(sound, SOUND)
    assert bool(warning) == (stated is not None)


@pytest.mark.parametrize("stated", [0, 100, 40_000, 2**31])
@pytest.mark.parametrize("tail", ["LIST", "odd", "two"])
def test_chunks_behind_a_wrong_length_are_not_sound(tmp_path: Path, stated: int, tail: str) -> None:
    """The sound ends where known chunks begin that lead exactly to the end of the file."""
    path = tmp_path / "sound.wav"
    path.write_bytes(wav(stated, tail=TAILS[tail]).content)
    sound, _ = read(path)
    np.testing.assert_array_equal(sound, SOUND)


@pytest.mark.parametrize("tail", [b"", TAILS["LIST"]])
@pytest.mark.parametrize("tag", [b"RIFF", b"RIFX"])
def test_a_length_over_4_gib_that_wrapped_is_restored(
    tmp_path: Path, tag: bytes, tail: bytes
) -> None:
    """Sparse, with the sound at its end: the layout reaches to there, with one warning."""
    path = tmp_path / "sound.wav"
    made = wav(tag=tag, tail=tail if tag == b"RIFF" else b"")
    with path.open("wb") as file:
        file.write(made.head)
        file.seek(2**32, 1)
        file.write(made.sound + made.tail)
    with open_recording(path) as recording:
        stated, present = len(SOUND) / RATE_HZ, (2**31 + len(SOUND)) / RATE_HZ
        assert f"a length of {stated:.1f} s: all {present:.1f} s" in recording.warning


def test_an_impossible_length_is_named(tmp_path: Path) -> None:
    """A ds64 chunk of terabytes is a wrong header, rather than a file cut short."""
    path = tmp_path / "sound.wav"
    path.write_bytes(wav(1 << 45, tag=b"RF64").content)
    sound, warning = read(path)
    np.testing.assert_array_equal(sound, SOUND)
    assert "impossible length" in warning


def test_a_header_with_zeros_only_holds_nothing(tmp_path: Path) -> None:
    """Gigabytes of reserved space are refused at once, not read as hours of silence."""
    path = tmp_path / "sound.wav"
    with path.open("wb") as file:
        file.write(wav(0).head)
        file.truncate(1 << 31)
    with pytest.raises(InvalidSoundError, match="0 frames"):
        read(path)


def test_an_empty_file_with_metadata_holds_nothing(tmp_path: Path) -> None:
    """No sound and a LIST chunk is a valid file without sound."""
    path = tmp_path / "sound.wav"
    path.write_bytes(wav(0).head + TAILS["LIST"])
    with pytest.raises(InvalidSoundError, match="0 frames"):
        read(path)


def test_a_second_recording_in_the_file_is_named(tmp_path: Path) -> None:
    """Two files that were joined: the first one is read, and the warning tells of the second."""
    path = tmp_path / "sound.wav"
    path.write_bytes(wav().content * 2)
    sound, warning = read(path)
    np.testing.assert_array_equal(sound, SOUND)
    assert "another recording follows" in warning


def test_a_second_chunk_of_sound_is_named(tmp_path: Path) -> None:
    """A file of two data chunks: the first one is read, as by players, and the warning says so."""
    path = tmp_path / "sound.wav"
    path.write_bytes(wav(tail=riff_chunk(b"data", bytes(1_000))).content)
    sound, warning = read(path)
    np.testing.assert_array_equal(sound, SOUND)
    assert "another recording follows" in warning
