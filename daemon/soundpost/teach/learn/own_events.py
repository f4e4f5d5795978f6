"""Leaves the events of a head out of the background that it is taught again on.

The service keeps the embeddings of the last hours, those of the sound that is taught included. As
background they would teach the head that its own label is another sound. An event that a review
found wrong is another sound, and stays. So does everything if the head itself knows too little of
the place for its events to be right: it was taught without background, or detects all the time.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from soundpost.heads import Head, current_version, load_head, version_folder
from soundpost.teach.examples import Stretch
from soundpost.teach.learn.events import smoothed
from soundpost.teach.lesson import Lesson
from soundpost.teach.sound.embed import Embedder
from soundpost.teach.stored_background import MARGIN_SECONDS, Span, span_of

MOST_SHARE = 0.1
"""Of the background in events: a bell that rings twelve times in an hour is in 2 % of it. A label
that really sounds so often cannot be told from a head that is wrong, and needs other background."""
_NANOSECONDS = 1_000_000_000


def without_own_events(lesson: Lesson, embedder: Embedder, heads: Path) -> Lesson:
    """Returns a lesson without the background in which the head in use gives events.

    The times of its clips of other sounds stay: a review found them wrong, or the user named them.

    Args:
        lesson: With the background that the service has stored.
        embedder: Of the model. A head on another one says nothing of this background.
        heads: The folder of heads.

    Raises:
        HeadError: The head in use is damaged.
    """
    folder = heads / lesson.label
    head = load_head(version_folder(folder, current_version(folder)))
    description = head.description
    if description.backbone.sha256 != embedder.backbone.sha256:
        return lesson
    if not description.teaching.background_seconds:
        return lesson
    detected = [(stretch, _events(stretch, head)) for stretch in lesson.background]
    windows = sum(len(stretch.embeddings) for stretch in lesson.background)
    if sum(b - a for _, events in detected for a, b in events) > MOST_SHARE * windows:
        return lesson
    wrong = [span for path in lesson.files_of_others if (span := span_of(path))]
    background: list[Stretch] = []
    count = 0
    for stretch, events in detected:
        unreviewed = [event for event in events if not _is_at(stretch, event, wrong)]
        count += len(unreviewed)
        background += _without(stretch, unreviewed)
    return replace(lesson, background=background, unreviewed_events=count)


def _events(stretch: Stretch, head: Head) -> list[tuple[int, int]]:
    """Returns the windows of each event of a head, from the first to behind the last."""
    label = head.description.label
    means = smoothed(head.scores(stretch.embeddings)[:, 0].astype(np.float64))
    is_open = np.concatenate(([False], means >= label.off_threshold, [False]))
    edges = np.flatnonzero(is_open[1:] != is_open[:-1]).reshape(-1, 2).tolist()
    return [(a, b) for a, b in edges if means[a:b].max() >= label.on_threshold]


def _is_at(stretch: Stretch, event: tuple[int, int], spans: Sequence[Span]) -> bool:
    """Returns whether an event of a stretch lies in one of some times, in part at least."""
    start, end = (_time_ns(stretch, window) for window in event)
    return any(start <= span.end_ns and end >= span.start_ns for span in spans)


def _time_ns(stretch: Stretch, window: int) -> int:
    return (stretch.start_utc_ns or 0) + round(window * stretch.stride_seconds * _NANOSECONDS)


def _without(stretch: Stretch, events: Sequence[tuple[int, int]]) -> list[Stretch]:
    """Returns the parts of a stretch between events, without the windows close to them."""
    margin = round(MARGIN_SECONDS / stretch.stride_seconds)
    used = np.ones(len(stretch.embeddings), np.bool_)
    for first, behind in events:
        used[max(0, first - margin) : behind + margin] = False
    edges = np.flatnonzero(np.diff(np.concatenate(([False], used, [False]))))
    return [
        replace(
            stretch,
            embeddings=stretch.embeddings[first:behind],
            start_utc_ns=_time_ns(stretch, first),
            begin_seconds=stretch.begin_seconds + first * stretch.stride_seconds,
        )
        for first, behind in edges.reshape(-1, 2).tolist()
    ]
