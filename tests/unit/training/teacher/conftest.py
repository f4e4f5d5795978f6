"""Experiments whose teachers are heads on YAMNet."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from soundpost_training.experiment.load import load_experiment
from soundpost_training.experiment.teacher import TeacherConfig
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.prepare_context import prepare_context


@pytest.fixture
def first(
    experiment_file: Path, tmp_path: Path, tones_at_home: Path, shared_data: Path
) -> TrainingContext:
    """The tones, and an experiment with heads of its own on two layers of YAMNet."""
    assert tones_at_home.is_dir()
    config = TeacherConfig(
        weights=str(shared_data / "yamnet" / "yamnet_weights.tflite"),
        layers=(1, 2),
        pool_passes=2,
        head_units=8,
        head_epochs=1,
    )
    experiment = msgspec.structs.replace(
        load_experiment(experiment_file), name="first", teacher=config
    )
    return prepare_context(experiment, tmp_path / "cache", tmp_path / "runs")


@pytest.fixture
def second(first: TrainingContext) -> TrainingContext:
    """An experiment with other examples, whose student the first one's heads teach as well."""
    assert first.experiment.teacher is not None
    config = msgspec.structs.replace(first.experiment.teacher, heads_of=("first",))
    experiment = msgspec.structs.replace(first.experiment, name="second", seed=9, teacher=config)
    return replace(first, experiment=experiment)
