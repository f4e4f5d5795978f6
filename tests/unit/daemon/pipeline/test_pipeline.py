"""The whole pipeline: the same samples give the same detections, in chunks of any size."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.audio import Chunk, Pcm, samples_to_ns
from soundpost.capture import ArraySource
from soundpost.classify import Classifier, load_bundle
from soundpost.classify.model import Model
from soundpost.classify.range import WEEKS, LabelRange, RangeFilter, week_at
from soundpost.config import (
    Config,
    DecideConfig,
    GateConfig,
    LabelConfig,
    NodeConfig,
    Place,
    ScheduleConfig,
)
from soundpost.decide import build_mutes
from soundpost.events import Detection, Summary
from soundpost.health import Health
from soundpost.pipeline import build_pipeline

TINY = Path(__file__).resolve().parents[3] / "golden" / "tiny-int8"
RATE_HZ = 16_000
# So low that the tiny model's random scores start and end many events.
DECIDE = DecideConfig(on_threshold=0.36, off_threshold=0.33, smoothing_windows=2)
ALWAYS = Config(decide=DECIDE)
LEVEL = Config(
    decide=DECIDE,
    gate=GateConfig(open_on="level", floor_seconds=1.0, pre_roll_seconds=0.1, hangover_seconds=0.2),
)
# Another profile for each label, and the detectors for sounds without a label.
PROFILED = Config(
    decide=DecideConfig(
        on_threshold=0.36,
        off_threshold=0.33,
        labels={
            "hiss": LabelConfig(profile="instant"),
            "hum": LabelConfig(profile="steady", minimum_seconds=0.5),
            "unknown": LabelConfig(on_threshold=0.3, off_threshold=0.2, needed_windows=2),
        },
        unknown=True,
        any=True,
        over_floor_db=6.0,
        floor_seconds=0.7,
    )
)
# Each sound near another one is confounded; two events within three seconds are one too many.
SURROUNDED = Config(
    decide=DecideConfig(
        on_threshold=0.36,
        off_threshold=0.33,
        smoothing_windows=1,
        refractory_seconds=0.0,
        lasting_minutes=0.05,
        lasting_events=2,
        labels={"hum": LabelConfig(confounders=["hiss"], confounder_seconds=0.2)},
    ),
    gate=LEVEL.gate,
)


@pytest.fixture(scope="module")
def model() -> Model:
    """The tiny model of the tests."""
    bundle = load_bundle(TINY)
    return Model(bundle, Classifier(bundle))


class ChunkedSource(ArraySource):
    """A source that delivers samples in chunks of given sizes, repeated in turn."""

    def __init__(self, samples: Pcm, sizes: list[int]) -> None:
        super().__init__(samples, RATE_HZ)
        self._sizes = sizes

    def chunks(self) -> Iterator[Chunk]:
        """Yields all samples once; their time starts with 1970."""
        at, turn = 0, 0
        while at < len(self._samples):
            samples = self._samples[at : at + self._sizes[turn % len(self._sizes)]]
            yield Chunk(at, samples, samples_to_ns(at, RATE_HZ))
            at, turn = at + len(samples), turn + 1


def sound(seconds: float, seed: int) -> Pcm:
    """Returns tones and noise that change every third of a second."""
    rng = np.random.default_rng(seed)
    samples = round(seconds * RATE_HZ)
    steps = np.arange(samples) // (RATE_HZ // 3)
    amplitude = rng.choice([3.0, 3000.0, 12000.0], size=steps.max() + 1)[steps]
    pitch_hz = rng.uniform(200, 6000, size=steps.max() + 1)[steps]
    tone = (
        np.sin(2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ)
        * rng.choice([0, 1], steps.max() + 1)[steps]
    )
    signal = np.clip(amplitude * (tone + rng.normal(0, 0.3, samples)), -32768, 32767)
    return np.asarray(signal, np.int16)


def decide(
    model: Model, config: Config, samples: Pcm, sizes: list[int]
) -> tuple[list[Detection], list[Summary], Health]:
    """Returns all detections and summaries of a pipeline on the samples, and its counters."""
    health = Health()
    pipeline = build_pipeline(config, model, ChunkedSource(samples, sizes), health)
    detected = [detection for decided in pipeline.run() for detection in decided]
    return detected, pipeline.pop_summaries(), health


def detections(model: Model, config: Config, samples: Pcm, sizes: list[int]) -> list[Detection]:
    """Returns all detections of a pipeline on the samples."""
    return decide(model, config, samples, sizes)[0]


@pytest.mark.parametrize(
    "config",
    [ALWAYS, LEVEL, PROFILED, SURROUNDED],
    ids=["always", "level", "profiled", "surrounded"],
)
@settings(max_examples=15)
@given(sizes=st.lists(st.integers(1, 30_000), min_size=1, max_size=6), seed=st.integers(0, 99))
def test_detections_do_not_depend_on_the_chunk_size(
    model: Model, config: Config, sizes: list[int], seed: int
) -> None:
    """They are equal to the last bit, and so are summaries and counters."""
    samples = sound(6.0, seed)
    whole = decide(model, config, samples, [len(samples)])
    assert decide(model, config, samples, sizes) == whole


def test_the_sound_used_here_starts_and_ends_events(model: Model) -> None:
    """The property above compares events that are confirmed, retracted and ended."""
    for config in (ALWAYS, LEVEL, PROFILED):
        detected = [
            d for seed in range(8) for d in detections(model, config, sound(6.0, seed), [800])
        ]
        assert {d.state.value for d in detected} == {"started", "confirmed", "ended", "retracted"}
    assert {d.label for d in detected} == {"hiss", "hum", "unknown", "any"}


def test_the_sound_used_here_is_confounded_and_summed_up(model: Model) -> None:
    """The property above compares confirmed events that are retracted, and all kinds of sums."""
    states: dict[tuple[int, int], list[str]] = {}
    summaries: set[str] = set()
    counters = Health()
    for seed in range(8):
        detected, summed, health = decide(model, SURROUNDED, sound(6.0, seed), [800])
        for d in detected:
            states.setdefault((seed, d.event), []).append(d.state.value)
        summaries |= {summary.state.value for summary in summed}
        counters.events_confounded += health.events_confounded
        counters.events_summed += health.events_summed
    assert ["started", "confirmed", "retracted"] in states.values()
    assert summaries == {"begun", "over"}
    assert counters.events_confounded > 0
    assert counters.events_summed > 0


def test_open_events_end_with_the_source(model: Model) -> None:
    """Events that still last at the end of a file get their last state."""
    detected = detections(model, ALWAYS, sound(6.0, 1), [800])
    assert {d.event for d in detected} == {d.event for d in detected if d.offset_sample is not None}


def test_a_source_without_sound_has_no_detections(model: Model) -> None:
    """A source that ends at once is not an error."""
    assert detections(model, ALWAYS, np.empty(0, np.int16), [1]) == []


class InterruptedSource(ChunkedSource):
    """A source that has no more sound after its samples, but does not end."""

    def chunks(self) -> Iterator[Chunk | None]:  # type: ignore[override]  # as sources may
        """Yields all samples, then None three times."""
        yield from super().chunks()
        yield from [None] * 3


def test_a_lost_microphone_ends_open_events_at_once(model: Model) -> None:
    """The pipeline keeps running until the microphone returns."""
    samples = sound(6.0, 1)
    pipeline = build_pipeline(ALWAYS, model, InterruptedSource(samples, [800]), Health())
    detected = list(pipeline.run())
    chunks = len(samples) // 800
    before, lost, after = detected[:chunks], detected[chunks], detected[chunks + 1 :]
    assert any(before)
    assert lost
    assert after == [[]] * 3
    assert [d for decided in detected for d in decided] == detections(model, ALWAYS, samples, [800])


def test_the_pipeline_is_waiting_from_the_first_pause(model: Model) -> None:
    """It is waiting until sound is captured again."""
    pipeline = build_pipeline(ALWAYS, model, InterruptedSource(sound(1.0, 1), [8_000]), Health())
    assert [pipeline.is_waiting for _ in pipeline.run()] == [False] * 2 + [True] * 4


def test_a_schedule_mutes_by_the_time_of_the_sound_and_is_counted(model: Model) -> None:
    """The sound starts at midnight of 1 January 1970, UTC; other labels are not affected."""
    night = ScheduleConfig(begins="00:00", ends="06:00", labels=["hiss"])
    config = Config(
        node=NodeConfig(timezone="UTC"),
        decide=msgspec.structs.replace(DECIDE, schedules=[night]),
    )
    mutes = build_mutes([model.bundle.manifest.labels], config, lambda: "synced")
    health = Health()
    samples = sound(6.0, 1)
    pipeline = build_pipeline(config, model, ChunkedSource(samples, [800]), health, mutes=mutes)
    detected = [detection for decided in pipeline.run() for detection in decided]
    unmuted = detections(model, ALWAYS, samples, [800])
    others = [(d.label, d.state, d.onset_sample) for d in unmuted if d.label != "hiss"]
    assert [(d.label, d.state, d.onset_sample) for d in detected] == others
    assert len(others) < len(unmuted)
    assert health.events_muted > 0


def test_a_label_out_of_range_starts_no_event_and_is_counted(model: Model) -> None:
    """The other labels are not affected, and the labels of the pipeline stay the same."""
    scores = np.ones((WEEKS, 3), np.float32)
    scores[:, 0] = 0.0
    label_range = LabelRange(Place(52.5, 13.4), 0.5, ("hiss", "hum", "hush"), scores)
    filtered = replace(model, range_filter=RangeFilter(label_range, week_at))
    health, samples = Health(), sound(6.0, 1)
    pipeline = build_pipeline(ALWAYS, filtered, ChunkedSource(samples, [800]), health)
    detected = [detection for decided in pipeline.run() for detection in decided]
    everywhere = detections(model, ALWAYS, samples, [800])
    others = [(d.label, d.state, d.onset_sample) for d in everywhere if d.label != "hiss"]
    assert [(d.label, d.state, d.onset_sample) for d in detected] == others
    assert len(others) < len(everywhere)
    assert pipeline.labels == ["hiss", "hum", "hush"]
    assert (health.events_muted, health.events_out_of_range > 0) == (0, True)


def test_health_counts_windows_and_detections(model: Model) -> None:
    """The counters agree with the detections of the pipeline."""
    health = Health()
    samples = sound(6.0, 1)
    pipeline = build_pipeline(ALWAYS, model, ChunkedSource(samples, [800]), health)
    detected = [detection for decided in pipeline.run() for detection in decided]
    assert health.detections == len(detected) > 0
    assert health.windows > 0
