"""Scores of windows by both teachers."""

import tracemalloc

import numpy as np
import pytest

from soundpost.audio import FULL_SCALE, Pcm
from soundpost_training.audioset.soft_scores import AudioSetTeachers


def test_both_teachers_recognise_a_dog(teachers: AudioSetTeachers, dog: Pcm) -> None:
    """Each network's columns are in the order of its class names."""
    scores = teachers.soft_scores(dog)
    assert [part.dtype for part in scores] == [np.float16] * 3
    assert [part.shape for part in scores] == [(2, 527), (2, 384), (2, 521)]
    assert (scores.mn04_logits[:, teachers.mn04.class_names.index("Dog")] > 0).all()
    assert (scores.yamnet_scores[:, teachers.yamnet.class_names.index("Dog")] > 0.5).all()


def test_pcm_and_float_have_the_same_scores_on_each_run(
    teachers: AudioSetTeachers, dog: Pcm
) -> None:
    """Stored scores are the same bytes, however the windows were stored."""
    scores = teachers.soft_scores(dog)
    again = teachers.soft_scores(dog.astype(np.float32) / np.float32(FULL_SCALE))
    for first, second in zip(scores, again, strict=True):
        np.testing.assert_array_equal(first, second)


def test_memory_does_not_grow_with_the_number_of_windows(
    teachers: AudioSetTeachers, dog: Pcm
) -> None:
    """Twice the windows take no more memory than before, beyond their own scores."""
    peaks = []
    for repeats in (16, 32):
        windows = np.broadcast_to(dog[:1], (repeats, dog.shape[1]))
        tracemalloc.start()
        scores = teachers.soft_scores(windows)
        peaks.append(tracemalloc.get_traced_memory()[1] - sum(part.nbytes for part in scores))
        tracemalloc.stop()
    one_window_as_float32 = 4 * dog.shape[1]
    assert peaks[1] < peaks[0] + one_window_as_float32


def test_windows_of_another_type_are_refused(teachers: AudioSetTeachers, dog: Pcm) -> None:
    """The full scale of int32 or float64 samples would be a guess."""
    with pytest.raises(ValueError, match="int16 or float32, got float64"):
        teachers.soft_scores(dog.astype(np.float64))  # type: ignore[arg-type]  # the point


def test_no_windows_have_no_scores(teachers: AudioSetTeachers) -> None:
    """A recording shorter than a window is not an error here."""
    scores = teachers.soft_scores(np.empty((0, 31_760), np.int16))
    assert [len(part) for part in scores] == [0, 0, 0]
