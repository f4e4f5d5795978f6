"""Golden vectors: synthesised sounds, with the log-mel and scores that the daemon computes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost.classify import Bundle, Classifier
from soundpost.classify.arrays import arrays_archive
from soundpost.classify.golden import stretch_scores
from soundpost.features import FeatureSpec, LogMel
from soundpost.manifest import log_mel_input
from soundpost_training.dataset.decode.audio import to_pcm

SEED = 20_26


def golden_pcm(spec: FeatureSpec, frames: int) -> NDArray[np.int16]:
    """Returns silence, tone, chirp, noise, clicks and a full-scale square, int16[6, samples]."""
    samples = spec.sample_count(frames)
    seconds = np.arange(samples) / spec.sample_rate_hz
    rng = np.random.default_rng(SEED)
    sweep = np.logspace(np.log10(spec.low_hz), np.log10(spec.high_hz), samples)
    clicks = np.where(
        np.arange(samples) % (spec.sample_rate_hz // 4) < spec.hop_samples // 8, 0.7, 0
    )
    sounds = [
        np.zeros(samples),
        0.5 * np.sin(2 * np.pi * 1000.0 * seconds),
        0.3 * np.sin(2 * np.pi * np.cumsum(sweep) / spec.sample_rate_hz),
        rng.normal(0.0, 0.05, samples),
        clicks,
        np.sign(np.sin(2 * np.pi * 440.0 * seconds)),
    ]
    return to_pcm(np.stack(sounds))


def golden_archive(
    spec: FeatureSpec, frames: int, classifier: Classifier, stretch: Bundle | None = None
) -> bytes:
    """Returns golden.npz: pcm, log_mel and scores, computed by the daemon's own code.

    Args:
        spec: The front end.
        frames: Frames of a window.
        classifier: Computes the scores.
        stretch: The bundle, if its model computes each frame once: then the scores of the sounds
            as one stretch are added, as `stretch_scores`.
    """
    pcm = golden_pcm(spec, frames)
    front_end = LogMel(spec)
    log_mel = np.stack([front_end.compute(samples) for samples in pcm])
    scores = np.stack([classifier.scores(window) for window in log_mel])
    arrays: dict[str, NDArray[Any]] = {"pcm": pcm, "log_mel": log_mel, "scores": scores}
    if stretch is not None:
        arrays["stretch_scores"] = stretch_scores(stretch, classifier, pcm)
    return arrays_archive(arrays)


def bundle_golden(bundle: Bundle) -> bytes:
    """Returns golden.npz of a bundle that is not complete without it."""
    model_input = log_mel_input(bundle.manifest, "golden vectors")
    stretch = None if bundle.manifest.streaming is None else bundle
    frames = model_input.window_frames
    return golden_archive(model_input.features, frames, Classifier(bundle), stretch)
