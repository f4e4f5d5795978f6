"""The pages of Ogg: lost ones, and streams behind each other."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.recording import open_recording
from soundpost.recording.decoders import flac, mpeg
from soundpost.recording.decoders.ogg import Pages, follow_pages, is_cut

RATE_HZ = 16_000
SECONDS = 4.0
SOUND = np.random.default_rng(7).normal(0.0, 0.1, round(SECONDS * RATE_HZ))


@pytest.fixture
def ogg(tmp_path: Path) -> Path:
    """Provides an Ogg of Vorbis, four seconds long."""
    path = tmp_path / "sound.ogg"
    soundfile.write(path, SOUND, RATE_HZ)
    return path


def read(path: Path) -> tuple[float, str]:
    """Returns the seconds of a recording, and its warning."""
    with open_recording(path) as recording:
        frames = sum(map(len, recording.blocks()))
        return frames / recording.rate_hz, recording.warning


def pages(content: bytes) -> list[int]:
    """Returns where the pages begin."""
    starts, at = [], content.find(b"OggS")
    while at >= 0:
        starts.append(at)
        at = content.find(b"OggS", at + 1)
    return starts


def test_a_lost_page_is_reported(ogg: Path) -> None:
    """A download or a recorder lost some pages in the middle: the rest is read, with a warning."""
    content = ogg.read_bytes()
    starts = pages(content)
    middle = len(starts) // 2
    ogg.write_bytes(content[: starts[middle]] + content[starts[middle + 1] :])
    seconds, warning = read(ogg)
    assert 1.0 < seconds < SECONDS
    assert "lost" in warning


def test_foreign_bytes_between_pages_are_reported(ogg: Path) -> None:
    """A damaged page is damage, too; padding behind the last page is none."""
    content = bytearray(ogg.read_bytes())
    at = pages(bytes(content))[3]
    content[at : at + 4] = b"xxxx"
    ogg.write_bytes(content)
    assert "lost" in read(ogg)[1]


def test_padding_behind_the_last_page_is_no_damage(ogg: Path) -> None:
    """Some programs fill up a block of the disk."""
    ogg.write_bytes(ogg.read_bytes() + bytes(2_000))
    assert read(ogg) == (SECONDS, "")


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="libsndfile reads the first stream only")
def test_streams_behind_each_other_are_all_read(ogg: Path) -> None:
    """Internet radio and `cat a.ogg b.ogg` write such files; ffmpeg reads them whole."""
    ogg.write_bytes(ogg.read_bytes() * 2)
    seconds, _ = read(ogg)
    assert seconds == pytest.approx(2 * SECONDS, abs=0.1)


def test_without_ffmpeg_a_second_stream_is_reported(
    ogg: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The second stream is not read, and a warning says so."""
    ogg.write_bytes(ogg.read_bytes() * 2)
    monkeypatch.setenv("PATH", str(tmp_path))
    seconds, warning = read(ogg)
    assert seconds == SECONDS
    assert warning == (
        "another recording follows in the same file, which is not read "
        "(ffmpeg, which reads it, is not installed)"
    )


def test_a_file_that_is_cut_while_it_is_read_is_reported(ogg: Path) -> None:
    """Its end is looked at after the last block, not before the first."""
    content = ogg.read_bytes()
    with open_recording(ogg) as recording:
        blocks = recording.blocks()
        next(blocks)
        ogg.write_bytes(content[: len(content) // 2])
        for _ in blocks:
            pass
        assert "cut short" in recording.warning


def test_a_disk_that_cannot_be_read_ends_in_no_error(ogg: Path) -> None:
    """The searches for the true length find nothing there."""
    descriptor = os.open(ogg, os.O_WRONLY)  # every read of it fails
    try:
        assert follow_pages(descriptor) == Pages()
        assert not is_cut(descriptor)
        assert not mpeg.is_cut(descriptor)
        assert not mpeg.has_exact_length(descriptor)
        assert mpeg.understated_length(descriptor) is None
        assert flac.understated_length(descriptor) is None
    finally:
        os.close(descriptor)
