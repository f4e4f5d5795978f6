"""The pages of Ogg: lost ones, and streams behind each other."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.recording import open_recording

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
    """What is not read is named."""
    ogg.write_bytes(ogg.read_bytes() * 2)
    monkeypatch.setenv("PATH", str(tmp_path))
    seconds, warning = read(ogg)
    assert seconds == SECONDS
    assert warning == (
        "another recording follows in the same file, which is not read "
        "(ffmpeg, which reads it, is not installed)"
    )
