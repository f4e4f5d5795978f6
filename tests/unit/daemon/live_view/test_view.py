"""The live view: requests, delay, and what is hidden."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_view_node import COLUMN, RATE_HZ, STARTS_AT_NS, STRIDE, WINDOW, LiveViewNode, noise
from synthetic_voice import speak

from soundpost.audio import Chunk, Pcm, samples_to_ns
from soundpost.evidence.speech import MARGIN_SECONDS
from soundpost.live_view.view import COLUMNS_PER_MESSAGE, MOST_COLUMNS

LEARNT_SECONDS = 12.0
"""After which the detector knows the noise."""
QUIET = noise(24.0)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """Provides a sentence by a synthetic voice, from -1 to 1."""
    return speak(tmp_path_factory.mktemp("speech"))


def columns_of(start: float, end: float) -> set[int]:
    """Returns the numbers of the columns that have a part of a stretch in seconds."""
    return set(range(int(start * RATE_HZ) // COLUMN, -(-int(end * RATE_HZ) // COLUMN)))


def test_without_a_request_nothing_is_stored_or_sent() -> None:
    """A chunk costs a comparison."""
    node = LiveViewNode(seconds=0)
    node.process(QUIET)
    assert node.sent == []
    assert not node.view.is_active
    assert len(node.view._samples) == 0  # noqa: SLF001 - nothing else shows it
    assert node.view._parts.voices.end_sample == 0  # noqa: SLF001 - as above


def test_columns_are_sent_twice_a_second_without_a_gap() -> None:
    """Each message has the time of its end, and the scores by then."""
    node = LiveViewNode()
    node.process(QUIET)
    counts = [len(found.columns) for found in node.sent]
    assert set(counts) == {COLUMNS_PER_MESSAGE}
    firsts = [found.first for found in node.sent]
    assert firsts == list(range(0, COLUMNS_PER_MESSAGE * len(firsts), COLUMNS_PER_MESSAGE))
    for found in node.sent:
        end_sample = (found.first + len(found.columns)) * COLUMN
        assert found.end_utc_ns == STARTS_AT_NS + samples_to_ns(end_sample, RATE_HZ)
        assert found.scores == (
            {"hum": 0.2, "hiss": 0.1, "hush": 0.0} if end_sample >= WINDOW else {}
        )
    assert columns_of(LEARNT_SECONDS, 20.0) <= node.shown


def test_the_delay_is_that_of_the_scores_and_the_margin() -> None:
    """Sound is sent as soon as all that can hide it is known."""
    node = LiveViewNode()
    node.process(QUIET)
    last = node.sent[-1]
    behind = len(QUIET) / RATE_HZ - (last.first + len(last.columns)) * COLUMN / RATE_HZ
    assert node.view.delay_seconds == pytest.approx(
        (WINDOW + STRIDE) / RATE_HZ + MARGIN_SECONDS + 0.015
    )
    assert node.view.delay_seconds <= behind <= node.view.delay_seconds + 0.6


@given(st.integers(1, 9_000))
@settings(max_examples=6, deadline=None)
def test_columns_do_not_depend_on_the_size_of_chunks(chunk_samples: int) -> None:
    """The same sound and scores give the same bytes."""
    sizes = (800, max(chunk_samples, 40))
    node, other = LiveViewNode(), LiveViewNode()
    for each, size in zip((node, other), sizes, strict=True):
        each.process(QUIET[: 14 * RATE_HZ], size)
    common = node.columns.keys() & other.columns.keys()
    assert len(common) >= 180
    assert {n: node.columns[n] for n in common} == {n: other.columns[n] for n in common}


@pytest.mark.parametrize("level_dbfs", [-25.0, -45.0, -65.0])
def test_no_word_is_sent(spoken: np.ndarray, level_dbfs: float) -> None:
    """Also of a model without labels for speech: the voice detector finds it."""
    begin = round(LEARNT_SECONDS * RATE_HZ)
    speech = spoken / np.sqrt(np.mean(spoken**2)) * 10 ** (level_dbfs / 20)
    signal = np.concatenate((noise(LEARNT_SECONDS + 8.0, -70.0), noise(12.0, -70.0))) / 32_768
    signal[begin : begin + len(speech)] += speech
    node = LiveViewNode()
    node.process(np.clip(np.rint(signal * 32_768), -32_768, 32_767).astype(np.int16))
    words = np.flatnonzero(np.abs(spoken) > 0.05 * np.abs(spoken).max()) + begin
    assert node.shown.isdisjoint(set(words // COLUMN))
    assert node.shown >= columns_of(LEARNT_SECONDS - 2.0, LEARNT_SECONDS - 1.0)
    assert node.shown & columns_of(26.0, 28.0)


def test_a_voice_hides_what_comes_just_before_and_after(spoken: np.ndarray) -> None:
    """By the margin of clips; the first word of a view is hidden, too."""
    node = LiveViewNode()
    speech = np.clip(np.rint(spoken * 9_000), -32_768, 32_767).astype(np.int16)
    node.process(np.concatenate((speech, noise(8.0))))
    end = (len(speech) / RATE_HZ) + MARGIN_SECONDS
    assert node.shown.isdisjoint(columns_of(0.0, end - 0.2))


def test_a_label_for_speech_hides_its_whole_window() -> None:
    """Also where the detector finds no voice; other scores are sent all the same."""
    speech_start = 64_000 * 4
    node = LiveViewNode(lambda start: (0.1, 0.2, 0.6 if start == speech_start else 0.0))
    node.process(QUIET)
    first = speech_start / RATE_HZ
    hidden = columns_of(first - MARGIN_SECONDS, first + WINDOW / RATE_HZ + MARGIN_SECONDS)
    assert node.shown.isdisjoint(hidden)
    around = columns_of(first - 2.0, first - 0.5) | columns_of(first + 2.0, first + 3.0)
    assert node.shown >= around


def test_sound_that_was_not_classified_is_hidden() -> None:
    """The gate was shut, or the classifier has failed to take it."""
    shut = range(16 * RATE_HZ, 18 * RATE_HZ)
    node = LiveViewNode(lambda start: None if start in shut else (0.1, 0.1, 0.0))
    node.process(QUIET)
    assert node.shown.isdisjoint(columns_of(17.0, 17.9))
    assert node.shown >= columns_of(14.0, 15.0)
    nothing = LiveViewNode(lambda _start: None)
    nothing.process(QUIET)
    assert nothing.sent
    assert nothing.shown == set()


def test_after_a_gap_the_background_is_learnt_anew() -> None:
    """No column has a part of the lost sound; the numbers show the gap."""
    node = LiveViewNode()
    node.process(QUIET)
    start = 40 * RATE_HZ + 7
    before = max(node.columns)
    node.process(QUIET, start=start)
    later = {number for number in node.columns if number > before}
    assert min(later) == -(-start // COLUMN)
    assert node.shown & later


def test_a_view_ends_by_itself_and_begins_anew() -> None:
    """A request that is not repeated; nothing of the view stays in memory."""
    node = LiveViewNode(seconds=10.0)
    node.process(QUIET)
    assert not node.view.is_active
    last = node.sent[-1]
    assert (last.first + len(last.columns)) * COLUMN / RATE_HZ <= 10.0 - node.view.delay_seconds
    assert len(node.view._samples) == 0  # noqa: SLF001 - nothing else shows it
    count = len(node.sent)
    node.view.renew(30.0)
    node.process(noise(20.0, seed=2), start=len(QUIET))
    assert len(node.sent) > count
    assert node.sent[count].first == len(QUIET) // COLUMN


def test_a_request_is_renewed() -> None:
    """Also by a shorter one: the latest counts."""
    node = LiveViewNode(seconds=60.0)
    node.view.renew(5.0)
    node.process(QUIET[: 4 * RATE_HZ])
    node.view.renew(5.0)
    node.process(QUIET[: 4 * RATE_HZ], start=4 * RATE_HZ)
    assert node.view.is_active
    node.process(QUIET[: 4 * RATE_HZ], start=8 * RATE_HZ)
    assert not node.view.is_active


def test_a_view_ends_while_there_is_no_sound() -> None:
    """The microphone is gone."""
    node = LiveViewNode(seconds=10.0)
    node.now_seconds = 9.9
    node.view.on_waiting()
    assert node.view.is_active
    node.now_seconds = 10.0
    node.view.on_waiting()
    assert not node.view.is_active


def test_a_file_at_full_speed_sends_no_more_than_a_microphone() -> None:
    """Columns that are left out are missing in the numbers, and memory is bounded."""
    node = LiveViewNode()
    longest = 0
    for second in range(200):
        start = second * RATE_HZ
        node.now_seconds = second / 100
        node.view.on_chunk(Chunk(start, noise(1.0, seed=second), STARTS_AT_NS))
        longest = max(longest, len(node.view._samples))  # noqa: SLF001 - the memory
    assert 4 <= len(node.sent) <= 6
    assert {len(found.columns) for found in node.sent} == {MOST_COLUMNS}
    assert longest < 50 * RATE_HZ


def test_a_view_changes_no_chunk() -> None:
    """The pipeline hands the same samples on."""
    node, samples = LiveViewNode(), noise(4.0)
    kept: Pcm = samples.copy()
    samples.flags.writeable = False
    node.process(samples)
    assert np.array_equal(samples, kept)
