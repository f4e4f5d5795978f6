"""Preparing an experiment: whatever was made before is used again."""

import shutil
from pathlib import Path

import pytest
from exported_experiment import Exported

from soundpost_training.errors import TrainingError
from soundpost_training.tagging.experiment import load_tagging_experiment
from soundpost_training.tagging.prepare import prepare_tagging

pytestmark = [pytest.mark.training, pytest.mark.timeout(600)]  # the export is of a whole experiment


def test_a_second_time_nothing_is_made(
    exported: Exported, teacher_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of recordings, waveforms and examples stay as they are."""
    monkeypatch.setenv("SOUNDPOST_DATA", str(teacher_data))
    cache = exported.folder / "cache"
    before = {path: path.read_bytes() for path in cache.rglob("*") if path.is_file()}
    context = prepare_tagging(load_tagging_experiment(exported.config), cache)
    assert {path: path.read_bytes() for path in cache.rglob("*") if path.is_file()} == before
    assert len(context.pool.log_mel) == context.experiment.examples.count == 12
    assert [source.name for source in context.sources] == ["synthesis"]


def test_no_held_out_recording_is_trained_on(
    exported: Exported, teacher_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One recording in four is for evaluation; it is decoded nowhere."""
    monkeypatch.setenv("SOUNDPOST_DATA", str(teacher_data))
    context = prepare_tagging(load_tagging_experiment(exported.config), exported.folder / "cache")
    assert any(item.held_out for source in context.sources for item in source.recordings)
    assert not any(item.held_out for item in context.waveforms.recordings)


def test_missing_teachers_are_an_error(
    exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the file that SOUNDPOST_DATA lacks."""
    monkeypatch.setenv("SOUNDPOST_DATA", str(tmp_path))
    cache = shutil.copytree(exported.folder / "cache", tmp_path / "cache")
    with pytest.raises(TrainingError, match="mn04"):
        prepare_tagging(load_tagging_experiment(exported.config), cache)
