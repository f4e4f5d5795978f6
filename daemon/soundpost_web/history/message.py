"""A message of a node as the history and the live page take it, and the order of its states."""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from soundpost.events import State

_DAY_MS = 86_400_000
_UNSET_MS = 1_700_000_000_000
"""November 2023, before this program was written: an earlier clock was never set."""


class Rank(IntEnum):
    """The states of an event as bits, in the order in which they follow each other.

    The last two are final: no message of the event follows.
    """

    STARTED = 1
    CONFIRMED = 2
    ENDED = 4
    RETRACTED = 8

    @classmethod
    def of(cls, state: State) -> "Rank":
        """Returns the rank of a state."""
        return cls[state.name]


class Numbered(NamedTuple):
    """The number of a message of a node, which grows by one with each detection and summary.

    Attributes:
        node: `<node>` or `<node>/<source>`, by the topic.
        seq: The number.
        at_ms: The time to which the message belongs, milliseconds since 1970.
        is_new_state: False if the history had its event in this state before, so that the message
            was delivered twice.
    """

    node: str
    seq: int
    at_ms: int
    is_new_state: bool = True


@dataclass(frozen=True, slots=True)
class Summary:
    """The sum of the events of a label that goes on all the time; the history has its number.

    Attributes:
        node: `<node>` or `<node>/<source>`, by the topic.
        seq: The number of the message.
        at_ms: The end of its period.
    """

    node: str
    seq: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class EventMessage:
    """One state of one event.

    Attributes:
        node: `<node>` or `<node>/<source>`, by the topic.
        seq: The number of the message at the node.
        id: The event, the same in all its states.
        state: Its state.
        label: The label of the sound.
        common_name: The name that people use, if any.
        scientific_name: The name of the species in Latin, if any.
        score: The peak of the smoothed score so far.
        threshold: The smoothed score that started the event.
        onset_ms: The start of the event by the clock of the node, milliseconds since 1970.
        offset_ms: Its end; None while it lasts.
        clock: `synced`, `untrusted` or `file`.
        level_dbfs: The RMS level of its loudest window.
        model: The id of the model.
        clip: The file name of its clip, if there is one.
        is_backfilled: True if it was sent late.
        received_ms: The time at which the page received it.
    """

    node: str
    seq: int
    id: str
    state: State
    label: str
    common_name: str | None
    scientific_name: str | None
    score: float
    threshold: float
    onset_ms: int
    offset_ms: int | None
    clock: str
    level_dbfs: float
    model: str
    clip: str | None
    is_backfilled: bool
    received_ms: int

    @property
    def rank(self) -> Rank:
        """The rank of the state."""
        return Rank.of(self.state)

    @property
    def at_ms(self) -> int:
        """The place of the event in the history: its onset, unless the clock contradicts itself.

        Times of a recording count from its start, a clock that was never set begins in 1970, and
        an event of tomorrow would stay above all others. Such events are where they were received,
        unless the clock of the page is not set either.
        """
        if self.received_ms < _UNSET_MS:
            return self.onset_ms
        is_early = self.received_ms - self.onset_ms > _DAY_MS
        is_future = self.onset_ms - self.received_ms > _DAY_MS
        is_wrong = self.clock == "file" or (self.clock != "synced" and is_early) or is_future
        return self.received_ms if is_wrong else self.onset_ms


Message = EventMessage | Summary
