"""Several models on one source: one clock, one order, windows that are cut once."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import tiny_model

from soundpost.audio import Chunk, Pcm, samples_to_ns
from soundpost.capture import ArraySource
from soundpost.classify.model import Model
from soundpost.config import CaptureConfig, Config, DecideConfig, GateConfig, ModelConfig
from soundpost.decide import Mutes
from soundpost.events import AnyWindow, Detection, Scores
from soundpost.health import Health
from soundpost.observer import Observer
from soundpost.pipeline import build_pipeline
from soundpost.pipeline.rates import OtherRate

CAPTURE_HZ = 48_000
# So low that the tiny model's random scores start and end many events.
DECIDE = DecideConfig(
    on_threshold=0.36, off_threshold=0.33, smoothing_windows=2, refractory_seconds=0.1
)
GATE = GateConfig(open_on="level", floor_seconds=1.0, pre_roll_seconds=0.1, hangover_seconds=0.2)


class StretchedSource(ArraySource):
    """A source of stretches with gaps between them, in chunks of given sizes."""

    def __init__(self, stretches: Sequence[tuple[int, Pcm]], sizes: Sequence[int]) -> None:
        super().__init__(np.empty(0, np.int16), CAPTURE_HZ)
        self._stretches, self._sizes = stretches, sizes

    def chunks(self) -> Iterator[Chunk]:
        """Yields all samples once; their time starts with 1970."""
        turn = 0
        for start, samples in self._stretches:
            at = 0
            while at < len(samples):
                part = samples[at : at + self._sizes[turn % len(self._sizes)]]
                yield Chunk(start + at, part, samples_to_ns(start + at, CAPTURE_HZ))
                at, turn = at + len(part), turn + 1


@pytest.fixture
def models() -> list[Model]:
    """Provides models of three rates, two of which share their windows."""
    return loaded()


class RecordedScores(Observer):
    """Keeps the scores of all windows."""

    def __init__(self) -> None:
        self.scores: list[Scores] = []

    def on_scores(self, scores: Scores) -> None:
        """Keeps the scores of a window."""
        self.scores.append(scores)


@cache
def loaded() -> list[Model]:
    """Returns models of three rates, two of which share their windows."""
    return [
        tiny_model(CAPTURE_HZ, ("bell", "dog", "hush")),
        tiny_model(16_000),
        tiny_model(22_050, ("hiss", "owl", "crow")),
        tiny_model(16_000, ("dog", "fox", "hum")),
    ]


def sound(seconds: float, seed: int) -> Pcm:
    """Returns tones and noise that change every third of a second."""
    rng = np.random.default_rng(seed)
    samples = round(seconds * CAPTURE_HZ)
    steps = np.arange(samples) // (CAPTURE_HZ // 3)
    amplitude = rng.choice([3.0, 3000.0, 12000.0], size=steps.max() + 1)[steps]
    pitch_hz = rng.uniform(200, 6000, size=steps.max() + 1)[steps]
    tone = np.sin(2 * np.pi * np.cumsum(pitch_hz) / CAPTURE_HZ)
    tone *= rng.choice([0, 1], steps.max() + 1)[steps]
    signal = np.clip(amplitude * (tone + rng.normal(0, 0.3, samples)), -32768, 32767)
    return np.asarray(signal, np.int16)


def stretches(seed: int) -> list[tuple[int, Pcm]]:
    """Returns two stretches with a gap that is no whole number of a model's samples."""
    first = sound(2.2, seed)
    return [(0, first), (len(first) + 100_001, sound(1.7, seed + 1))]


def config(models: Sequence[Model], **tables: object) -> Config:
    """Returns the configuration of these models at the rate of capture of the tests."""
    capture = CaptureConfig(rate_hz=CAPTURE_HZ)
    return Config(capture=capture, models=[ModelConfig(decide=DECIDE) for _ in models], **tables)  # type: ignore[arg-type]  # tables of the configuration


def detections(
    models: Sequence[Model],
    parts: Sequence[tuple[int, Pcm]],
    sizes: Sequence[int],
    *observers: Observer,
    **tables: object,
) -> list[Detection]:
    """Returns all detections of a pipeline, with times to the microsecond.

    The time of a chunk is cut to nanoseconds, so that an onset within it is known to one.
    """
    source = StretchedSource(parts, sizes)
    pipeline = build_pipeline(config(models, **tables), models, source, Health(), observers)
    decided = [detection for each in pipeline.run() for detection in each]
    return [
        msgspec.structs.replace(d, onset_utc_ns=d.onset_utc_ns // 1000, offset_utc_ns=None)
        for d in decided
    ]


def of_model(found: Sequence[Detection], model: int) -> list[Detection]:
    """Returns the detections of one model, as if it were the only one."""
    return [
        msgspec.structs.replace(d, model=0, event=d.event // 4) for d in found if d.model == model
    ]


@pytest.mark.parametrize("tables", [{}, {"gate": GATE}], ids=["always", "gate"])
@settings(max_examples=6, deadline=None)
@given(sizes=st.lists(st.integers(1, 60_000), min_size=1, max_size=5), seed=st.integers(0, 99))
def test_detections_and_their_order_do_not_depend_on_the_chunk_size(
    tables: dict[str, object], sizes: list[int], seed: int
) -> None:
    """A filter that is behind the sound delays the windows of all models alike."""
    models, parts = loaded(), stretches(seed)
    whole = detections(models, parts, [1_000_000], **tables)
    assert detections(models, parts, sizes, **tables) == whole


def test_each_model_detects_what_it_detects_alone(models: list[Model]) -> None:
    """The others change nothing but the numbers of its events."""
    parts = stretches(3)
    together = detections(models, parts, [2_400])
    for number, model in enumerate(models):
        alone = detections([model], parts, [2_400])
        assert {"started", "confirmed", "ended"} <= {d.state.value for d in alone}
        assert of_model(together, number) == alone


def test_detections_come_by_the_end_of_their_window_then_by_model(models: list[Model]) -> None:
    """The events of all models have numbers of their own."""
    found = detections(models, [(0, sound(4.0, 1))], [2_400])
    decided = [d.decided_sample for d in found]
    assert decided == sorted(decided)
    events = {(d.event, d.model) for d in found}
    assert len(events) == len({event for event, _ in events})
    assert {model for _, model in events} == {0, 1, 2, 3}


def test_windows_are_classified_in_the_order_in_which_they_end(models: list[Model]) -> None:
    """On the clock of capture; of those that end together the first model's comes first."""
    recorded = RecordedScores()
    detections(models, stretches(1), [2_400], recorded)
    order = [(scores.window.end_sample, scores.model) for scores in recorded.scores]
    assert order == sorted(order)
    assert len(order) > 100


def test_onsets_and_offsets_lie_on_the_clock_of_capture_to_the_sample() -> None:
    """They are those of the resampled sound, times the ratio of the rates, rounded once."""
    model, samples = tiny_model(22_050), sound(4.0, 2)
    rate = OtherRate(CAPTURE_HZ, 22_050)
    resampled = [*rate.convert(Chunk(0, samples, 0)), *rate.flush()]
    whole = np.concatenate([part.samples for part in resampled])
    alone = Config(decide=DECIDE)
    pipeline = build_pipeline(alone, model, ArraySource(whole, 22_050), Health())
    expected = [d for each in pipeline.run() for d in each]
    found = detections([model], [(0, samples)], [999])

    def placed(sample: int | None) -> int | None:
        if sample is None:
            return None
        return int(Fraction(sample * CAPTURE_HZ, 22_050) + Fraction(1, 2))

    assert [(d.onset_sample, d.offset_sample, d.score, d.state) for d in found] == [
        (placed(d.onset_sample), placed(d.offset_sample), d.score, d.state) for d in expected
    ]
    assert len(found) > 10


def test_one_model_at_the_rate_of_capture_is_as_it_was() -> None:
    """Its windows are not copied, and its detections are the tracker's own positions."""
    model, samples = tiny_model(CAPTURE_HZ), sound(4.0, 2)
    recorded = RecordedScores()
    found = detections([model], [(0, samples)], [2_400], recorded)
    windower = model.bundle.manifest.input.windower()
    source = StretchedSource([(0, samples)], [2_400])
    windows: list[AnyWindow] = [w for chunk in source.chunks() for w in windower.window(chunk)]
    windows += windower.flush()
    assert [(s.window.start_sample, s.window.end_sample) for s in recorded.scores] == [
        (window.start_sample, window.end_sample) for window in windows
    ]
    assert {d.decided_sample for d in found} <= {window.end_sample for window in windows}


def test_a_mute_of_a_label_holds_in_every_model_that_has_it(models: list[Model]) -> None:
    """`dog` is a label of the first and of the last model."""
    mutes, health = Mutes(["dog", "bell", "hush", "hiss", "hum", "owl", "crow", "fox"]), Health()
    mutes.mute(frozenset(["dog"]), 60_000_000_000)
    source = StretchedSource(stretches(5), [2_400])
    pipeline = build_pipeline(config(models), models, source, health, mutes=mutes)
    found = [d for each in pipeline.run() for d in each]
    unmuted = detections(models, stretches(5), [2_400])
    assert {d.model for d in unmuted if d.label == "dog"} == {0, 3}
    assert not [d for d in found if d.label == "dog"]
    assert health.events_muted > 1


def test_health_counts_the_windows_of_all_models(models: list[Model]) -> None:
    """So progress is seen while any model classifies."""
    recorded, health = RecordedScores(), Health()
    source = StretchedSource(stretches(1), [2_400])
    pipeline = build_pipeline(config(models), models, source, health, [recorded])
    found = sum(len(each) for each in pipeline.run())
    assert health.windows == len(recorded.scores)
    assert health.detections == found > 0
    assert pipeline.labels == ["bell", "dog", "hush", "hiss", "hum", "owl", "crow", "fox"]
