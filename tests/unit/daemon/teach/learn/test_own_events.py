"""Events that a head gave itself are no background when it is taught again."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from heads import store_tiny_head
from made_clips import RATE_HZ, doorbell, quiet_background
from taught_node import LABEL, TaughtNode, embedder, lesson_of, make_node, teach_node

from soundpost.teach.examples import Stretch
from soundpost.teach.learn.own_events import without_own_events
from soundpost.teach.lesson import Lesson
from soundpost.teach.sound.clips import Clip

START_NS = 1_795_246_200_000_000_000  # 2026-11-21T07:30:00Z
SECONDS = 120.0
RINGS_SECONDS = (20, 40)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> TaughtNode:
    """Provides a node that was taught its doorbell."""
    made = make_node(tmp_path_factory.mktemp("node"), bells=4)
    assert teach_node(made).version == 1
    return made


@pytest.fixture(scope="module")
def stretch() -> Stretch:
    """Provides two minutes of background in which the bell rang twice."""
    samples = quiet_background(SECONDS)
    for seconds in RINGS_SECONDS:
        bell = doorbell(seconds)
        samples[seconds * RATE_HZ : seconds * RATE_HZ + len(bell)] += bell
    return stretch_of(samples)


def stretch_of(samples: np.ndarray[tuple[int], np.dtype[np.int16]]) -> Stretch:
    """Returns the windows of a sound, as the service stores them."""
    windows = embedder().embed(samples)
    return Stretch("this node", windows.embeddings, embedder().stride_seconds, START_NS)


def again(node: TaughtNode, **given: object) -> Lesson:
    """Returns a lesson of a label that is taught again, without its own events."""
    lesson = Lesson(LABEL, clips=[], others=[], **given)  # type: ignore[arg-type] # any of the fields
    return without_own_events(lesson, embedder(), node.heads)


def seconds_of(stretches: list[Stretch]) -> list[tuple[float, float]]:
    """Returns the start of each stretch, and its end, in seconds."""
    starts = [((each.start_utc_ns or 0) - START_NS) / 1e9 for each in stretches]
    return [(start, start + each.seconds) for start, each in zip(starts, stretches, strict=True)]


def recorded(folder: Path, seconds: int) -> Path:
    """Writes what a node writes beside a clip of an event at a time, and returns the clip."""
    clip = folder / f"{seconds}.flac"
    sidecar = {"clip": clip.name, "start": f"2026-11-21T07:30:{seconds}.000Z", "seconds": 3.0}
    sidecar |= {"onset_seconds": 1.0, "offset_seconds": 2.0, "muted": [], "detection": {}}
    clip.with_suffix(".json").write_text(json.dumps(sidecar))
    return clip


def test_windows_in_which_the_head_detects_are_left_out(node: TaughtNode, stretch: Stretch) -> None:
    """With those that have a part of the sound; the rest stays at its time."""
    lesson = again(node, background=[stretch])
    assert lesson.unreviewed_events == 2
    first, second, third = seconds_of(list(lesson.background))
    assert first[0] == 0.0
    assert third[1] == pytest.approx(SECONDS, abs=2.5)
    for (_, end), (start, _), rang in zip(
        (first, second), (second, third), RINGS_SECONDS, strict=True
    ):
        assert end + embedder().window_samples / RATE_HZ < rang + 1.0
        assert start > rang + 1.0
        assert start - end < 14.0


def test_an_event_that_a_review_found_wrong_is_background(
    node: TaughtNode, stretch: Stretch, tmp_path: Path
) -> None:
    """It is what the head must learn from, given now or for an earlier version."""
    samples = doorbell(RINGS_SECONDS[0])
    wrong = Clip(recorded(tmp_path, RINGS_SECONDS[0]), lambda: samples, "0" * 64)
    lesson = without_own_events(
        Lesson(LABEL, clips=[], others=[wrong], background=[stretch]), embedder(), node.heads
    )
    assert lesson.unreviewed_events == 1
    assert len(lesson.background) == 2
    both = [wrong, Clip(recorded(tmp_path, RINGS_SECONDS[1]), lambda: samples, "1" * 64)]
    lesson = without_own_events(
        Lesson(LABEL, clips=[], others=both, background=[stretch]), embedder(), node.heads
    )
    assert lesson.unreviewed_events == 0
    assert len(lesson.background) == 1
    assert np.array_equal(lesson.background[0].embeddings, stretch.embeddings)


def test_background_without_an_event_stays_as_it_is(node: TaughtNode) -> None:
    """So does a lesson without any."""
    quiet = stretch_of(quiet_background(10.0, seed=3))
    lesson = again(node, background=[quiet])
    assert len(lesson.background[0].embeddings) == len(quiet.embeddings)
    assert lesson.unreviewed_events == again(node).unreviewed_events == 0


def test_a_head_that_detects_all_the_time_leaves_nothing_out(node: TaughtNode) -> None:
    """It is more likely wrong: a bell does not ring for a minute."""
    ringing = stretch_of(np.tile(doorbell(5), 24))
    lesson = again(node, background=[ringing])
    assert list(lesson.background) == [ringing]
    assert lesson.unreviewed_events == 0


def test_a_head_that_was_taught_without_background_leaves_nothing_out(
    node: TaughtNode, stretch: Stretch, tmp_path: Path
) -> None:
    """The advice after it is to teach it again with what an hour of the place has given."""
    made = replace(node, heads=tmp_path)
    assert teach_node(made, lesson_of(made, background_files=[])).version == 1
    assert list(again(made, background=[stretch]).background) == [stretch]


def test_a_head_on_another_model_leaves_nothing_out(tmp_path: Path, stretch: Stretch) -> None:
    """Its scores mean nothing on the embeddings of this model."""
    store_tiny_head(tmp_path)
    lesson = Lesson(LABEL, clips=[], others=[], background=[stretch])
    assert without_own_events(lesson, embedder(), tmp_path) is lesson
