"""The level reporter: RMS levels of blocks of equal length."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import Chunk, Pcm, level_dbfs
from soundpost.config import MqttConfig
from soundpost.publish.level import LevelReporter, build_level_reporter
from soundpost.publish.retained.state_topics import StateTopics, TopicState

NOISE: Pcm = np.random.default_rng(5).integers(-9_000, 9_000, 4_000).astype(np.int16)


def levels(block_samples: int, sizes: list[int], lost: int | None = None) -> list[float]:
    """Returns the levels of the noise in chunks of these sizes, one of them perhaps lost."""
    reported: list[float] = []
    reporter = LevelReporter(block_samples, reported.append)
    at = 0
    for number, size in enumerate(sizes):
        samples = NOISE[at : at + size]
        if len(samples) and number != lost:
            reporter.on_chunk(Chunk(at, samples, 0))
        at += size
    return reported


def test_each_block_has_its_level() -> None:
    """The level is that of its samples; an incomplete block is not reported."""
    expected = [level_dbfs(NOISE[at : at + 1_500]) for at in (0, 1_500)]
    assert levels(1_500, [4_000]) == pytest.approx(expected)


@given(st.lists(st.integers(1, 900), min_size=1, max_size=40), st.integers(1, 2_000))
def test_levels_do_not_depend_on_the_size_of_chunks(sizes: list[int], block_samples: int) -> None:
    """The same samples have the same levels."""
    total = min(sum(sizes), len(NOISE))
    assert levels(block_samples, sizes) == levels(block_samples, [total])


def test_a_block_with_a_gap_begins_anew() -> None:
    """No level is reported for lost sound."""
    reported = levels(1_000, [900, 100, 1_000, 500], lost=1)
    assert reported == pytest.approx([level_dbfs(NOISE[1_000:2_000])])


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
    """It has one decimal and no minus zero, and is not retained."""
    state_topics = StateTopics()
    reporter = build_level_reporter(MqttConfig(level_seconds=0.1), 16_000, state_topics)
    assert reporter is not None
    reporter.on_chunk(Chunk(0, samples, 0))
    assert state_topics.pop_pending() == [TopicState("level", expected, is_retained=False)]


def test_only_the_latest_level_is_published() -> None:
    """An old level is not sent again after a reconnect."""
    state_topics = StateTopics()
    state_topics.set_transient("level", b"-1.0")
    state_topics.set_transient("level", b"-2.0")
    assert [state.payload for state in state_topics.pop_pending()] == [b"-2.0"]
    state_topics.set_transient("level", b"-3.0")
    state_topics.resend_all()
    assert state_topics.pop_pending() == []


def test_levels_are_off_by_default() -> None:
    """There is no reporter unless `level_seconds` is set."""
    assert build_level_reporter(MqttConfig(), 16_000, StateTopics()) is None


def test_the_shortest_interval_is_a_tenth_of_a_second() -> None:
    """More than ten levels a second are refused as a mistake."""
    with pytest.raises(ValueError, match="level_seconds is below"):
        MqttConfig(level_seconds=0.01)
