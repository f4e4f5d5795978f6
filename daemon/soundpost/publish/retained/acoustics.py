"""Publishes the acoustic figures of each minute as a retained state."""

import time
from collections.abc import Callable

from soundpost.acoustics.figures import MinuteFigures
from soundpost.acoustics.meter import MinuteMeter
from soundpost.acoustics.minutes import MINUTE_NS, UtcMinutes
from soundpost.acoustics.observer import AcousticsObserver
from soundpost.acoustics.reference import LevelReference
from soundpost.messages.acoustics import AcousticsMessage, acoustics_message
from soundpost.messages.origin import NodeName
from soundpost.messages.payload import encode
from soundpost.publish.retained.state_topics import ACOUSTICS, StateTopics
from soundpost.system.clock import ClockState

_OUTDATED_NS = 3 * MINUTE_NS
"""After the start of the last minute that had sound: the next one would have been published a
minute ago. A retained value that stays would look current for ever."""


class AcousticsPublisher(AcousticsObserver):
    """Sets the figures of the last minute, and removes them once there was no sound for long.

    Args:
        meter: Measures.
        build_message: Returns the message of figures.
        state_topics: The topics to set.
        now_ns: The wall clock, nanoseconds since 1970 UTC.

    Attributes:
        latest: The message that is retained; None if there is none.
    """

    def __init__(
        self,
        meter: MinuteMeter,
        build_message: Callable[[MinuteFigures], AcousticsMessage],
        state_topics: StateTopics,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        super().__init__(meter, self._publish, now_ns)
        self._build_message = build_message
        self._state_topics = state_topics
        self._outdated_ns = 0
        self.latest: AcousticsMessage | None = None

    def on_waiting(self) -> None:
        """Publishes the minute in which the sound was lost; later removes it."""
        super().on_waiting()
        if self.latest is not None and self.now_ns() >= self._outdated_ns:
            self.latest = None
            self._state_topics.clear(ACOUSTICS)

    def _publish(self, figures: MinuteFigures) -> None:
        self.latest = self._build_message(figures)
        self._outdated_ns = figures.start_ns + _OUTDATED_NS
        self._state_topics.set(ACOUSTICS, encode(self.latest))


def build_acoustics_publisher(
    name: NodeName,
    reference: LevelReference | None,
    rate_hz: int,
    clock: Callable[[], ClockState],
    state_topics: StateTopics,
) -> AcousticsPublisher | None:
    """Builds the publisher of figures by minutes of UTC; None without a reference: they are off.

    Args:
        name: The node, or the source.
        reference: The reference of the levels.
        rate_hz: The rate of capture.
        clock: Returns whether the wall clock can be trusted.
        state_topics: The topics to set.
    """
    if reference is None:
        return None

    def build_message(figures: MinuteFigures) -> AcousticsMessage:
        return acoustics_message(name, figures, reference, clock())

    meter = MinuteMeter(rate_hz, UtcMinutes(rate_hz))
    return AcousticsPublisher(meter, build_message, state_topics)
