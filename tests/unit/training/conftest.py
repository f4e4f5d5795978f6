"""A data set of a few seconds, an experiment small enough to train in a test, and teachers."""

import csv
import importlib.util
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from exported_experiment import Exported, export
from full_disk import files_of_at_most
from threadpoolctl import threadpool_limits

from soundpost.classify import Bundle, load_bundle
from soundpost_training.audioset.mn04 import MN04_MODEL
from soundpost_training.audioset.soft_scores import AudioSetTeachers
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.experiment.data import AugmentConfig
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.load import load_experiment

RATE_HZ = 16_000
FREQUENCIES_HZ = {"low_tone": 300.0, "high_tone": 3000.0, "chirping_bird": 1500.0}
FOLDS = (1, 2, 3)
TAKES = 2

EXPERIMENT = """\
name = "tiny"
seed = 7

[data]
kind = "esc50"
folder = "tones"

[window]
frames = 64
stride_frames = 32

[model]
stem_channels = 8
block_channels = [8, 16]
dropout = 0.0

[augment]
mix_share = 0.5
mask_frames = 8
mask_bands = 4

[train]
epochs = 25
batch_size = 4
learning_rate = 1e-2
average_momentum = 0.8

[bundle]
id = "tiny"
version = "0.1.0"
held_out_fold = 3
calibration_windows = 20
"""


@pytest.fixture(scope="session", autouse=True)
def _one_thread_of_openmp() -> Iterator[None]:
    """Grows the trees of the baseline in one thread.

    They are so small that two threads mostly wait for each other: for minutes, where the other
    workers of this test run have the processors.
    """
    with threadpool_limits(1, user_api="openmp"):
        yield


def tone(label: str, seed: int, seconds: float = 1.5) -> np.ndarray:
    """Returns a clip of a label: its tone, steady or pulsed, in a little noise; float64[n]."""
    rng = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    signal = 0.3 * np.sin(2 * np.pi * FREQUENCIES_HZ[label] * rng.uniform(0.95, 1.05) * time)
    if label == "chirping_bird":
        signal *= np.sin(2 * np.pi * 6 * time) > 0
    return signal + rng.normal(0, 0.003, len(time))


@pytest.fixture(scope="session")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides a folder laid out as ESC-50: three labels, three folds, two clips of each."""
    folder = tmp_path_factory.mktemp("data") / "tones"
    (folder / "audio").mkdir(parents=True)
    rows = []
    for fold in FOLDS:
        for target, label in enumerate(FREQUENCIES_HZ):
            for take in range(TAKES):
                seed = fold * 100 + target * 10 + take
                name = f"{fold}-{seed}-{take}-{target}.wav"
                soundfile.write(folder / "audio" / name, tone(label, seed), RATE_HZ, "PCM_16")
                rows.append([name, fold, target, label, "True", seed, take])
    with (folder / "esc50.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["filename", "fold", "target", "category", "esc10", "src_file", "take"])
        writer.writerows(rows)
    return folder


@pytest.fixture
def tones_at_home(tones: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provides the same folder, and sets SOUNDPOST_DATA to its parent."""
    monkeypatch.setenv("SOUNDPOST_DATA", str(tones.parent))
    return tones


@pytest.fixture(scope="session")
def still() -> AugmentConfig:
    """Provides augmentation that changes nothing."""
    return AugmentConfig(
        stretch=0.0,
        quietest_gain_db=0.0,
        loudest_gain_db=0.0,
        band_shift=0,
        mix_share=0.0,
        masks=0,
    )


@pytest.fixture
def experiment_file(tmp_path: Path) -> Path:
    """Provides the file of an experiment on the tones."""
    path = tmp_path / "tiny.toml"
    path.write_text(EXPERIMENT, encoding="utf-8")
    return path


@pytest.fixture
def experiment(experiment_file: Path) -> Experiment:
    """Provides that experiment."""
    return load_experiment(experiment_file)


@pytest.fixture
def dataset(tones: Path) -> Dataset:
    """Provides the tones as a data set."""
    return read_esc50(tones)


@pytest.fixture(scope="session")
def tiny_folder() -> Path:
    """Provides the folder of a bundle with random weights, for the labels hiss, hum and hush."""
    return Path(__file__).resolve().parents[2] / "golden" / "tiny-int8"


@pytest.fixture(scope="session")
def tiny_bundle(tiny_folder: Path) -> Bundle:
    """Provides the same, loaded."""
    return load_bundle(tiny_folder)


@pytest.fixture
def room_for() -> Callable[[int], AbstractContextManager[None]]:
    """Provides a context in which no file may exceed a number of bytes, as on a full disk."""
    return files_of_at_most


@pytest.fixture(scope="session")
def teacher_data(shared_data: Path) -> Path:
    """The folder with mn04 and YAMNet; skips, or fails under CI, without it or onnxruntime."""
    reason = ""
    if importlib.util.find_spec("onnxruntime") is None:
        reason = "no onnxruntime: pip install 'soundpost[teacher]'"
    elif not (shared_data / MN04_MODEL).is_file():
        reason = (
            f"no {MN04_MODEL} under {shared_data}; set SOUNDPOST_DATA to the folder that has it"
        )
    if not reason:
        return shared_data
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def teachers(teacher_data: Path) -> AudioSetTeachers:
    """Provides both networks."""
    return AudioSetTeachers(teacher_data)


@pytest.fixture(scope="session")
def exported(teacher_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Provides an exported experiment of tagging, whose examples the real teachers scored."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOUNDPOST_DATA", str(teacher_data))
        return export(tmp_path_factory.mktemp("tagging"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Lets Keras use numpy 1's copy protocol, which numpy 2 still honours with a warning."""
    keras_on_numpy_2 = pytest.mark.filterwarnings(
        "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
    )
    for item in items:
        if item.get_closest_marker("training"):
            item.add_marker(keras_on_numpy_2)
