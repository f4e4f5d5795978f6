"""Made recordings in a folder."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost_training.errors import TrainingError
from soundpost_training.sources.recording import Source
from soundpost_training.synthesis import made_recordings as module
from soundpost_training.synthesis import music, programs, speech
from soundpost_training.synthesis.made_recordings import KINDS, NAME, Counts, made_recordings

ALARMS = Counts(alarms=4 * len(KINDS), speech=0, music=0)


@pytest.fixture(scope="module")
def alarms(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """Three recordings of each kind for training, and one for evaluation."""
    return made_recordings(tmp_path_factory.mktemp("made"), 5, ALARMS)


def test_every_kind_is_in_both_parts(alarms: Source) -> None:
    """In the first round of kinds; a quarter is held out."""
    kinds = Counter((r.path.name.partition("-")[0], r.held_out) for r in alarms.recordings)
    assert kinds == {
        (kind.name, held_out): 1 if held_out else 3 for kind in KINDS for held_out in (False, True)
    }


def test_a_recording_is_a_file_with_label_group_and_licence(alarms: Source) -> None:
    """FLAC, 16 kHz, one channel; a group is never in both parts."""
    assert alarms.name == NAME
    assert not alarms.left_out
    labels = {kind.name: kind.labels for kind in KINDS}
    for recording in alarms.recordings:
        info = soundfile.info(recording.path)
        assert (info.format, info.samplerate, info.channels) == ("FLAC", 16_000, 1)
        assert recording.seconds == pytest.approx(info.frames / 16_000)
        assert recording.labels == labels[recording.path.name.partition("-")[0]]
        assert recording.source == NAME
        assert recording.licence
        assert recording.attribution
    parts = {(recording.group, recording.held_out) for recording in alarms.recordings}
    assert len({group for group, _ in parts}) == len(parts)


def test_every_window_for_training_contains_the_sound(alarms: Source) -> None:
    """Two seconds anywhere in it: a label must not stand for the pause of a pattern."""
    for recording in alarms.recordings:
        if recording.held_out or not recording.labels:
            continue
        samples, _ = soundfile.read(recording.path)
        for start in range(0, len(samples) - 31_760, 1_600):
            window = samples[start : start + 31_760]
            # A siren that approaches from 250 m is 36 dB below its peak.
            assert np.abs(window).max() > 0.005, recording.path.name


def test_files_are_rendered_once_and_more_of_them_change_no_other(
    alarms: Source, tmp_path: Path
) -> None:
    """The samples of a seed do not depend on the counts; what exists is not written again."""
    few = made_recordings(tmp_path, 5, Counts(alarms=8, speech=0, music=0))
    for recording, other in zip(few.recordings, alarms.recordings, strict=False):
        assert recording.path.read_bytes() == other.path.read_bytes()
    few.recordings[0].path.write_bytes(alarms.recordings[1].path.read_bytes())
    again = made_recordings(tmp_path, 5, Counts(alarms=12, speech=0, music=0))
    assert len(again.recordings) == 12
    assert again.recordings[0].path.read_bytes() == alarms.recordings[1].path.read_bytes()


@pytest.mark.skipif(bool(speech.missing() or music.missing()), reason="a program is missing")
def test_speech_and_music_are_rendered(tmp_path: Path) -> None:
    """The recordings of a speaker are one group; the sound font's licence is named."""
    source = made_recordings(tmp_path, 5, Counts(alarms=0, speech=4, music=4))
    assert [recording.labels for recording in source.recordings] == [("speech",)] * 4 + [
        ("music",)
    ] * 4
    assert [recording.held_out for recording in source.recordings[:4]] == [False] * 3 + [True]
    assert all(r.group.startswith("synthesis:espeak-ng:") for r in source.recordings[:4])
    assert "sf2" in source.attribution
    assert "GPL" in source.licence or "MIT" in source.licence


def test_missing_programs_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The alarms are made without them."""
    monkeypatch.setenv("PATH", str(tmp_path))
    source = made_recordings(tmp_path / "made", 5, Counts(alarms=1, speech=2, music=2))
    assert len(source.recordings) == 1
    assert source.left_out == (
        "speech: espeak-ng is not installed",
        "music: fluidsynth is not installed",
    )


def test_a_sound_that_fails_is_left_out_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program on the path that fails at once, and the alarms stay."""
    program = tmp_path / "bin" / "espeak-ng"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho no voices >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    assert programs.find_program("espeak-ng") == str(program)
    source = made_recordings(tmp_path / "made", 5, Counts(alarms=1, speech=2, music=0))
    assert len(source.recordings) == 1
    assert len(source.left_out) == 2
    assert all("status 3: no voices" in line for line in source.left_out)


def test_a_folder_that_cannot_be_written_ends_the_run(tmp_path: Path) -> None:
    """A full disk is not a sound that fails."""
    (tmp_path / "file").write_text("")
    with pytest.raises(TrainingError, match="cannot be written"):
        made_recordings(tmp_path / "file" / "made", 5, Counts(alarms=1, speech=0, music=0))
    assert module.VERSION >= 1
