"""Measures deciding, and building the rules, with 50, 521 and 6,522 labels.

PYTHONPATH=tests/support python tests/bench/label_costs.py
"""

import time

import numpy as np
from wide_bundle import BIRDNET_LABELS, wide_manifest

from soundpost.config import DecideConfig
from soundpost.decide import Mutes, build_rules, build_tracker
from soundpost.events import Scores, Window
from soundpost.health import Health

WINDOWS = 400
STRIDE_SAMPLES, WINDOW_SAMPLES = 1_280, 2_560
RISING_LABELS = 10
"""Labels above their off-threshold in every window, as in a wood with many birds."""


def microseconds_of_a_window(label_count: int) -> float:
    """Returns the processor time of `Tracker.update`, smoothed over three windows."""
    manifest = wide_manifest(label_count)
    config = DecideConfig(smoothing_windows=3)
    tracker = build_tracker(manifest, config, Mutes(manifest.label_names), Health())
    values = np.random.default_rng(1).random((WINDOWS, label_count), np.float32) * 0.3
    values[:, 3 : 3 + RISING_LABELS] += 0.55
    log_mel = np.zeros((16, 64), np.float32)
    windows = [
        Window(start, start + WINDOW_SAMPLES, log_mel, -30.0, start * 62_500)
        for start in range(0, WINDOWS * STRIDE_SAMPLES, STRIDE_SAMPLES)
    ]
    began_ns = time.process_time_ns()
    for window, scores in zip(windows, values, strict=True):
        list(tracker.update(Scores(window, scores)))
    return (time.process_time_ns() - began_ns) / WINDOWS / 1e3


def milliseconds_of_the_rules(label_count: int) -> float:
    """Returns the processor time of building all rules."""
    manifest = wide_manifest(label_count)
    began_ns = time.process_time_ns()
    build_rules(manifest.labels, DecideConfig(), manifest.input.sample_rate_hz)
    return (time.process_time_ns() - began_ns) / 1e6


if __name__ == "__main__":
    for count in (50, 521, BIRDNET_LABELS):
        print(
            f"{count:5} labels: {microseconds_of_a_window(count):6.0f} µs a window, "
            f"rules {milliseconds_of_the_rules(count):6.1f} ms"
        )
