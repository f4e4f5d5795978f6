"""Onset and offset inside windows of log-mel and of samples."""

import numpy as np
import pytest

from soundpost.audio import Pcm
from soundpost.decide.edges import SoundEdges
from soundpost.decide.onset import offset_frame, onset_frame
from soundpost.events import WaveformWindow, Window
from soundpost.features import FeatureSpec, LogMel

WINDOW_SECONDS = 3.0
START = 1_000_000
TOLERANCE_SECONDS = 0.05
"""Two frames, and the part of the frame in which the sound begins."""


def sound(rate_hz: int, onset_seconds: float, offset_seconds: float) -> Pcm:
    """Returns faint noise with low rumble 20 dB above it, and a high tone for a time.

    The tone has a hundredth of the rumble's energy, so the level of the whole band barely rises,
    and so does the mean over all mel bands.
    """
    rng = np.random.default_rng(5)
    seconds = np.arange(round(WINDOW_SECONDS * rate_hz)) / rate_hz
    tone = 60.0 * np.sin(2.0 * np.pi * 3_000.0 * seconds)
    tone *= (seconds >= onset_seconds) & (seconds < offset_seconds)
    rumble = 600.0 * np.sin(2.0 * np.pi * 50.0 * seconds)
    return np.rint(rng.normal(0.0, 2.0, len(seconds)) + rumble + tone).astype(np.int16)


def window_of(samples: Pcm) -> WaveformWindow:
    """Returns the window of samples that were captured later than the first ones."""
    return WaveformWindow(START, START + len(samples), samples, -30.0, 0)


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 48_000, 256_000, 384_000])
def test_the_edges_of_a_faint_tone_above_rumble_are_found(rate_hz: int) -> None:
    """At each rate the tone begins and ends where it does, though the level hardly changes."""
    edges = SoundEdges(FeatureSpec.at_rate(rate_hz))
    window = window_of(sound(rate_hz, 1.2, 2.1))
    onset, offset = edges.onset_sample(window), edges.offset_sample(window)
    assert (onset - START) / rate_hz == pytest.approx(1.2, abs=TOLERANCE_SECONDS)
    assert (offset - START) / rate_hz == pytest.approx(2.1, abs=TOLERANCE_SECONDS)


def test_each_window_is_located_by_its_own_samples() -> None:
    """The log-mel of a window is not that of the window before it."""
    edges = SoundEdges(FeatureSpec.at_rate(48_000))
    early, late = (window_of(sound(48_000, onset, 2.8)) for onset in (0.5, 2.0))
    first = edges.onset_sample(early)
    assert edges.onset_sample(late) - first == pytest.approx(1.5 * 48_000, abs=960)
    assert edges.onset_sample(early) == first


def test_a_window_of_log_mel_is_used_as_it_is() -> None:
    """Events of models that take log-mel do not depend on samples."""
    spec = FeatureSpec()
    log_mel = LogMel(spec).compute(sound(16_000, 1.0, 2.0))
    edges = SoundEdges(spec)
    window = Window(START, START + 48_000, log_mel, -30.0, 0)
    assert edges.onset_sample(window) == START + onset_frame(log_mel) * spec.hop_samples
    assert edges.offset_sample(window) == START + offset_frame(log_mel) * spec.hop_samples
