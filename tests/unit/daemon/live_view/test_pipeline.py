"""The live view beside the pipeline."""

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from command_harness import tiny_model
from live_view_node import RATE_HZ, noise

from soundpost.audio import Pcm
from soundpost.capture.array_source import ArraySource
from soundpost.config import CaptureConfig, Config, DecideConfig, MqttConfig
from soundpost.events import Detection, Scores
from soundpost.health import Health
from soundpost.live_view.factory import build_live_view
from soundpost.observer import Observer
from soundpost.pipeline import build_pipeline

CONFIG = Config(
    capture=CaptureConfig(rate_hz=RATE_HZ),
    decide=DecideConfig(on_threshold=0.36, off_threshold=0.33),
    mqtt=MqttConfig(commands=True, live_view=True),
)
MODEL = tiny_model()


class RecordedScores(Observer):
    """Records the scores of each window."""

    def __init__(self) -> None:
        self.values: list[bytes] = []

    def on_scores(self, scores: Scores) -> None:
        """Records the scores of a window."""
        self.values.append(scores.values.tobytes())


def sound() -> Pcm:
    """Returns tones and noise in which the tiny model detects events."""
    at = np.arange(12 * RATE_HZ)
    tone = 9_000 * np.sin(at * 0.3) * (at // RATE_HZ % 2)
    samples: Pcm = (noise(12.0, -30.0) + tone).astype(np.int16)
    return samples


def run(config: Config, observers: Sequence[Observer]) -> tuple[list[Detection], list[bytes]]:
    """Returns the detections and the scores of a sound; times are those of the run."""
    recorded = RecordedScores()
    source = ArraySource(sound(), RATE_HZ)
    pipeline = build_pipeline(config, MODEL, source, Health(), [*observers, recorded])
    detections = [
        msgspec.structs.replace(found, onset_utc_ns=0, offset_utc_ns=None)
        for decided in pipeline.run()
        for found in decided
    ]
    return detections, recorded.values


@pytest.mark.parametrize("seconds", [0.0, 60.0])
def test_scores_and_detections_are_the_same_to_the_bit(seconds: float) -> None:
    """With a requested view, and with one that is not."""
    sent: list[bytes] = []
    manifest = MODEL.bundle.manifest
    view = build_live_view(
        CONFIG, [manifest], manifest.label_names, RATE_HZ, lambda: "synced", sent.append
    )
    if seconds:
        view.renew(seconds)
    without, beside = run(CONFIG, []), run(CONFIG, [view])
    assert without[0]
    assert without == beside
    assert bool(sent) == bool(seconds)
