"""The parts of the daemon that metrics are collected from."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from soundpost.health import Health
from soundpost.metrics.inference_timer import InferenceTimer
from soundpost.system.clock import ClockState

if TYPE_CHECKING:
    # A node that measures no minutes imports nothing of them.
    from soundpost.messages.acoustics import AcousticsMessage


class Model(Protocol):
    """The identity of a model."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def version(self) -> str:
        """Its version."""


class TimedModel(msgspec.Struct, frozen=True):
    """A model in use, and what counts its inference times."""

    model: Model
    inference_timer: InferenceTimer


class MetricSources(msgspec.Struct, frozen=True):
    """The parts of the daemon that metrics are collected from.

    Attributes:
        models: The models in use.
        labels: The tracked labels; each is counted from the start.
        health: The counters.
        sample_rate_hz: Converts counted samples into seconds.
        clock: Returns whether the wall clock can be trusted. It is asked only when a set is due:
            each call costs a system call, and the interval between calls is part of its answer.
        series: The series in which the events of a label are counted (`event_series`); a label that
            is not among the keys has one of its own.
        acoustics: Returns the acoustic figures of the last minute; None without any.
        source: The name of the source, a label of every metric; None if the node has one source.
    """

    models: Sequence[TimedModel]
    labels: Sequence[str]
    health: Health
    sample_rate_hz: int
    clock: Callable[[], ClockState]
    series: Mapping[str, str] = msgspec.field(default_factory=dict)
    source: str | None = None
    acoustics: "Callable[[], AcousticsMessage | None]" = lambda: None
