"""One source: its process, which is started again after it failed or made no progress."""

import logging
import signal
from collections.abc import Callable
from subprocess import Popen

from soundpost.config import SourceConfig
from soundpost.errors import EX_CONFIG
from soundpost.supervisor.notifications import NotificationSocket
from soundpost.supervisor.phase import Limits, Phase, describe_end
from soundpost.system.backoff import Backoff
from soundpost.system.log_once import LogOnce
from soundpost.system.printable import printable
from soundpost.system.process.parent import kill_group
from soundpost.system.signals import RETIRE

Start = Callable[[SourceConfig, str], Popen[bytes]]
"""Starts the process of a source, which notifies an address; raises OSError if it cannot."""

_NEVER = float("inf")
_log = logging.getLogger("soundpost.supervisor")


class SourceProcess:
    """A source and its process. Every method returns at once; `tick` does what is due.

    The process is watched as systemd watches a service: it must become ready, make progress, and
    end in time, or it is aborted, then killed. It is started again after waits that grow.

    Args:
        source: The source.
        start: Starts its process.
        limits: The longest times of its phases.
        now_seconds: The monotonic clock.

    Attributes:
        source: The source, as the configuration has it now.
        notifications: The socket of the process.
        phase: The present phase.
        due_seconds: The time of the next `tick`, unless something happens before.
        status: The latest status line of the process; empty without one.
        failure: The end of the latest process; empty if it did not fail.
        was_tried, was_ready: True once a process was ready or has ended; once one was ready.
    """

    def __init__(
        self, source: SourceConfig, start: Start, limits: Limits, now_seconds: Callable[[], float]
    ) -> None:
        self.source = source
        self.notifications = NotificationSocket()
        self.phase, self.due_seconds = Phase.WAITING, now_seconds()
        self.status = self.failure = ""
        self.was_tried = self.was_ready = False
        self._start = start
        self._limits = limits
        self._now_seconds = now_seconds
        self._process: Popen[bytes] | None = None
        self._backoff = Backoff()
        self._start_log = LogOnce(_log)
        self._ready_seconds, self._began_seconds = _NEVER, -_NEVER
        self._is_wanted, self._owes_reload = True, False

    @property
    def has_turn(self) -> bool:
        """True while the process starts, which takes a processor of its own for some seconds."""
        seconds = self._now_seconds() - self._began_seconds
        return self.phase is Phase.STARTING and seconds < self._limits.turn_seconds

    @property
    def name(self) -> str:
        """The name of the source."""
        return self.source.name

    def receive(self) -> None:
        """Takes the notifications that have come."""
        for variables in self.notifications.receive(self._process.pid if self._process else None):
            self._take(variables)

    def tick(self) -> None:
        """Takes note of the end of the process, and does what is due in the present phase."""
        if self._process is not None and (status := self._process.poll()) is not None:
            if status < 0:  # a process that was killed has left what it had started, as ffmpeg
                kill_group(self._process.pid)
            self._process = None
            self._end(status)
        if self._now_seconds() < self.due_seconds:
            return
        match self.phase:
            case Phase.WAITING:
                self._begin()
            case Phase.STARTING | Phase.RUNNING:
                self._abort()
            case Phase.STOPPING | Phase.ABORTING:
                _log.error("%s does not end, and is killed", self.name)
                self._signal(signal.SIGKILL, Phase.KILLED, _NEVER)

    def reload(self, source: SourceConfig) -> None:
        """Makes the process read the configuration again, at once or when it is ready.

        A source that was refused is started again, and one that has ended if it is another one now.
        """
        is_changed, self.source = source != self.source, source
        if self.phase is Phase.REFUSED or (self.phase is Phase.ENDED and is_changed):
            self._enter(Phase.WAITING, 0.0)
        elif self.phase is Phase.RUNNING and self._process is not None:
            self._owes_reload = False
            self._process.send_signal(signal.SIGHUP)
        else:
            self._owes_reload = self.phase.has_process

    def stop(self, *, is_removed: bool = False) -> None:
        """Ends the process for good.

        Args:
            is_removed: True if the source is gone: its retained topics are cleared, too.
        """
        self._is_wanted = False
        if not self.phase.has_process:
            self._enter(Phase.ENDED, _NEVER)
        elif self.phase in (Phase.STARTING, Phase.RUNNING):
            # A process that starts may not handle it yet, and then ends by it, which is as good.
            number = RETIRE if is_removed else signal.SIGTERM
            self._signal(number, Phase.STOPPING, self._limits.stop_seconds)

    def kill(self) -> None:
        """Ends the process at once, and waits for its end."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            kill_group(self._process.pid)
        self.notifications.close()

    def _begin(self) -> None:
        try:
            self._process = self._start(self.source, self.notifications.address)
        except OSError as error:
            self.was_tried, self.failure = True, f"cannot be started: {error.strerror}"
            self._start_log.fail("%s %s", self.name, self.failure)
            self._enter(Phase.WAITING, self._backoff.next_seconds())
            return
        self._start_log.recover()
        self.status, self._began_seconds = "", self._now_seconds()
        self._owes_reload = False  # it reads the file as it is now
        self._enter(Phase.STARTING, self._limits.start_seconds)

    def _take(self, variables: dict[str, str]) -> None:
        self.status = printable(variables.get("STATUS", self.status))
        if self.phase not in (Phase.STARTING, Phase.RUNNING):
            return  # it ends already
        if "STOPPING" in variables:
            self._enter(Phase.STOPPING, self._limits.stop_seconds)
        elif "RELOADING" in variables:
            self._owes_reload = False
            self._enter(Phase.STARTING, self._limits.start_seconds)
        elif "READY" in variables:
            self.was_tried = self.was_ready = True
            self.failure, self._ready_seconds = "", self._now_seconds()
            self._enter(Phase.RUNNING, self._limits.watchdog_seconds)
            if self._owes_reload:
                self.reload(self.source)
        elif "WATCHDOG" in variables and self.phase is Phase.RUNNING:
            self._enter(Phase.RUNNING, self._limits.watchdog_seconds)

    def _abort(self) -> None:
        limits = self._limits
        if self.phase is Phase.STARTING:
            fault, seconds = "is not ready after", limits.start_seconds
        else:
            fault, seconds = "makes no progress for", limits.watchdog_seconds
        _log.error("%s %s %g s, and is aborted", self.name, fault, seconds)
        self._signal(signal.SIGABRT, Phase.ABORTING, limits.abort_seconds)

    def _end(self, status: int) -> None:
        """Decides what follows the end of the process, by its exit status."""
        self.was_tried = True
        if self._now_seconds() - self._ready_seconds > self._limits.steady_seconds:
            self._backoff.reset()
        self._ready_seconds, self.failure = _NEVER, describe_end(status) if status else ""
        if not self._is_wanted or (status == 0 and self.source.ends_by_itself):
            _log.info("%s has ended", self.name)
            self._enter(Phase.ENDED, _NEVER)
        elif status == EX_CONFIG:
            _log.error("%s is refused, until the configuration is read again", self.name)
            self._enter(Phase.REFUSED, _NEVER)
        else:
            seconds = self._backoff.next_seconds()
            _log.error("%s %s, starts again in %.1f s", self.name, describe_end(status), seconds)
            self._enter(Phase.WAITING, seconds)

    def _signal(self, number: signal.Signals, phase: Phase, seconds: float) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.send_signal(signal.SIGCONT)  # a stopped process takes no other signal
        self._enter(phase, seconds)

    def _enter(self, phase: Phase, seconds: float) -> None:
        """Enters a phase that may last so many seconds."""
        self.phase = phase
        self.due_seconds = self._now_seconds() + seconds
