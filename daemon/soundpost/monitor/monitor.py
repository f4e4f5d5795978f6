"""Problems of a microphone, as they come and go."""

import logging
import time
from collections.abc import Callable

from soundpost.audio import NANOSECONDS, Chunk, samples_to_ns
from soundpost.health import Problem
from soundpost.monitor.alarm import Alarm
from soundpost.monitor.level_drop import LevelDrop
from soundpost.monitor.measures import OneSecondStats, SecondSplitter
from soundpost.monitor.thresholds import BACKLOG, CLIPPING, CONSTANT, DC_OFFSET
from soundpost.observer import Observer

LATEST_SECONDS = 5.0
"""No more is believed of a second's lateness: the wall clock may have been set in it."""

_WORDS = {
    Problem.NO_SAMPLES: (
        "nothing is heard: there is no microphone",
        "look at the plug and the cable; `soundpost devices` must list it",
    ),
    Problem.DIGITAL_SILENCE: (
        "nothing but zeros is heard",
        "it is muted, or turned down to nothing: see `alsamixer` or `pactl list sources`",
    ),
    Problem.STUCK_VALUE: (
        "the same value is heard all the time",
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
    Problem.LEVEL_COLLAPSE: (
        "it is far quieter than it ever was here",
        "it is covered, wet, or its cable is torn; if its gain was changed, restart soundpost",
    ),
    Problem.BACKLOG: (
        "its sound is heard late",
        "the machine is too slow, or its disk: see `soundpost bench`, and evidence.folder",
    ),
}

_log = logging.getLogger("soundpost.condition")


class MicrophoneMonitor(Observer):
    """Listens to all sound, and says what is wrong with the microphone that gives it.

    Each problem is raised and cleared with hysteresis, and logged once each time. But for the
    backlog, all is a function of the samples, whatever the size of the chunks. A microphone that
    was away is judged anew; only how quiet the place has been is remembered.

    Args:
        sample_rate_hz: The rate of the chunks.
        wall_ns: The clock by which the wall time of chunks goes.
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
        self._backlog = Alarm(BACKLOG)
        self._collapse = LevelDrop()
        self._is_deaf = False
        self.problems: tuple[Problem, ...] = ()

    def on_waiting(self) -> None:
        """Raises `no_samples`, and clears what only sound can show."""
        self._is_deaf = True
        for latch in self._latches:
            latch.reset()
        self._log_changes()

    def on_chunk(self, chunk: Chunk) -> None:
        """Measures the seconds that the chunk completes, and raises or clears problems."""
        for second in self._seconds.split(chunk):
            self._is_deaf = False
            self._update(second, self._late_seconds(chunk))
            self._log_changes()

    @property
    def _latches(self) -> tuple[Alarm, ...]:
        offsets = self._offset_up, self._offset_down
        return self._silence, self._stuck, *offsets, self._clipping, self._backlog

    def _update(self, second: OneSecondStats, late_seconds: float) -> None:
        self._silence.update(second.is_constant and not second.offset)
        self._stuck.update(second.is_constant and bool(second.offset))
        # One for each sign: a slow swing about zero is no offset.
        self._offset_up.update(0.0 if second.is_constant else second.offset)
        self._offset_down.update(0.0 if second.is_constant else -second.offset)
        self._clipping.update(0.0 if second.is_constant else second.clipped)
        self._backlog.update(late_seconds)
        self._collapse.update(second.level_dbfs)

    def _late_seconds(self, chunk: Chunk) -> float:
        ended_ns = chunk.utc_ns + samples_to_ns(len(chunk.samples), self._sample_rate_hz)
        late_seconds = (self._wall_ns() - ended_ns) / NANOSECONDS
        return min(max(late_seconds, 0.0), LATEST_SECONDS)

    def _log_changes(self) -> None:
        """See which problems there are, and log which are new or over."""
        raised = {
            Problem.NO_SAMPLES: self._is_deaf,
            Problem.DIGITAL_SILENCE: self._silence.is_raised,
            Problem.STUCK_VALUE: self._stuck.is_raised,
            Problem.DC_OFFSET: self._offset_up.is_raised or self._offset_down.is_raised,
            Problem.CLIPPING: self._clipping.is_raised,
            Problem.LEVEL_COLLAPSE: self._collapse.is_raised and not self._is_deaf,
            Problem.BACKLOG: self._backlog.is_raised,
        }
        problems = tuple(problem for problem in Problem if raised[problem])
        for problem in problems:
            if problem not in self.problems:
                _log.warning("microphone, %s: %s\n  hint: %s", problem, *_WORDS[problem])
        for problem in self.problems:
            if problem not in problems:
                _log.info("microphone, %s: it is over", problem)
        self.problems = problems
