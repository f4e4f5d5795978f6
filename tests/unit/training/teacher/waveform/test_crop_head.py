"""Linear heads on embeddings of crops."""

from pathlib import Path

import numpy as np
import pytest

from soundpost_training.errors import TrainingError
from soundpost_training.teacher.waveform.crop_head import CropHead, fit_crop_head


def blobs(labels: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns embeddings float16[n, 6] around a centre for each label, and the labels int64[n].

    The last feature never changes.
    """
    rng = np.random.default_rng(labels)
    targets = np.arange(60) % labels
    embeddings = rng.normal(0.0, 0.3, (60, 6)) + 2.0 * np.eye(6)[targets]
    embeddings[:, 5] = 4.0
    return embeddings.astype(np.float16), targets


@pytest.mark.parametrize("labels", [2, 3, 5])
def test_a_head_recognises_separate_labels(labels: int) -> None:
    """Of two labels as of more there is a logit for each."""
    embeddings, targets = blobs(labels)
    logits = fit_crop_head(embeddings, targets).logits(embeddings)
    assert logits.shape == (60, labels)
    assert logits.dtype == np.float32
    assert np.isfinite(logits).all()
    assert np.array_equal(logits.argmax(axis=1), targets)


def test_a_stored_head_gives_the_same_logits(tmp_path: Path) -> None:
    """It is read back as it was fitted."""
    embeddings, targets = blobs(3)
    head = fit_crop_head(embeddings, targets)
    head.save(tmp_path)
    again = CropHead.load(tmp_path)
    assert np.array_equal(again.logits(embeddings), head.logits(embeddings))


def test_a_missing_head_is_named(tmp_path: Path) -> None:
    """The hint says how to make it anew."""
    with pytest.raises(TrainingError, match=r"crop-head\.npz") as caught:
        CropHead.load(tmp_path)
    assert str(tmp_path) in caught.value.hint
