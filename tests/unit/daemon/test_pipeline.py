"""The rooms joined: the same samples give the same detections, however they arrive."""

from collections.abc import Iterator
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
from soundpost.config import (
    Config,
    DecideConfig,
    GateConfig,
    LabelConfig,
    NodeConfig,
    ScheduleConfig,
)
from soundpost.decide import build_mutes
from soundpost.events import Detection
from soundpost.health import Health
from soundpost.pipeline import build_pipeline

TINY = Path(__file__).resolve().parents[2] / "golden" / "tiny-int8"
RATE_HZ = 16_000
# So low that the tiny model's random scores start and end events all the time.
DECIDE = DecideConfig(on_threshold=0.36, off_threshold=0.33, smoothing_windows=2)
ALWAYS = Config(decide=DECIDE)
LEVEL = Config(
    decide=DECIDE,
    gate=GateConfig(open_on="level", floor_seconds=1.0, pre_roll_seconds=0.1, hangover_seconds=0.2),
)
# Each label in a way of its own, and sounds that have no label.
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


@pytest.fixture(scope="module")
def model() -> Model:
    """The tiny model of the tests."""
    bundle = load_bundle(TINY)
    return Model(bundle, Classifier(bundle))


class Pieces(ArraySource):
    """A source that hands samples over in pieces of given sizes, over and over."""

    def __init__(self, samples: Pcm, sizes: list[int]) -> None:
        super().__init__(samples, RATE_HZ)
        self._sizes = sizes

    def chunks(self) -> Iterator[Chunk]:
        """All samples, once; they begin with 1970."""
        at, turn = 0, 0
        while at < len(self._samples):
            piece = self._samples[at : at + self._sizes[turn % len(self._sizes)]]
            yield Chunk(at, piece, samples_to_ns(at, RATE_HZ))
            at, turn = at + len(piece), turn + 1


def sound(seconds: float, seed: int) -> Pcm:
    """Tones and noise that come and go every third of a second."""
    rng = np.random.default_rng(seed)
    samples = round(seconds * RATE_HZ)
    steps = np.arange(samples) // (RATE_HZ // 3)
    loudness = rng.choice([3.0, 3000.0, 12000.0], size=steps.max() + 1)[steps]
    pitch_hz = rng.uniform(200, 6000, size=steps.max() + 1)[steps]
    tone = (
        np.sin(2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ)
        * rng.choice([0, 1], steps.max() + 1)[steps]
    )
    signal = np.clip(loudness * (tone + rng.normal(0, 0.3, samples)), -32768, 32767)
    return np.asarray(signal, np.int16)


def detections(model: Model, config: Config, samples: Pcm, sizes: list[int]) -> list[Detection]:
    """Everything that a pipeline decides on the samples."""
    pipeline = build_pipeline(config, model, Pieces(samples, sizes), Health())
    return [detection for decided in pipeline.run() for detection in decided]


@pytest.mark.parametrize("config", [ALWAYS, LEVEL, PROFILED], ids=["always", "level", "profiled"])
@settings(max_examples=15)
@given(sizes=st.lists(st.integers(1, 30_000), min_size=1, max_size=6), seed=st.integers(0, 99))
def test_the_size_of_chunks_changes_nothing(
    model: Model, config: Config, sizes: list[int], seed: int
) -> None:
    """Detections are equal to the last bit whether sound comes in crumbs or all at once."""
    samples = sound(6.0, seed)
    whole = detections(model, config, samples, [len(samples)])
    assert detections(model, config, samples, sizes) == whole


def test_the_sound_used_here_starts_and_ends_events(model: Model) -> None:
    """The property above compares something: events are confirmed, retracted and ended."""
    for config in (ALWAYS, LEVEL, PROFILED):
        told = [d for seed in range(8) for d in detections(model, config, sound(6.0, seed), [800])]
        assert {d.state.value for d in told} == {"started", "confirmed", "ended", "retracted"}
    assert {d.label for d in told} == {"hiss", "hum", "unknown", "any"}


def test_every_event_has_ended_when_the_source_has(model: Model) -> None:
    """What is still going on at the end of a file is told to its end."""
    told = detections(model, ALWAYS, sound(6.0, 1), [800])
    assert {d.event for d in told} == {d.event for d in told if d.offset_sample is not None}


def test_a_source_without_sound_decides_nothing(model: Model) -> None:
    """A source that ends at once is no error."""
    assert detections(model, ALWAYS, np.empty(0, np.int16), [1]) == []


class Pausing(Pieces):
    """A source that falls silent for good after its samples."""

    def chunks(self) -> Iterator[Chunk | None]:  # type: ignore[override]  # as sources may
        """All samples, then nothing to hear, over and over."""
        yield from super().chunks()
        yield from [None] * 3


def test_a_microphone_that_is_lost_ends_what_was_going_on(model: Model) -> None:
    """At once, not when it comes back; and the pipeline goes on turning meanwhile."""
    samples = sound(6.0, 1)
    pipeline = build_pipeline(ALWAYS, model, Pausing(samples, [800]), Health())
    told = list(pipeline.run())
    chunks = len(samples) // 800
    before, lost, after = told[:chunks], told[chunks], told[chunks + 1 :]
    assert any(before)
    assert lost
    assert after == [[]] * 3
    assert [d for decided in told for d in decided] == detections(model, ALWAYS, samples, [800])


def test_the_pipeline_says_when_it_waits_for_sound(model: Model) -> None:
    """From the first pause until sound comes again."""
    pipeline = build_pipeline(ALWAYS, model, Pausing(sound(1.0, 1), [8_000]), Health())
    assert [pipeline.is_waiting for _ in pipeline.run()] == [False] * 2 + [True] * 4


def test_a_schedule_by_the_time_of_the_sound_mutes_and_is_counted(model: Model) -> None:
    """The sound begins at midnight of 1 January 1970, UTC; what is muted leaves the rest alone."""
    night = ScheduleConfig(begins="00:00", ends="06:00", labels=["hiss"])
    config = Config(
        node=NodeConfig(timezone="UTC"),
        decide=msgspec.structs.replace(DECIDE, schedules=[night]),
    )
    mutes = build_mutes(model.bundle.manifest.labels, config, lambda: "synced")
    health = Health()
    samples = sound(6.0, 1)
    pipeline = build_pipeline(config, model, Pieces(samples, [800]), health, mutes=mutes)
    told = [detection for decided in pipeline.run() for detection in decided]
    everything = detections(model, ALWAYS, samples, [800])
    others = [(d.label, d.state, d.onset_sample) for d in everything if d.label != "hiss"]
    assert [(d.label, d.state, d.onset_sample) for d in told] == others
    assert len(others) < len(everything)
    assert health.events_muted > 0


def test_health_counts_windows_and_detections(model: Model) -> None:
    """What the pipeline did can be read off its counters."""
    health = Health()
    samples = sound(6.0, 1)
    pipeline = build_pipeline(ALWAYS, model, Pieces(samples, [800]), health)
    told = [detection for decided in pipeline.run() for detection in decided]
    assert health.detections == len(told) > 0
    assert health.windows > 0
