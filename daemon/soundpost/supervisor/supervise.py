"""Supervises the sources of a node until a signal asks to stop, or none of them is left."""

import logging
import os
import time
from collections.abc import Sequence

from soundpost.config import LiveConfig, SourceConfig
from soundpost.errors import ConfigError
from soundpost.supervisor.launcher import Launcher
from soundpost.supervisor.phase import Limits, Phase
from soundpost.supervisor.signal_queue import SignalQueue
from soundpost.supervisor.source_process import SourceProcess
from soundpost.supervisor.summary import summarize
from soundpost.supervisor.waiter import wait_for_any
from soundpost.system.signals import RETIRE
from soundpost.system.systemd import Notifier
from soundpost.system.watchdog import FEEDS_PER_TIMEOUT, STATUS_SECONDS

STARTS_AT_ONCE = max(2, os.cpu_count() or 1)
"""One on each processor; never one alone, which might hang."""
_EXTENSION = str(60_000_000)
"""Microseconds that the service manager is to wait for readiness, from now, while sources start."""

_log = logging.getLogger("soundpost.supervisor")


def supervise(live_config: LiveConfig) -> bool:
    """Runs each source in a process of its own, until a signal asks to stop.

    Returns:
        True if the configuration that was read again has a single source, without a name, which
        needs no supervisor.

    Raises:
        ConfigError: Every source is refused.
    """
    notifier = Notifier.from_environment()
    seconds = notifier.watchdog_seconds
    limits = Limits(watchdog_seconds=seconds) if seconds else Limits()
    launcher = Launcher(limits.watchdog_seconds, configured=lambda: live_config.source_names)
    with SignalQueue() as signals:
        supervisor = Supervisor(live_config, launcher, limits, notifier)
        try:
            return supervisor.run(signals)
        finally:
            supervisor.close()


class Supervisor:
    """The sources of a node, and their sum for the service manager.

    Args:
        live_config: The configuration, with `[[sources]]`.
        launcher: Starts the processes of sources.
        limits: The longest times of their phases.
        notifier: The service manager.
    """

    def __init__(
        self, live_config: LiveConfig, launcher: Launcher, limits: Limits, notifier: Notifier
    ) -> None:
        self._live_config = live_config
        self._launcher = launcher
        self._limits = limits
        self._notifier = notifier
        self._sources = [self._make(source) for source in live_config.config.sources]
        self._removed: list[SourceProcess] = []
        self._is_ready = self._has_copy = False
        self._is_stopping = self._is_handing_over = False
        self._feed_due_seconds = self._status_due_seconds = time.monotonic()
        self._status = ""

    def run(self, signals: SignalQueue) -> bool:
        """Watches the sources until none is left; returns whether a single one is to follow.

        Raises:
            ConfigError: Every source is refused.
        """
        _log.info("supervising %d sources", len(self._sources))
        while not self._tick():
            wait_for_any([signals, *(each.notifications for each in self._all)], self._due_seconds)
            for number in signals.received():
                if number in SignalQueue.STOPPING:
                    _log.info("stopping on %s", number.name)
                    self._stop(is_removed=number is RETIRE)
                elif number is SignalQueue.RELOADING:
                    self._reload()
        if any(each.phase is Phase.REFUSED for each in self._sources) and not self._is_stopping:
            raise ConfigError(
                "no source is left: all that have not ended are refused",
                hint="the log has the reason of each, `soundpost check` all of them",
            )
        return self._is_handing_over and not self._is_stopping

    def close(self) -> None:
        """Ends every process that is left, at once."""
        for each in self._all:
            each.kill()

    @property
    def _all(self) -> Sequence[SourceProcess]:
        return [*self._sources, *self._removed]

    @property
    def _due_seconds(self) -> float:
        """The time of the next thing to do."""
        acting = (each for each in self._all if each.phase is not Phase.WAITING or self._may_start)
        due_seconds = (each.due_seconds for each in acting)
        return min(self._feed_due_seconds, self._status_due_seconds, *due_seconds)

    @property
    def _may_start(self) -> bool:
        """True while another source may start.

        A removed source holds its sound card until it has ended, and a new one may want it. All at
        once would keep each other from becoming ready in time.
        """
        return not self._removed and sum(each.has_turn for each in self._sources) < STARTS_AT_ONCE

    def _make(self, source: SourceConfig) -> SourceProcess:
        return SourceProcess(source, self._launcher.start, self._limits, time.monotonic)

    def _tick(self) -> bool:
        """Does what is due; returns True once no source is left."""
        for each in self._all:
            each.receive()
            if each.phase is not Phase.WAITING or self._may_start:
                each.tick()
        for each in [each for each in self._removed if each.phase.is_final]:
            self._removed.remove(each)
            each.kill()
        if all(each.phase.is_final for each in self._all):
            return True
        self._notify()
        return False

    def _notify(self) -> None:
        """Notifies the service manager of readiness, of the state, and that this loop runs."""
        now_seconds = time.monotonic()
        is_ready = all(each.was_tried for each in self._sources)
        if is_ready and not self._has_copy and any(each.was_ready for each in self._sources):
            self._has_copy = True
            self._live_config.save_copy()
        if is_ready and not self._is_ready:
            self._is_ready = True
            self._notifier.notify(READY="1")
        if now_seconds >= self._feed_due_seconds:
            self._notifier.notify(WATCHDOG="1")
            timeout_seconds = self._notifier.watchdog_seconds or float("inf")
            self._feed_due_seconds = now_seconds + timeout_seconds / FEEDS_PER_TIMEOUT
        if now_seconds >= self._status_due_seconds:
            self._status_due_seconds = now_seconds + STATUS_SECONDS
            status = summarize(self._all, self._live_config.refusal)
            if status != self._status:
                self._notifier.notify(STATUS=status)
                self._status = status
            if not self._is_ready:
                self._notifier.notify(EXTEND_TIMEOUT_USEC=_EXTENSION)

    def _stop(self, *, is_removed: bool) -> None:
        self._is_stopping = True
        self._notifier.notify(STOPPING="1", STATUS="the sources publish their last detections")
        for each in self._all:
            each.stop(is_removed=is_removed)

    def _reload(self) -> None:
        """Reads the configuration again, and starts, stops and reloads sources by it.

        Each source compares its own part of the configuration, and goes on if that is the same. If
        the file is refused, each is made to read it too, and reports the refusal in its health.
        """
        if self._is_stopping:
            return
        monotonic_microseconds = time.monotonic_ns() // 1_000
        self._notifier.notify(RELOADING="1", MONOTONIC_USEC=str(monotonic_microseconds))
        self._live_config.request_reload()
        if self._live_config.reload_if_requested(lambda _: None):
            self._apply(self._live_config.config.sources)
        else:
            for each in self._sources:
                each.reload(each.source)
        self._is_ready = self._has_copy = False

    def _apply(self, sources: Sequence[SourceConfig]) -> None:
        """Ends the sources that are gone, and takes over all others."""
        by_name = {source.name: source for source in sources}
        kept: dict[str, SourceProcess] = {}
        for each in self._sources:
            if each.name in by_name:
                each.reload(by_name[each.name])
                kept[each.name] = each
            else:
                _log.info("%s is no source any more", each.name)
                each.stop(is_removed=True)
                self._removed.append(each)
        self._sources = [
            kept[source.name] if source.name in kept else self._make(source) for source in sources
        ]
        self._is_handing_over = not sources
