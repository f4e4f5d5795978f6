"""Scores by a head on crops: what it is fitted on, and what examples and windows get."""

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from soundpost.classify.activation import softmax
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.teacher import TeacherConfig
from soundpost_training.metrics import accuracy, clip_means
from soundpost_training.teacher.accuracy import evaluate_teachers
from soundpost_training.teacher.example_pool import ExamplePool
from soundpost_training.teacher.soft_labels import teach
from soundpost_training.teacher.waveform.crop_embeddings import CropEmbeddings
from soundpost_training.teacher.waveform.crop_head import CropHead
from soundpost_training.teacher.waveform.crop_scores import example_logits, fit_student_head
from soundpost_training.train.context import TrainingContext

pytestmark = pytest.mark.training


def poisoned(crops: CropEmbeddings, rows: np.ndarray) -> CropEmbeddings:
    """Returns embeddings of which some rows are those of other sounds."""
    embeddings = crops.embeddings.copy()
    embeddings[rows] = 9.0 - 3.0 * embeddings[rows]
    return replace(crops, embeddings=embeddings)


def pool_of(context: TrainingContext, crops: CropEmbeddings) -> ExamplePool:
    """Returns the pool of a student with embeddings of crops that are given."""
    config = context.experiment.teacher
    assert config is not None
    runs = TeacherConfig(runs=("one",), pool_passes=config.pool_passes)
    without = replace(context, experiment=msgspec.structs.replace(context.experiment, teacher=runs))
    return replace(without.pool, crops=crops)


@pytest.mark.parametrize("fold", [1, 2, 3])
def test_a_head_never_sees_the_held_out_fold(
    context: TrainingContext, crops: CropEmbeddings, fold: int
) -> None:
    """Other sounds in the held-out fold give the same head; in another fold they do not."""
    folds = np.array([clip.fold for clip in context.dataset.clips])[crops.grid.owners]
    student = context.student(fold)
    head = fit_student_head(crops, student)
    of_fold = fit_student_head(poisoned(crops, np.flatnonzero(folds == fold)), student)
    assert all(np.array_equal(before, after) for before, after in zip(head, of_fold, strict=True))
    other = fit_student_head(poisoned(crops, np.flatnonzero(folds == fold % 3 + 1)), student)
    assert not np.array_equal(head.weights, other.weights)


def test_a_student_of_all_folds_has_a_head_of_all_folds(
    context: TrainingContext, crops: CropEmbeddings
) -> None:
    """Every clip is among its training clips, too."""
    folds = np.array([clip.fold for clip in context.dataset.clips])[crops.grid.owners]
    head = fit_student_head(crops, context.student(None))
    for fold in (1, 2, 3):
        other = fit_student_head(
            poisoned(crops, np.flatnonzero(folds == fold)), context.student(None)
        )
        assert not np.array_equal(head.weights, other.weights)


def test_an_example_has_the_scores_of_its_crops_by_their_shares(
    context: TrainingContext, crops: CropEmbeddings
) -> None:
    """The crops are those nearest to where the example was cut; silence has equal scores."""
    pool, head = pool_of(context, crops), fit_student_head(crops, context.student(1))
    drawn, bank, grid = pool.drawn, pool.sound_bank, crops.grid
    scores = softmax(example_logits(crops, head, bank, drawn, 2.0).astype(np.float64) / 2.0)
    of_crops = softmax(head.logits(crops.embeddings).astype(np.float64) / 2.0)
    mixed = silent = 0
    for example, got in enumerate(scores):
        expected = np.zeros(3)
        for side, share in enumerate((drawn.shares[example], 1.0 - drawn.shares[example])):
            sound = drawn.clips[example, side]
            if sound >= bank.clips:
                expected += share / 3
                silent += 1
                continue
            longer = (drawn.rates[example, side] - 1.0) * grid.frames / 2.0
            start = np.array([drawn.starts[example, side] + longer])
            expected += share * of_crops[grid.nearest(np.array([sound]), start)[0]]
        mixed += drawn.shares[example] < 1.0
        np.testing.assert_allclose(got, expected, atol=2e-3)
    assert mixed
    assert silent


def test_reverberated_copies_have_the_scores_of_their_clip(
    context: TrainingContext, crops: CropEmbeddings
) -> None:
    """The teacher scores the dry recording, so a copy is as easy for it."""
    pool, head = pool_of(context, crops), fit_student_head(crops, context.student(1))
    bank, drawn = pool.sound_bank, pool.drawn
    labelled = np.flatnonzero((drawn.clips < bank.clips).all(axis=1))
    clips, copies = drawn.take(labelled), drawn.take(labelled)
    wet = replace(
        bank,
        clips=2 * bank.dry,
        owners=np.concatenate((np.arange(bank.dry), np.arange(bank.dry), bank.owners[bank.dry :])),
    )
    copies = replace(copies, clips=copies.clips + bank.dry)
    expected = example_logits(crops, head, bank, clips, 2.0)
    assert np.array_equal(example_logits(crops, head, wet, copies, 2.0), expected)


def test_soft_labels_of_a_fold_come_from_its_head(
    context: TrainingContext, crops: CropEmbeddings
) -> None:
    """Only examples without the held-out fold have them, and they follow the true labels."""
    pool = pool_of(context, crops)
    soft_labels = teach(pool, context.student(2))
    assert np.array_equal(soft_labels.examples, pool.usable(2))
    alone = pool.drawn.shares[soft_labels.examples] == 1.0
    labelled = pool.drawn.clips[soft_labels.examples, 0] < pool.sound_bank.clips
    chosen = np.flatnonzero(alone & labelled)
    targets = pool.targets(soft_labels.examples[chosen]).argmax(axis=1)
    assert np.array_equal(soft_labels.scores[chosen].argmax(axis=1), targets)


def test_another_file_of_the_network_teaches_anew(
    context: TrainingContext,
    crops: CropEmbeddings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Soft labels of an older file are replaced."""
    file = tmp_path / "net.onnx"
    file.write_bytes(b"one")
    config = TeacherConfig(waveform=str(file), pool_passes=2)
    changed = replace(
        context, experiment=msgspec.structs.replace(context.experiment, teacher=config)
    )
    pool, student = pool_of(changed, crops), changed.student(2)
    teach(pool, student)
    file.write_bytes(b"two")
    teach(pool, student)
    assert f"made anew after a change of {file}" in capsys.readouterr().err


def test_the_head_is_evaluated_on_the_held_out_windows(
    context: TrainingContext, crops: CropEmbeddings
) -> None:
    """Each window has the score of the crop at its place."""
    student = context.student(2)
    rows = np.flatnonzero(crops.grid.owners == context.dataset.in_folds([2])[0])
    wrong = poisoned(crops, rows)
    teach(pool_of(context, wrong), student)
    measured = evaluate_teachers(student, context.features, wrong)
    clips = context.dataset.in_folds([2])
    window = context.experiment.window
    starts = [
        np.arange(
            0, max(1, context.features.frames[clip] - window.frames + 1), window.stride_frames
        )
        for clip in clips
    ]
    owners = np.repeat(np.arange(len(clips)), [len(start) for start in starts])
    nearest = wrong.grid.nearest(np.array(clips)[owners], np.concatenate(starts))
    logits = CropHead.load(student.folder).logits(wrong.embeddings[nearest])
    scores = softmax(logits.astype(np.float64) / 2.0).astype(np.float32)
    truth = np.array(context.dataset.targets())[clips]
    assert measured.windows == accuracy(scores, truth[owners]) < 1.0
    assert measured.clips == accuracy(clip_means(scores, owners), truth)


def test_a_missing_head_is_not_evaluated(context: TrainingContext, crops: CropEmbeddings) -> None:
    """A fold's teachers are fitted before they are evaluated."""
    with pytest.raises(TrainingError, match="head on the waveform teacher is missing"):
        evaluate_teachers(context.student(3), context.features, crops)
