"""The sound of a clip is read: all of it, or the loudest minute of a longer file."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_clips import RATE_HZ, doorbell, quiet_background, write_clips

from soundpost.teach.sound import clip_sound
from soundpost.teach.sound.clip_sound import LONGEST_SECONDS, read_clip_sound


def test_a_clip_is_read_whole(tmp_path: Path) -> None:
    """One of exactly a minute too."""
    minute = np.tile(doorbell(1), 24)
    for samples in (doorbell(1), minute):
        (path,) = write_clips(tmp_path, [samples])
        sound = read_clip_sound(path, RATE_HZ)
        assert sound.begin_seconds is None
        assert len(sound.samples) == len(samples)


@pytest.mark.parametrize(
    ("bell_seconds", "begin_seconds"), [(5.0, 0.0), (130.0, 101.0), (194.0, 140.0)]
)
def test_of_a_longer_file_the_minute_around_the_loudest_part_is_read(
    tmp_path: Path, bell_seconds: float, begin_seconds: float
) -> None:
    """The bell rings once in 200 s: near the beginning, in the middle, near the end."""
    samples = quiet_background(200.0)
    bell, at = doorbell(3), round(bell_seconds * RATE_HZ)
    samples[at : at + len(bell)] = bell
    (path,) = write_clips(tmp_path, [samples])
    sound = read_clip_sound(path, RATE_HZ)
    assert len(sound.samples) == LONGEST_SECONDS * RATE_HZ
    assert sound.begin_seconds == pytest.approx(begin_seconds, abs=6.0)
    begin = round((sound.begin_seconds or 0.0) * RATE_HZ)
    assert np.array_equal(sound.samples, samples[begin : begin + len(sound.samples)])
    assert begin <= at <= at + len(bell) <= begin + len(sound.samples)


def test_the_search_of_a_very_long_file_has_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole night takes minutes to decode; what is louder behind the end is not found."""
    monkeypatch.setattr(clip_sound, "SEARCHED_SECONDS", 90.0)
    samples = quiet_background(150.0)
    samples[70 * RATE_HZ : 71 * RATE_HZ] *= 20
    samples[140 * RATE_HZ :] *= 40
    (path,) = write_clips(tmp_path, [samples])
    assert read_clip_sound(path, RATE_HZ).begin_seconds == pytest.approx(30.0, abs=1.0)


def test_a_longer_file_of_another_rate_is_cut_at_the_rate_of_the_model(tmp_path: Path) -> None:
    """The position is in seconds of the file."""
    rng = np.random.default_rng(0)
    noise = rng.uniform(-0.001, 0.001, (100 * 8_000, 2))
    noise[70 * 8_000 : 72 * 8_000] *= 400
    path = tmp_path / "stereo.wav"
    soundfile.write(path, noise, 8_000)
    sound = read_clip_sound(path, RATE_HZ)
    assert len(sound.samples) == LONGEST_SECONDS * RATE_HZ
    assert sound.begin_seconds is not None
    loud = np.flatnonzero(np.abs(sound.samples.astype(int)) > 1_000) / RATE_HZ
    assert loud[0] + sound.begin_seconds == pytest.approx(70.0, abs=0.05)
    assert loud[-1] + sound.begin_seconds == pytest.approx(72.0, abs=0.05)
