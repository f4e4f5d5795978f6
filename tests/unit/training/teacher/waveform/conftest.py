"""A student that a network for waveforms teaches, with embeddings of its clips."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from soundpost_training.experiment.load import load_experiment
from soundpost_training.experiment.teacher import TeacherConfig
from soundpost_training.teacher.waveform.crop_embeddings import CropEmbeddings
from soundpost_training.teacher.waveform.crop_grid import CropGrid
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.prepare_context import prepare_context


@pytest.fixture
def context(experiment_file: Path, tmp_path: Path, tones_at_home: Path) -> TrainingContext:
    """The tones, and an experiment whose only teacher takes waveforms."""
    assert tones_at_home.is_dir()
    config = TeacherConfig(waveform="mn04/mn04_as.onnx", pool_passes=2)
    experiment = msgspec.structs.replace(load_experiment(experiment_file), teacher=config)
    return prepare_context(experiment, tmp_path / "cache", tmp_path / "runs")


@pytest.fixture
def crops(context: TrainingContext) -> CropEmbeddings:
    """Embeddings of the tones in which each label has a direction of its own, in noise."""
    dataset = context.dataset
    frames = context.experiment.window.frames
    grid = CropGrid(context.features.frames[: len(dataset.clips)], frames, 16)
    rng = np.random.default_rng(1)
    labels = np.array(dataset.targets())[grid.owners]
    embeddings = rng.normal(0.0, 0.5, (len(labels), 8)) + 2.0 * np.eye(8)[labels]
    return CropEmbeddings(grid, embeddings.astype(np.float16))
