"""The pipeline has the scores and events of whole windows, with each frame computed once."""

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streaming_bundle import changing_sound, streaming_bundle, whole_bundle, whole_classifier
from tiny_models import tiny_model

from soundpost.audio import Chunk, samples_to_ns
from soundpost.capture import ArraySource, JoinedSource
from soundpost.classify import Classifier
from soundpost.classify.model import Model
from soundpost.config import Config, DecideConfig, GateConfig, ModelConfig
from soundpost.events import Detection, Scores
from soundpost.health import Health
from soundpost.observer import Observer
from soundpost.pipeline import build_pipeline

RATE_HZ = 16_000
DECIDE = DecideConfig(on_threshold=0.05, off_threshold=0.02, smoothing_windows=1)
GATES = {
    "always": GateConfig(),
    "level": GateConfig(open_on="level", pre_roll_seconds=0.1, hangover_seconds=0.2),
}
GAPS = ((0, 50_000), (50_003, 40_000), (93_840, 33_000), (127_000, 9_000))
"""Starts and lengths of stretches of sound; one gap is shorter than a frame."""


class Sound(ArraySource):
    """Stretches of sound with gaps between them, in chunks of given sizes."""

    def __init__(self, sizes: Sequence[int], stretches: Sequence[tuple[int, int]] = GAPS) -> None:
        start, length = stretches[-1]
        super().__init__(changing_sound((start + length) / RATE_HZ, 11), RATE_HZ)
        self._sizes, self._stretches = sizes, stretches

    def chunks(self) -> Iterator[Chunk]:
        """Yields all samples once; a stretch without sound closes a gate."""
        turn = 0
        for start, length in self._stretches:
            at = start
            while at < start + length:
                end = min(start + length, at + self._sizes[turn % len(self._sizes)])
                samples = self._samples[at:end].copy()
                samples[(np.arange(at, end) >= 60_000) & (np.arange(at, end) < 76_000)] //= 4_000
                yield Chunk(at, samples, samples_to_ns(at, RATE_HZ))
                at, turn = end, turn + 1


class RecordedScores(Observer):
    """Keeps the scores of all windows."""

    def __init__(self) -> None:
        self.scores: list[tuple[int, int, int, bytes]] = []

    def on_scores(self, scores: Scores) -> None:
        """Keeps the scores of a window, and where it lies."""
        window = scores.window
        place = window.start_sample, window.end_sample, scores.model
        self.scores.append((*place, scores.values.tobytes()))


@cache
def streaming_model() -> Model:
    """Returns the model that computes each frame once; all tests share its classifier."""
    return Model(streaming_bundle(), Classifier(streaming_bundle()))


def run(
    model: Model, gate: str, sizes: Sequence[int], *, is_joined: bool = False
) -> tuple[list[tuple[int, int, int, bytes]], list[Detection]]:
    """Returns the scores and the detections of the sound, beside another model."""
    bundles = [streaming_bundle(), tiny_model(RATE_HZ).bundle]
    models = [ModelConfig(bundle=str(bundle.folder), decide=DECIDE) for bundle in bundles]
    config = Config(gate=GATES[gate], models=models)
    recorded = RecordedScores()
    source = JoinedSource(Sound(sizes), RATE_HZ) if is_joined else Sound(sizes)
    pipeline = build_pipeline(
        config, [model, tiny_model(RATE_HZ)], source, Health(), observers=[recorded]
    )
    detections = [detection for found in pipeline.run() for detection in found]
    return recorded.scores, detections


@cache
def of_whole_windows(gate: str) -> tuple[list[tuple[int, int, int, bytes]], list[Detection]]:
    """Returns scores and detections of the same network on whole windows."""
    return run(Model(whole_bundle(), whole_classifier()), gate, [1_600])


@pytest.mark.parametrize("gate", GATES)
def test_the_sound_has_scores_and_events(gate: str) -> None:
    """So that the comparisons below compare something; the gate leaves windows out."""
    scores, detections = of_whole_windows(gate)
    assert len(scores) > 20
    assert len({model for *_, model, _ in scores}) == 2
    assert len(detections) > 5
    assert (scores == of_whole_windows("always")[0]) == (gate == "always")


@pytest.mark.parametrize("gate", GATES)
@settings(max_examples=8, deadline=None)
@given(sizes=st.lists(st.integers(160, 70_000), min_size=1, max_size=6), is_joined=st.booleans())
def test_scores_and_events_are_those_of_whole_windows(
    gate: str, sizes: list[int], *, is_joined: bool
) -> None:
    """For chunks of any size, over gaps and a closed gate, live and in the chunks of a file."""
    scores, detections = run(streaming_model(), gate, sizes, is_joined=is_joined)
    assert scores == of_whole_windows(gate)[0]
    assert detections == of_whole_windows(gate)[1]


def test_a_recording_in_long_chunks_has_the_scores_of_whole_windows() -> None:
    """Long enough that many positions are computed at once, with single windows between them."""
    sound, scores = Sound([1_600], [(0, 30 * RATE_HZ)]), []
    for model in (streaming_model(), Model(whole_bundle(), whole_classifier())):
        recorded = RecordedScores()
        source = JoinedSource(sound, RATE_HZ)
        config = Config(decide=DECIDE)
        detections = [
            detection
            for found in build_pipeline(config, model, source, Health(), [recorded]).run()
            for detection in found
        ]
        scores.append((recorded.scores, detections))
    assert len(scores[0][0]) > 100
    assert scores[0] == scores[1]
