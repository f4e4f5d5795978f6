"""Golden vectors."""

import io
from pathlib import Path

import numpy as np
import pytest

from soundpost.classify import Classifier, load_bundle
from soundpost.features import FeatureSpec
from soundpost_training.bundle.golden import golden_archive, golden_pcm

pytestmark = pytest.mark.training

SPEC = FeatureSpec()
GOLDEN = Path(__file__).resolve().parents[3] / "golden"


def test_the_sounds_reach_from_silence_to_full_scale() -> None:
    """Digital silence comes first, a full-scale square wave last."""
    pcm = golden_pcm(SPEC, 16)
    assert pcm.shape == (6, SPEC.sample_count(16))
    assert not pcm[0].any()
    assert (pcm[-1].min(), pcm[-1].max()) == (-32768, 32767)


def test_the_archive_always_has_the_same_bytes() -> None:
    """Its arrays are what the daemon computes."""
    classifier = Classifier(load_bundle(GOLDEN / "tiny-int8"))
    archive = golden_archive(SPEC, 16, classifier)
    assert archive == golden_archive(SPEC, 16, classifier)
    with np.load(io.BytesIO(archive)) as arrays:
        assert set(arrays.files) == {"pcm", "log_mel", "scores"}
        assert np.array_equal(classifier.scores(arrays["log_mel"][2]), arrays["scores"][2])
