"""Builds messages from detections and counters: ids, numbers, times, rounding."""

import random
from collections.abc import Callable, Sequence

import msgspec
from msgspec import UNSET

from soundpost import __version__
from soundpost.events import Detection, State, Summary
from soundpost.health import Health, Problem
from soundpost.messages.load import Load
from soundpost.messages.origin import Origin
from soundpost.messages.payload import DetectionMessage, HealthMessage
from soundpost.messages.summary import SummaryMessage
from soundpost.messages.uuid7 import uuid7
from soundpost.system.clock import ClockState, rfc3339

SCORE_DECIMALS = 4  # an int8 model has 256 scores; more digits would suggest a precision it lacks
LEVEL_DECIMALS = 1
_SECONDS_DECIMALS = 3
_PERCENT_DECIMALS = 1


class MessageBuilder:
    """Builds the messages of detections, summaries and health, for MQTT and for JSON lines.

    All states of an event share one id; each detection or summary has the next number.

    Args:
        origin: The node, the models that classify, and the names of their labels.
        sample_rate_hz: The rate of the samples in which events and health are counted.
        clock: Returns the state of the wall clock; called for each message.
        last_seq: The last number that was given, perhaps by an earlier run.
        rng: The source of the ids' random bits.
    """

    def __init__(
        self,
        origin: Origin,
        *,
        sample_rate_hz: int,
        clock: Callable[[], ClockState],
        last_seq: int = 0,
        rng: random.Random | None = None,
    ) -> None:
        self._node, self._source = origin.name.node, origin.name.source or UNSET
        self._models = list(origin.models)
        self._named_labels = origin.named_labels
        self._heads, self._heads_of_labels = list(origin.heads), origin.heads_of_labels
        self._sample_rate_hz = sample_rate_hz
        self._clock = clock
        self._rng = rng or random.SystemRandom()
        self._ids: dict[int, str] = {}
        self._seq = last_seq

    def detection(self, detection: Detection) -> DetectionMessage:
        """Returns the message of the next state of an event.

        Raises:
            KeyError: The event has not started, or is over.
        """
        event_id = self._event_id(detection)
        self._seq += 1
        ended_ns = detection.offset_utc_ns
        named = self._named_labels.get(detection.label)
        return DetectionMessage(
            id=event_id,
            seq=self._seq,
            node=self._node,
            source=self._source,
            state=detection.state,
            label=detection.label,
            common_name=named.common_name or UNSET if named else UNSET,
            scientific_name=named.scientific_name or UNSET if named else UNSET,
            score=round(float(detection.score), SCORE_DECIMALS),
            threshold=round(float(detection.threshold), SCORE_DECIMALS),
            onset=rfc3339(detection.onset_utc_ns),
            offset=None if ended_ns is None else rfc3339(ended_ns),
            clock=self._clock(),
            level_dbfs=_rounded_level(detection.level_dbfs),
            model=self._models[detection.model],
            head=self._heads_of_labels.get(detection.label, UNSET),
        )

    def closing(self, latest: DetectionMessage, seen_utc_ns: int) -> DetectionMessage:
        """Returns the last message of an event that an earlier run left open.

        A confirmed event is ended, an unconfirmed one retracted: its minimum was never reached.

        Args:
            latest: The latest message of the event.
            seen_utc_ns: The latest time at which it is known to have lasted, nanoseconds since
                1970 UTC. The offset, unless the clock was set back behind the onset.
        """
        self._seq += 1
        return msgspec.structs.replace(
            latest,
            seq=self._seq,
            state=State.ENDED if latest.state is State.CONFIRMED else State.RETRACTED,
            offset=max(latest.onset, rfc3339(seen_utc_ns)),  # of one length: text sorts by time
            backfilled=True,
        )

    def summary(self, summary: Summary) -> SummaryMessage:
        """Returns the message of a label that goes on all the time."""
        self._seq += 1
        named = self._named_labels.get(summary.label)
        return SummaryMessage(
            seq=self._seq,
            node=self._node,
            source=self._source,
            state=summary.state,
            label=summary.label,
            common_name=named.common_name or UNSET if named else UNSET,
            scientific_name=named.scientific_name or UNSET if named else UNSET,
            since=rfc3339(summary.since_utc_ns),
            begins=rfc3339(summary.from_utc_ns),
            ends=rfc3339(summary.to_utc_ns),
            clock=self._clock(),
            events=summary.events,
            seconds=round(summary.seconds, _SECONDS_DECIMALS),
            score=round(float(summary.score), SCORE_DECIMALS),
            model=self._models[summary.model],
        )

    def health(
        self,
        health: Health,
        utc_ns: int,
        problems: Sequence[Problem] = (),
        load: Load = Load(),  # noqa: B008 - immutable
    ) -> HealthMessage:
        """Returns a snapshot of the counters and problems as a message.

        Args:
            health: The counters; later changes do not affect the message.
            utc_ns: The time now, nanoseconds since 1970 UTC.
            problems: The microphone problems.
            load: The load of the process.
        """
        return HealthMessage(
            node=self._node,
            source=self._source,
            time=rfc3339(utc_ns),
            clock=self._clock(),
            version=__version__,
            model=self._models[0],
            heard_seconds=round(health.samples / self._sample_rate_hz, _SECONDS_DECIMALS),
            problems=list(problems),
            queue_seconds=round(load.queue_seconds, _SECONDS_DECIMALS),
            cpu_percent=round(load.cpu_percent, _PERCENT_DECIMALS),
            rss_bytes=load.rss_bytes,
            counters=msgspec.structs.replace(health),
            models=self._models if len(self._models) > 1 else msgspec.UNSET,
            heads=self._heads or msgspec.UNSET,
        )

    def _event_id(self, detection: Detection) -> str:
        match detection.state:
            case State.STARTED:
                self._ids[detection.event] = str(uuid7(detection.onset_utc_ns, self._rng))
                return self._ids[detection.event]
            case State.CONFIRMED:
                return self._ids[detection.event]
            case State.ENDED | State.RETRACTED:
                return self._ids.pop(detection.event)


def _rounded_level(level_dbfs: float) -> float:
    return round(float(level_dbfs), LEVEL_DECIMALS) + 0.0  # and no "-0.0" on the wire
