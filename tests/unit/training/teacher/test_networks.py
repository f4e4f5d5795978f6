"""Bundles as teachers."""

from pathlib import Path

import numpy as np
import pytest

from soundpost.classify import Classifier, load_bundle
from soundpost.classify.activation import softmax
from soundpost.manifest import log_mel_input
from soundpost_training.teacher.networks import BundleNetwork

pytestmark = pytest.mark.training

BUNDLE = Path(__file__).resolve().parents[4] / "models" / "esc10"


def test_a_bundle_gives_the_logits_of_the_daemons_scores() -> None:
    """Their softmax is the daemon's scores, in the student's order of labels."""
    bundle = load_bundle(BUNDLE)
    names = tuple(reversed(bundle.manifest.label_names))
    shape = (3, log_mel_input(bundle.manifest, "this test").window_frames, 64)
    examples = np.random.default_rng(0).uniform(-6.9, 3.0, shape).astype(np.float32)
    logits = BundleNetwork(BUNDLE, names).logits(examples)
    expected = np.stack([Classifier(bundle).scores(example) for example in examples])[:, ::-1]
    scores = softmax(logits.astype(np.float64) / bundle.manifest.output.temperature)
    np.testing.assert_allclose(scores, expected, atol=1e-6)
