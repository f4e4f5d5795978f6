"""Raises and clears the problems of the microphone."""

import logging
import time
from collections.abc import Callable

from soundpost.audio import NANOSECONDS, Chunk, samples_to_ns
from soundpost.health import Problem
from soundpost.monitor.alarm import Alarm
from soundpost.monitor.level_drop import LevelDrop
from soundpost.monitor.measures import OneSecondStats, SecondSplitter
from soundpost.monitor.thresholds import ANTIPHASE, BACKLOG, CLIPPING, CONSTANT, DC_OFFSET
from soundpost.observer import Observer

LONGEST_DELAY_SECONDS = 5.0
"""A longer delay in one second counts as this much: the wall clock may have been set."""

MESSAGES = {
    Problem.NO_SAMPLES: (
        "no sound: the microphone or the stream is absent",
        "look at the plug and the cable; `soundpost check` tries the source",
    ),
    Problem.DIGITAL_SILENCE: (
        "all samples are zero",
        "it is muted (see `alsamixer`, `pactl list sources`), or capture.channel is the wrong one",
    ),
    Problem.STUCK_VALUE: (
        "all samples have the same value",
        "its converter hangs: unplug it and plug it in; if it stays, it is broken",
    ),
    Problem.DC_OFFSET: (
        "its sound has a constant offset",
        "a poor converter may have one from the first day; a new one means damage, or water",
    ),
    Problem.CLIPPING: (
        "its sound is clipped",
        "turn its gain down (`alsamixer`, F4), or take it away from the wind",
    ),
    Problem.ANTIPHASE: (
        "two channels carry the same sound in antiphase, with opposite sign; mixed they cancel",
        'capture.channel = "auto" uses only one; a balanced microphone needs an adapter for stereo',
    ),
    Problem.LEVEL_COLLAPSE: (
        "it is far quieter than at any time in the last day",
        "it is covered, wet, or its cable is torn; if its gain was changed, restart soundpost",
    ),
    Problem.BACKLOG: (
        "its sound is processed late",
        "the machine is too slow, or its disk: see `soundpost bench`, and evidence.folder",
    ),
}
"""What a problem is and what to do, by the problem."""

_log = logging.getLogger("soundpost.condition")


class MicrophoneMonitor(Observer):
    """Measures all sound, and raises and clears the problems of its microphone.

    Each problem has hysteresis, and is logged once when it is raised and once when it is cleared.
    The size of the chunks makes no difference. `no_samples` depends on the source, which waits for
    its microphone; `backlog` depends on the wall clock; the others depend on the samples alone.
    When a microphone comes back the alarms start again. Only the level history of the place stays.

    Args:
        sample_rate_hz: The rate of the chunks.
        wall_ns: The wall clock that the capture times of chunks follow.

    Attributes:
        problems: The present problems.
    """

    def __init__(self, sample_rate_hz: int, *, wall_ns: Callable[[], int] = time.time_ns) -> None:
        self._sample_rate_hz = sample_rate_hz
        self._wall_ns = wall_ns
        self._seconds = SecondSplitter(sample_rate_hz)
        self._silence = Alarm(CONSTANT)
        self._stuck = Alarm(CONSTANT)
        self._offset_up = Alarm(DC_OFFSET)
        self._offset_down = Alarm(DC_OFFSET)
        self._clipping = Alarm(CLIPPING)
        self._antiphase = Alarm(ANTIPHASE)
        self._backlog = Alarm(BACKLOG)
        self._level_drop = LevelDrop()
        self._has_no_samples = False
        self.problems: tuple[Problem, ...] = ()

    def on_waiting(self) -> None:
        """Raises `no_samples`, and clears what only sound can show."""
        self._has_no_samples = True
        for alarm in self._alarms:
            alarm.reset()
        self._log_changes()

    def on_chunk(self, chunk: Chunk) -> None:
        """Measures the seconds that the chunk completes, and raises or clears problems."""
        for second in self._seconds.split(chunk):
            self._has_no_samples = False
            self._update(second, self._delay_seconds(chunk))
            self._log_changes()

    @property
    def _alarms(self) -> tuple[Alarm, ...]:
        offsets = self._offset_up, self._offset_down
        others = self._clipping, self._antiphase, self._backlog
        return self._silence, self._stuck, *offsets, *others

    def _update(self, second: OneSecondStats, delay_seconds: float) -> None:
        self._silence.update(second.is_constant and not second.offset)
        self._stuck.update(second.is_constant and bool(second.offset))
        # One alarm for each sign: a slow swing about zero is no offset.
        self._offset_up.update(0.0 if second.is_constant else second.offset)
        self._offset_down.update(0.0 if second.is_constant else -second.offset)
        self._clipping.update(0.0 if second.is_constant else second.clipped)
        self._antiphase.update(second.is_antiphase)
        self._backlog.update(delay_seconds)
        self._level_drop.update(second.level_dbfs)

    def _delay_seconds(self, chunk: Chunk) -> float:
        ended_ns = chunk.utc_ns + samples_to_ns(len(chunk.samples), self._sample_rate_hz)
        delay_seconds = (self._wall_ns() - ended_ns) / NANOSECONDS
        return min(max(delay_seconds, 0.0), LONGEST_DELAY_SECONDS)

    def _log_changes(self) -> None:
        """Updates the problems, and logs those that are new or over."""
        raised = {
            Problem.NO_SAMPLES: self._has_no_samples,
            Problem.DIGITAL_SILENCE: self._silence.is_raised,
            Problem.STUCK_VALUE: self._stuck.is_raised,
            Problem.DC_OFFSET: self._offset_up.is_raised or self._offset_down.is_raised,
            Problem.CLIPPING: self._clipping.is_raised,
            Problem.ANTIPHASE: self._antiphase.is_raised,
            Problem.LEVEL_COLLAPSE: self._level_drop.is_raised and not self._has_no_samples,
            Problem.BACKLOG: self._backlog.is_raised,
        }
        problems = tuple(problem for problem, is_raised in raised.items() if is_raised)
        for problem in problems:
            if problem not in self.problems:
                _log.warning("microphone, %s: %s\n  hint: %s", problem, *MESSAGES[problem])
        for problem in self.problems:
            if problem not in problems:
                _log.info("microphone, %s: it is over", problem)
        self.problems = problems
