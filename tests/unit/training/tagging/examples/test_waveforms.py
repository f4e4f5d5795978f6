"""Waveforms: decoded once, with what cannot be used left out by name."""

from pathlib import Path

import numpy as np
import pytest
from source_recordings import write_recording

from soundpost_training.errors import DatasetError
from soundpost_training.sources.recording import SourceRecording
from soundpost_training.tagging.examples.waveforms import HOP_SAMPLES, Waveforms, load_waveforms


def test_a_recording_is_found_in_the_file_as_it_was_decoded(waveforms: Waveforms) -> None:
    """A beep of one second after two of silence."""
    sound = waveforms.of(0)
    assert len(sound) == 48_000
    assert not np.abs(sound[:31_000]).max()
    assert np.abs(sound[33_000:]).max() > 16_000


def test_levels_follow_the_sound(waveforms: Waveforms) -> None:
    """Twenty silent tenths of a second, then ten loud ones; the second beep is 6 dB fainter."""
    first, second = waveforms.levels(0), waveforms.levels(1)
    assert len(first) == 48_000 // HOP_SAMPLES
    assert first[:19].max() == pytest.approx(1e-10)
    assert 10 * np.log10(first[-1] / second[-1]) == pytest.approx(6.02, abs=0.05)


def test_unusable_recordings_are_left_out_with_their_reason(tmp_path: Path) -> None:
    """A damaged file, a click, silence and an absent file; the sound that is left is used."""
    good = write_recording(tmp_path / "good.wav", np.full(8000, 0.3), "esc50", ())
    click = write_recording(tmp_path / "click.wav", np.full(100, 0.3), "esc50", ())
    silent = write_recording(tmp_path / "silent.wav", np.zeros(8000), "esc50", ())
    damaged = write_recording(tmp_path / "damaged.wav", np.full(8000, 0.3), "esc50", ())
    damaged.path.write_bytes(b"no audio at all")
    gone = SourceRecording(
        tmp_path / "gone.wav", "esc50", "gone", (), "CC0-1.0", "", held_out=False
    )
    loaded = load_waveforms([click, silent, damaged, good, gone], tmp_path / "cache")
    assert [item.path.name for item in loaded.recordings] == ["good.wav"]
    assert np.array_equal(loaded.of(0), np.full(8000, 9830, np.int16))
    reasons = "\n".join(loaded.left_out)
    for name in ("click.wav", "silent.wav", "damaged.wav", "gone.wav"):
        assert name in reasons


def test_decoded_sound_is_used_again(made: list[SourceRecording], tmp_path: Path) -> None:
    """The second time nothing is written; another list of recordings has a file of its own."""
    load_waveforms(made, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    load_waveforms(made, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    load_waveforms(made[:2], tmp_path)
    assert len(list(tmp_path.iterdir())) == 2 * len(before)


def test_no_usable_recording_is_an_error(tmp_path: Path) -> None:
    """An experiment without sound ends with an error, not with a network of noise."""
    silent = write_recording(tmp_path / "silent.wav", np.zeros(8000), "esc50", ())
    with pytest.raises(DatasetError, match="no recording can be used"):
        load_waveforms([silent], tmp_path / "cache")
