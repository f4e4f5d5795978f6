"""How loud it is, told stretch by stretch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import Chunk, Pcm, level_dbfs
from soundpost.config import MqttConfig
from soundpost.publish.level import LevelReporter, build_level_reporter
from soundpost.publish.state_topics import StateTopics, TopicState

NOISE: Pcm = np.random.default_rng(5).integers(-9_000, 9_000, 4_000).astype(np.int16)


def levels(stretch_samples: int, sizes: list[int], lost: int | None = None) -> list[float]:
    """What is told of the noise in chunks of these sizes, one of them perhaps lost."""
    told: list[float] = []
    loudness = LevelReporter(stretch_samples, told.append)
    at = 0
    for number, size in enumerate(sizes):
        samples = NOISE[at : at + size]
        if len(samples) and number != lost:
            loudness.on_chunk(Chunk(at, samples, 0))
        at += size
    return told


def test_each_stretch_has_its_level() -> None:
    """That of its samples, as everywhere; what fills no stretch is not told."""
    expected = [level_dbfs(NOISE[at : at + 1_500]) for at in (0, 1_500)]
    assert levels(1_500, [4_000]) == pytest.approx(expected)


@given(st.lists(st.integers(1, 900), min_size=1, max_size=40), st.integers(1, 2_000))
def test_the_size_of_chunks_changes_nothing(sizes: list[int], stretch_samples: int) -> None:
    """The same samples have the same levels."""
    heard = min(sum(sizes), len(NOISE))
    assert levels(stretch_samples, sizes) == levels(stretch_samples, [heard])


def test_a_stretch_that_a_gap_interrupts_begins_anew() -> None:
    """Nothing is told of sound that was not there."""
    told = levels(1_000, [900, 100, 1_000, 500], lost=1)
    assert told == pytest.approx([level_dbfs(NOISE[1_000:2_000])])


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (np.zeros(1_600, np.int16), b"-120.0"),
        (np.full(1_600, -32_768, np.int16), b"0.0"),
        (np.full(1_600, 32_600, np.int16), b"0.0"),
        (np.full(1_600, 232, np.int16), b"-43.0"),
    ],
)
def test_a_level_is_a_plain_number(samples: Pcm, expected: bytes) -> None:
    """With one decimal and without a minus before nothing; the broker is not to keep it."""
    state_topics = StateTopics()
    loudness = build_level_reporter(MqttConfig(level_seconds=0.1), 16_000, state_topics)
    assert loudness is not None
    loudness.on_chunk(Chunk(0, samples, 0))
    assert state_topics.pop_pending() == [TopicState("level", expected, is_retained=False)]


def test_only_the_latest_level_is_told() -> None:
    """And none of long ago to a broker that was away."""
    state_topics = StateTopics()
    state_topics.set_transient("level", b"-1.0")
    state_topics.set_transient("level", b"-2.0")
    assert [reading.payload for reading in state_topics.pop_pending()] == [b"-2.0"]
    state_topics.set_transient("level", b"-3.0")
    state_topics.resend_all()
    assert state_topics.pop_pending() == []


def test_no_level_is_told_unless_asked_for() -> None:
    """By default."""
    assert build_level_reporter(MqttConfig(), 16_000, StateTopics()) is None


def test_a_level_is_not_told_all_the_time() -> None:
    """More than ten a second are a slip."""
    with pytest.raises(ValueError, match="level_seconds is below"):
        MqttConfig(level_seconds=0.01)
