"""Sounds without an event."""

import numpy as np

from soundpost.features import FeatureSpec
from soundpost_training.examples.augment.negatives import negatives


def test_negatives_are_silence_and_faint_noise() -> None:
    """The first is digital silence; the others are noise that stays faint."""
    spec = FeatureSpec()
    floor = np.float32(np.log(spec.log_offset))
    sounds = negatives(np.random.default_rng(0), spec, 20, 64)
    assert len(sounds) == 20
    assert (sounds[0] == floor).all()
    assert all(sound.shape == (64, spec.mel_bands) for sound in sounds)
    assert max(sound.max() for sound in sounds) < 0.0
    assert max(sound.max() for sound in sounds[1:]) > floor
