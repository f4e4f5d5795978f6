"""The shipped bundle that computes each frame once, and the same bundle on whole windows."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import msgspec
import numpy as np

from soundpost.audio import Pcm
from soundpost.classify import Bundle, Classifier, load_bundle

EVERYDAY = Path(__file__).resolve().parents[2] / "models" / "everyday"


@cache
def streaming_bundle() -> Bundle:
    """Returns the bundle."""
    return load_bundle(EVERYDAY)


@cache
def whole_bundle() -> Bundle:
    """Returns the same model under a manifest without `streaming`."""
    bundle = streaming_bundle()
    return replace(bundle, manifest=msgspec.structs.replace(bundle.manifest, streaming=None))


@cache
def whole_classifier() -> Classifier:
    """Returns a classifier of whole windows."""
    return Classifier(whole_bundle())


def changing_sound(seconds: float, seed: int) -> Pcm:
    """Returns noise and tones at 16 kHz whose level changes every tenth of a second."""
    rng = np.random.default_rng(seed)
    samples = round(16_000 * seconds)
    levels = np.repeat(rng.uniform(0.0, 9_000.0, samples // 1_600 + 1), 1_600)[:samples]
    tones = np.sin(np.cumsum(rng.uniform(0.0, 1.5, samples // 1_600 + 1).repeat(1_600)[:samples]))
    return (levels * (0.7 * tones + 0.3 * rng.uniform(-1.0, 1.0, samples))).astype(np.int16)
