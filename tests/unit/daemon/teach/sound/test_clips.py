"""Clips are read, and those that cannot be used are left out with the reason."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_clips import RATE_HZ, doorbell, quiet_background, write_clips

from soundpost.errors import TeachError
from soundpost.teach.sound import clips as module
from soundpost.teach.sound.clip_sound import LONGEST_SECONDS
from soundpost.teach.sound.clips import (
    Clip,
    LeftOut,
    find_clips,
    read_clips,
)


def read(paths: list[Path], rate_hz: int = RATE_HZ) -> tuple[list[Clip], list[LeftOut]]:
    """Reads clips without showing progress."""
    return read_clips(paths, rate_hz, lambda *_: None)


def test_a_folder_is_searched_by_name_with_folders_below(tmp_path: Path) -> None:
    """Files that are no sound, and hidden ones, are no clips; a named file may have any suffix."""
    clips = write_clips(tmp_path / "bell", [doorbell(1)])
    below = write_clips(tmp_path / "bell" / "night", [doorbell(2)])
    (tmp_path / "bell" / "notes.txt").write_text("two rings")
    (tmp_path / "bell" / ".00.wav").write_bytes(b"")
    named = tmp_path / "recording.dat"
    assert find_clips([tmp_path / "bell", named]) == [*clips, *below, named]
    assert find_clips([clips[0], tmp_path / "bell"]) == [*clips, *below]


def test_a_folder_without_sound_is_refused(tmp_path: Path) -> None:
    """It is a typo, or the wrong folder."""
    with pytest.raises(TeachError, match="no sound file"):
        find_clips([tmp_path])


def test_too_many_clips_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a whole disk."""
    monkeypatch.setattr(module, "MOST_CLIPS", 2)
    write_clips(tmp_path, [doorbell(1, 0.2)] * 3)
    with pytest.raises(TeachError, match="at most 2 clips, got 3"):
        find_clips([tmp_path])


def test_unusable_clips_are_left_out_with_the_reason(tmp_path: Path) -> None:
    """The others are read."""
    good, short, silent, steady, copy = write_clips(
        tmp_path,
        [
            doorbell(1),
            doorbell(2)[:1_000],
            np.full(16_000, 3, np.int16),
            np.full(16_000, 900, np.int16),
            doorbell(1),
        ],
    )
    corrupt, empty, missing = (tmp_path / name for name in ("a.wav", "b.wav", "c.wav"))
    corrupt.write_bytes(b"RIFF\x00\x00\x00\x00WAVEjunk")
    empty.write_bytes(b"")
    clips, left_out = read([good, short, silent, steady, copy, corrupt, empty, missing, tmp_path])
    assert [clip.path for clip in clips] == [good]
    reasons = {each.path.name: each.reason for each in left_out}
    assert reasons["01.wav"] == "lasts 0.06 s, expected at least 0.1 s"
    assert reasons["02.wav"] == reasons["03.wav"] == "is silent"
    assert reasons["04.wav"] == "the same sound as 00.wav"
    assert reasons["b.wav"] == "is empty"
    assert reasons["c.wav"] == "does not exist"
    assert len(left_out) == 8


def test_the_same_sound_in_another_file_has_the_same_key(tmp_path: Path) -> None:
    """A copy as FLAC is the same recording."""
    (wav,) = write_clips(tmp_path, [doorbell(1)])
    flac = tmp_path / "copy.flac"
    soundfile.write(flac, doorbell(1), RATE_HZ)
    clips, left_out = read([wav, flac])
    assert len(clips) == len(left_out) == 1


def test_clips_are_converted_to_the_rate_of_the_model(tmp_path: Path) -> None:
    """Stereo at 44.1 kHz becomes mono at 16 kHz."""
    path = tmp_path / "stereo.wav"
    soundfile.write(path, np.random.default_rng(0).uniform(-0.5, 0.5, (44_100, 2)), 44_100)
    clips, _ = read([path])
    assert clips[0].samples.dtype == np.int16
    assert len(clips[0].samples) == RATE_HZ


def test_a_file_that_is_too_long_for_a_clip_says_which_part_is_used(tmp_path: Path) -> None:
    """The others say nothing of the kind."""
    long = quiet_background(90.0)
    long[80 * RATE_HZ : 82 * RATE_HZ] *= 20
    clips, _ = read(write_clips(tmp_path, [doorbell(1), long]))
    assert [clip.begin_seconds for clip in clips] == [None, 30.0]
    assert len(clips[1].samples) == LONGEST_SECONDS * RATE_HZ
