"""Teachers that are whole networks: runs of the same folds, and bundles."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from soundpost.classify import Classifier, load_bundle
from soundpost_training.experiment.teacher import TeacherConfig
from soundpost_training.metrics import SMALLEST_SCORE
from soundpost_training.runs.run_folder import (
    MODEL_FILE,
    load_run_experiment,
    load_run_network,
    refuse_other_folds,
)
from soundpost_training.teacher.leakage import refuse_bundle, refuse_other_data
from soundpost_training.teacher.student import Student

Examples = NDArray[np.float32]
Logits = NDArray[np.float32]


class TeacherNetwork(Protocol):
    """A network that teaches.

    Attributes:
        name: For people, and with `sha256` for the file of its logits.
        sha256: Of the network's file.
    """

    name: str
    sha256: str

    def logits(self, examples: Examples) -> Logits:
        """Returns logits float32[n, labels] of examples float32[n, frames, mel_bands]."""


class RunNetwork:
    """The network of a run, on any Keras backend."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.parent.name
        self._network = load_run_network(folder, f"teacher.runs has {self.name}")
        self.sha256 = hashlib.sha256((folder / MODEL_FILE).read_bytes()).hexdigest()

    def logits(self, examples: Examples) -> Logits:
        """Returns the logits, see `TeacherNetwork`."""
        return np.asarray(self._network.predict_on_batch(examples[..., None]))


class BundleNetwork:
    """The network of a bundle, run by the daemon's classifier.

    Args:
        folder: Of the bundle.
        labels: The student's labels, in the order of the logits to return.
    """

    def __init__(self, folder: Path, labels: tuple[str, ...]) -> None:
        bundle = load_bundle(folder)
        names = bundle.manifest.label_names
        self.name = bundle.manifest.id
        self.sha256 = bundle.manifest.model.sha256
        self._classifier = Classifier(bundle)
        self._temperature = bundle.manifest.output.temperature
        self._columns = [names.index(label) for label in labels]

    def logits(self, examples: Examples) -> Logits:
        """Returns the logits, see `TeacherNetwork`; each row up to a constant.

        A softmax does not depend on that constant.
        """
        scores = np.stack([self._classifier.scores(example) for example in examples])
        logits: Logits = np.log(np.maximum(scores[:, self._columns], SMALLEST_SCORE))
        return logits * np.float32(self._temperature)


def teacher_networks(config: TeacherConfig, student: Student) -> Iterator[TeacherNetwork]:
    """Yields the networks that teach a student, so that only one at a time is in memory.

    Raises:
        TrainingError: A network is missing, has another input or other labels, or was trained on
            the fold that the student holds out.
        BundleError: The bundle cannot be used.
    """
    for name in config.runs:
        folder = student.run(name)
        network = RunNetwork(folder)
        refuse_other_data(name, load_run_experiment(folder), student.experiment)
        refuse_other_folds(folder, student.dataset)
        yield network
    if config.bundle is not None:
        folder = Path(config.bundle)
        manifest = load_bundle(folder).manifest
        refuse_bundle(manifest, config, student.experiment, student.dataset, student.fold)
        yield BundleNetwork(folder, student.dataset.labels)
