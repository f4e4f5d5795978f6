"""Fixtures: sources with real processes that are no daemons."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from manual_clock import ManualClock

from soundpost.config import SourceConfig
from soundpost.supervisor.launcher import Launcher
from soundpost.supervisor.phase import Limits
from soundpost.supervisor.source_process import SourceProcess

SCRIPT = Path(__file__).resolve().parents[3] / "support" / "scripted_source.py"


def scripted_command(folder: Path) -> tuple[str, ...]:
    """Returns the command of sources that behave by their names, see scripted_source.py."""
    return (sys.executable, str(SCRIPT), str(folder))


@pytest.fixture
def clock() -> ManualClock:
    """Provides the clock of the sources."""
    return ManualClock()


@pytest.fixture
def make_source(tmp_path: Path, clock: ManualClock) -> Iterator[Callable[..., SourceProcess]]:
    """Provides a function that makes a source by its name, whose process is not started yet."""
    made: list[SourceProcess] = []

    def make(name: str, command: tuple[str, ...] = (), source: str = "mic") -> SourceProcess:
        launcher = Launcher(Limits().watchdog_seconds, command or scripted_command(tmp_path))
        config = SourceConfig(name=name, source=source)
        made.append(SourceProcess(config, launcher.start, Limits(), clock))
        return made[-1]

    yield make
    for each in made:
        each.kill()
