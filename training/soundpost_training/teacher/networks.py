"""Teachers that are whole networks: runs of the same folds, and bundles that did not hear them."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from soundpost.classify import Classifier, load_bundle
from soundpost_training.experiment.experiment import TeacherConfig
from soundpost_training.runs.run_folder import (
    MODEL_FILE,
    kept_experiment,
    kept_network,
    refuse_other_folds,
)
from soundpost_training.teacher.leakage import refuse_bundle, refuse_run
from soundpost_training.teacher.student import Student

Examples = NDArray[np.float32]
Logits = NDArray[np.float32]

SMALLEST_SCORE = 1e-12
"""Below what int8 logits can say, and above where a logarithm ends."""


class TeacherNetwork(Protocol):
    """A network that says what it hears.

    Attributes:
        name: For people, and with `sha256` for the file of its answers.
        sha256: Of the network's file.
    """

    name: str
    sha256: str

    def logits(self, examples: Examples) -> Logits:
        """Logits float32[n, labels] of examples float32[n, frames, mel_bands]."""


class RunVoice:
    """The network of a run, on whatever backend Keras has."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.parent.name
        self._network = kept_network(folder, f"teacher.runs has {self.name}")
        self.sha256 = hashlib.sha256((folder / MODEL_FILE).read_bytes()).hexdigest()

    def logits(self, examples: Examples) -> Logits:
        """As `TeacherNetwork` says."""
        return np.asarray(self._network.predict_on_batch(examples[..., None]))


class BundleVoice:
    """A bundle, through the daemon's own classifier."""

    def __init__(self, folder: Path, labels: tuple[str, ...]) -> None:
        bundle = load_bundle(folder)
        names = bundle.manifest.label_names
        self.name = bundle.manifest.id
        self.sha256 = bundle.manifest.model.sha256
        self._classifier = Classifier(bundle)
        self._temperature = bundle.manifest.output.temperature
        self._columns = [names.index(label) for label in labels]

    def logits(self, examples: Examples) -> Logits:
        """As `TeacherNetwork` says, each row but for a constant, which a softmax does not see."""
        scores = np.stack([self._classifier.scores(example) for example in examples])
        said: Logits = np.log(np.maximum(scores[:, self._columns], SMALLEST_SCORE))
        return said * np.float32(self._temperature)


def voices(config: TeacherConfig, student: Student) -> Iterator[TeacherNetwork]:
    """The networks that teach a student, one by one, so that one at a time is in memory.

    Raises:
        TrainingError: One of them is not there, hears or tells something else, or has heard the
            fold that the student holds out.
        BundleError: The bundle cannot be used.
    """
    for name in config.runs:
        voice = RunVoice(student.run(name))
        refuse_run(name, kept_experiment(student.run(name)), student.experiment)
        refuse_other_folds(student.run(name), student.dataset)
        yield voice
    if config.bundle is not None:
        folder = Path(config.bundle)
        refuse_bundle(load_bundle(folder).manifest, config, student)
        yield BundleVoice(folder, student.dataset.labels)
