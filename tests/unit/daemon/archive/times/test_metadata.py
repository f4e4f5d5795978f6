"""Metadata chunks are found in damaged and in very large files, and the sound is not read."""

import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from made_metadata import bext, comment, guano
from made_recordings import SOUND, aiff, au, caf, riff_chunk, wav, wave64

from soundpost.archive.times.metadata import CHUNK_BYTES, read_metadata
from soundpost.recording import byte_stream

TIME = "2025-10-26T02:30:00Z"
GUANO = guano(TIME)
SOUND_BYTES = 2 * len(SOUND)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file that a test writes."""
    return tmp_path / "dawn.wav"


def has_time(found: dict[str, bytes]) -> bool:
    """Returns whether the timestamp was found."""
    return f"Timestamp:{TIME}\n".encode() in found.get("guan", b"")


@pytest.mark.parametrize("tag", [b"RIFF", b"RF64", b"BW64"])
def test_chunks_before_and_behind_the_sound_are_found(path: Path, tag: bytes) -> None:
    """AudioMoth's comment stands before it, GUANO behind it."""
    before = comment("02:30:00 26/10/2025 (UTC)") + bext("2025-10-26 02:30:00")
    path.write_bytes(wav(before=before, tail=GUANO, tag=tag).content)
    found = read_metadata(path)
    assert has_time(found)
    assert found["ICMT"].startswith(b"Recorded at 02:30:00")
    assert b"2025-10-2602:30:00" in found["bext"]


def test_a_big_endian_wav_is_read(path: Path) -> None:
    """Its lengths are reversed, also within the list."""
    body = b"INFO" + b"ISFT" + struct.pack(">I", 3) + b"abc\0" + b"ICMT" + struct.pack(">I", 2)
    tail = b"LIST" + struct.pack(">I", len(body) + 2) + body + b"hi"
    path.write_bytes(wav(tail=tail, tag=b"RIFX").content)
    assert read_metadata(path) == {"ICMT": b"hi"}


@pytest.mark.parametrize("stated", [0, 2, SOUND_BYTES - 2, SOUND_BYTES + 2, 1 << 31, 0xFFFF_FFFF])
def test_a_wrong_length_of_the_sound_does_not_hide_what_follows(path: Path, stated: int) -> None:
    """A recorder that lost its power leaves zero, or the length that it planned."""
    path.write_bytes(wav(stated, tail=GUANO).content)
    assert has_time(read_metadata(path))


@pytest.mark.parametrize("pad", [b"", b"\0"])
def test_odd_chunks_are_read_with_and_without_padding(path: Path, pad: bytes) -> None:
    """Some programs leave the pad byte away."""
    odd = b"LIST" + struct.pack("<I", 15) + b"INFOISFT\3\0\0\0abc" + pad
    path.write_bytes(wav(before=odd, tail=odd + GUANO).content)
    assert has_time(read_metadata(path))


def test_a_chunk_that_was_cut_is_left_out(path: Path) -> None:
    """The end of its timestamp may be missing: every cut gives the whole time or none."""
    whole = wav(tail=GUANO).content
    for cut in range(1, len(GUANO)):
        path.write_bytes(whole[:-cut])
        found = read_metadata(path)
        assert "guan" not in found or has_time(found)


def test_a_chunk_longer_than_the_file_does_not_hide_the_others(path: Path) -> None:
    """The walk goes on at the format and the sound."""
    broken = riff_chunk(b"LIST", b"INFO", size=0x7FFF_FFFF)
    path.write_bytes(wav(before=broken, tail=GUANO).content)
    assert has_time(read_metadata(path))


def test_of_a_very_long_chunk_whole_lines_are_read(path: Path) -> None:
    """A voice note may follow the time; the line at the limit is cut, and is dropped."""
    tail = guano(TIME, b"Note:" + b"A" * 2 * CHUNK_BYTES + b"\n")
    path.write_bytes(wav(tail=tail).content)
    found = read_metadata(path)
    assert has_time(found)
    assert len(found["guan"]) < 200


@pytest.mark.parametrize("tag", [b"RIFF", b"RF64"])
def test_of_five_gigabytes_only_headers_are_read(
    path: Path, tag: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RF64 states its length; a RIFF states the rest of a division by 4 GiB."""
    long_bytes = 5 * 10**9 + 1  # odd, so that a byte of padding follows
    is_long = tag == b"RF64"
    made = wav(long_bytes if is_long else long_bytes % 2**32, tail=GUANO, tag=tag)
    with path.open("wb") as file:
        file.write(made.head)
        file.seek(len(made.head) + long_bytes + 1)
        file.write(GUANO)
    counts: list[int] = []
    read_at: Callable[[int, int, int], bytes] = byte_stream.read_at

    def counted(descriptor: int, count: int, offset: int) -> bytes:
        data = read_at(descriptor, count, offset)
        counts.append(len(data))
        return data

    monkeypatch.setattr(byte_stream, "read_at", counted)
    assert has_time(read_metadata(path))
    assert 0 < sum(counts) < (100_000 if is_long else 3_000_000)


@pytest.mark.parametrize("make", [aiff, au, caf, wave64])
def test_another_container_has_no_metadata(path: Path, make: Callable[[], object]) -> None:
    """Its name is what is read."""
    path.write_bytes(make().content)  # type: ignore[attr-defined]  # every maker returns a Made
    assert read_metadata(path) == {}


def test_what_cannot_be_read_has_no_metadata(tmp_path: Path) -> None:
    """An absent file, a folder, an empty file, and a FIFO, without a wait."""
    os.mkfifo(tmp_path / "fifo.wav")
    (tmp_path / "empty.wav").touch()
    (tmp_path / "short.wav").write_bytes(b"RIFF")
    for name in ("absent.wav", ".", "empty.wav", "short.wav", "fifo.wav", "a\0b.wav"):
        assert read_metadata(tmp_path / name) == {}
