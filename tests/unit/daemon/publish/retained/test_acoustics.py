"""Acoustic figures as a retained state: replaced each minute, removed when sound stays away."""

import json
from collections.abc import Sequence

import numpy as np

from soundpost.acoustics.meter import MinuteMeter
from soundpost.acoustics.minutes import UtcMinutes
from soundpost.acoustics.reference import LevelReference
from soundpost.audio import Chunk
from soundpost.messages import NodeName
from soundpost.messages.acoustics import acoustics_message
from soundpost.publish.retained.acoustics import AcousticsPublisher, build_acoustics_publisher
from soundpost.publish.retained.state_topics import StateTopics, TopicState

RATE_HZ = 8_000
SECOND_NS = 1_000_000_000
NOON_NS = 1_795_176_000 * SECOND_NS  # 2026-11-20T12:00:00Z
NODE = NodeName("north-gate")


class Node:
    """A publisher on a clock that the test sets."""

    def __init__(self) -> None:
        self.second = 0
        self.topics = StateTopics()
        self.publisher = AcousticsPublisher(
            MinuteMeter(RATE_HZ, UtcMinutes(RATE_HZ)),
            lambda figures: acoustics_message(NODE, figures, LevelReference(), "synced"),
            self.topics,
            lambda: NOON_NS + self.second * SECOND_NS,
        )

    @property
    def has_figures(self) -> bool:
        """True while a message is retained."""
        return self.publisher.latest is not None

    def run(self, seconds: int, *, has_sound: bool) -> Sequence[TopicState]:
        """Lets seconds pass with or without sound; returns what is published."""
        published: list[TopicState] = []
        for _ in range(seconds):
            if has_sound:
                sound = np.full(RATE_HZ, 100, np.int16)
                sound[::2] = -100
                utc_ns = NOON_NS + self.second * SECOND_NS
                self.publisher.on_chunk(Chunk(self.second * RATE_HZ, sound, utc_ns))
            self.second += 1
            if not has_sound:
                self.publisher.on_waiting()
            published += self.topics.pop_pending()
        return published


def test_each_minute_replaces_the_one_before() -> None:
    """As a retained message, at the end of the minute."""
    node = Node()
    first, second = node.run(125, has_sound=True)
    assert (first.topic, first.is_retained) == ("acoustics", True)
    assert [json.loads(state.payload)["start"] for state in (first, second)] == [
        "2026-11-20T12:00:00.000Z",
        "2026-11-20T12:01:00.000Z",
    ]
    assert node.publisher.latest is not None
    assert node.publisher.latest.start == "2026-11-20T12:01:00.000Z"


def test_figures_are_removed_when_sound_stays_away() -> None:
    """A minute after the next ones would have been published, so that none looks current."""
    node = Node()
    assert len(node.run(80, has_sound=True)) == 1
    (partial,) = node.run(60, has_sound=False)
    assert json.loads(partial.payload)["seconds"] == 20.0
    assert not node.run(99, has_sound=False)
    had_figures = node.has_figures
    assert node.run(5, has_sound=False) == [TopicState("acoustics", b"")]
    assert (had_figures, node.has_figures) == (True, False)
    assert not node.run(600, has_sound=False)
    node.topics.renew_all()
    assert node.topics.pop_renewal() is None
    # A whole minute later the figures are there again.
    assert [bool(state.payload) for state in node.run(80, has_sound=True)] == [True]


def test_without_a_reference_there_is_no_publisher() -> None:
    """Nothing is measured: it is off by default."""
    topics = StateTopics()
    assert build_acoustics_publisher(NODE, None, RATE_HZ, lambda: "synced", topics) is None
    built = build_acoustics_publisher(NODE, LevelReference(), RATE_HZ, lambda: "synced", topics)
    assert isinstance(built, AcousticsPublisher)
