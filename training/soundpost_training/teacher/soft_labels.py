"""Soft labels: the teachers' scores of the pool's examples that a fold's student may use."""

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost_training.errors import TrainingError
from soundpost_training.experiment.teacher import TeacherConfig
from soundpost_training.files import atomic_path
from soundpost_training.progress import console
from soundpost_training.runs.checkpoint import has_checkpoint
from soundpost_training.runs.run_folder import HEADS_FILE
from soundpost_training.teacher.ensemble import ensemble_scores
from soundpost_training.teacher.example_pool import POOL_BATCH, ExamplePool, SoftLabels
from soundpost_training.teacher.heads import fit_heads, head_logits, heads_of_other_runs
from soundpost_training.teacher.networks import TeacherNetwork, teacher_networks
from soundpost_training.teacher.provenance import Source, changed, teacher_sources
from soundpost_training.teacher.resumable_array import fill_resumable
from soundpost_training.teacher.student import Student
from soundpost_training.teacher.waveform.crop_scores import example_logits, fit_student_head

SOFT_LABELS_FILE = "lessons.npz"
"""`examples` and `told`, the arrays of `SoftLabels`, and `sources`, its teachers as JSON."""


def teach(pool: ExamplePool, student: Student) -> SoftLabels:
    """Returns the soft labels of a fold, from its folder if the same teachers made them before.

    Args:
        pool: Examples of the whole data set.
        student: The network that they are for.

    Raises:
        TrainingError: A teacher is missing, or was trained on the fold that the student holds
            out; or a teacher has changed since the student began to train.
    """
    config = student.experiment.teacher
    if config is None:
        raise ValueError("an experiment without [teacher] has no soft labels")
    path, now = student.folder / SOFT_LABELS_FILE, teacher_sources(config, student, pool.name)
    if path.is_file() and not _is_outdated(path, now):
        with np.load(path) as arrays:
            return SoftLabels(arrays["examples"], arrays["told"])
    examples = pool.usable(student.fold)
    logits: list[NDArray[np.floating]] = [
        _network_logits(network, pool, examples, student)
        for network in teacher_networks(config, student)
    ]
    if config.weights is not None:
        logits += [
            head_logits(heads, pool.embeddings, examples)
            for heads in heads_of_other_runs(config, student)
        ]
        logits.append(_own_head_logits(config, pool, examples, student))
    if pool.crops is not None:
        head, drawn = fit_student_head(pool.crops, student), pool.drawn.take(examples)
        crop_logits = example_logits(pool.crops, head, pool.sound_bank, drawn, config.temperature)
        logits.append(crop_logits[:, None])
    scores = ensemble_scores(logits, config.temperature, config.blend)
    unlabelled = pool.drawn.clips[examples, 0] >= pool.sound_bank.clips
    # These have no label, or are background, whatever the teachers score.
    scores[unlabelled] = pool.targets(examples[unlabelled])
    soft_labels = SoftLabels(examples, scores.astype(np.float16))
    with atomic_path(path) as partial:
        sources = np.array(msgspec.json.encode(now).decode())
        np.savez(partial, examples=examples, told=soft_labels.scores, sources=sources)
    return soft_labels


def _is_outdated(path: Path, now: list[Source]) -> bool:
    """Returns whether soft labels were made by other teachers, and are not in use yet.

    Raises:
        TrainingError: Other teachers made them, and the student has trained on them.
    """
    with np.load(path) as arrays:
        if "sources" not in arrays:
            return False  # from before sources were recorded: assumed to be up to date
        before = msgspec.json.decode(str(arrays["sources"]), type=list[Source])
    others = ", ".join(changed(before, now))
    if others and has_checkpoint(path.parent):
        raise TrainingError(
            f"{path.parent} was trained on soft labels from before a change of {others}",
            hint=f"remove {path.parent} to train it anew, or bring back what taught it",
        )
    if others:
        console.print(f"{path} is made anew after a change of {others}", soft_wrap=True)
    return bool(others)


def _own_head_logits(
    config: TeacherConfig, pool: ExamplePool, examples: NDArray[np.int64], student: Student
) -> NDArray[np.float32]:
    """Fits heads for this student, saves them, and returns their logits of the examples."""
    targets = pool.targets(examples)
    heads = fit_heads(config, pool.embeddings, examples, targets, student.experiment.seed)
    with atomic_path(student.folder / HEADS_FILE) as partial:
        heads.save(partial)
    return head_logits(heads, pool.embeddings, examples)


def _network_logits(
    network: TeacherNetwork, pool: ExamplePool, examples: NDArray[np.int64], student: Student
) -> NDArray[np.float16]:
    """Returns a network's logits of the examples, float16[n, 1, labels]."""
    logits = fill_resumable(
        student.folder / f"said-{network.name}-{pool.name}-{network.sha256[:16]}.npy",
        (len(examples), len(student.dataset.labels)),
        POOL_BATCH,
        lambda batch: network.logits(pool.log_mel(examples[batch])),
        f"scoring with {network.name}",
    )
    return logits[:, None]
