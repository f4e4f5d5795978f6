"""Starts the process of a source: its command line, its environment, its standard streams."""

import logging
import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, Popen

from soundpost.config import SourceConfig
from soundpost.system.journal import SOURCE
from soundpost.system.log_once import LogOnce
from soundpost.system.process.parent import PARENT
from soundpost.system.systemd import (
    GONE_SOURCES,
    SOURCES_FOLDER,
    STATE_DIRECTORY,
    name_gone_sources,
    state_directory,
)

_OF_THE_PARENT = ("WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")
"""Variables of systemd that are meant for the supervisor alone."""

_log = logging.getLogger("soundpost.supervisor")


def own_command() -> tuple[str, ...]:
    """Returns the command line of this process, with which a source is started too.

    It has the flags of the interpreter and those of the program, so that a flag such as `--broker`
    applies to every source.
    """
    return (sys.executable, *sys.orig_argv[1:])


@dataclass(frozen=True, slots=True)
class Launcher:
    """Starts processes of sources.

    Attributes:
        watchdog_seconds: The time without progress after which a source is ended.
        command: The command line, to which `--source NAME` is added.
        environment: The environment, to which the variables of a source are added.
        configured: Returns the names of all sources, as the configuration has them now.
    """

    watchdog_seconds: float
    command: Sequence[str] = field(default_factory=own_command)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    configured: Callable[[], Collection[str]] = tuple
    _folder_log: LogOnce = field(default_factory=lambda: LogOnce(_log))

    def start(self, source: SourceConfig, notify_address: str) -> Popen[bytes]:
        """Starts the process of a source.

        It is in a process group of its own, so that Ctrl-C reaches the supervisor alone. It writes
        to the log itself. Only a source that is the standard input inherits it.

        Args:
            source: The source.
            notify_address: The address to which it sends its notifications.

        Raises:
            OSError: There is no memory or no process for it now.
        """
        return Popen(  # noqa: S603 - the command line of this process
            [*self.command, "--source", source.name],
            env=self._environment_of(source.name, notify_address),
            stdin=None if source.reads_standard_input else DEVNULL,
            process_group=0,
        )

    def _environment_of(self, name: str, notify_address: str) -> dict[str, str]:
        environment = {
            key: value for key, value in self.environment.items() if key not in _OF_THE_PARENT
        }
        environment |= {
            "NOTIFY_SOCKET": notify_address,
            "WATCHDOG_USEC": str(round(self.watchdog_seconds * 1e6)),
            "PYTHONFAULTHANDLER": "1",  # the log shows where an aborted process hung
            PARENT: str(os.getpid()),
            SOURCE: name,
            GONE_SOURCES: name_gone_sources(self.environment, {name, *self.configured()}),
        }
        if folder := state_directory(self.environment):
            environment[STATE_DIRECTORY] = str(self._make_folder(folder / SOURCES_FOLDER / name))
        return environment

    def _make_folder(self, folder: Path) -> Path:
        """Makes the state directory of a source; without it the source works from memory."""
        try:
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        except OSError as error:
            self._folder_log.fail("%s cannot be made: %s", folder, error.strerror)
        else:
            self._folder_log.recover()
        return folder
