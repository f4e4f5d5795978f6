"""The consoles of the command line, and progress with the remaining time."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from numpy.typing import NDArray
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

console = Console(stderr=True, markup=False, emoji=False)
"""Standard error: progress, warnings."""

report = Console(markup=False, emoji=False)
"""Standard output: results. Neither console has a markup: a name of a file may have brackets."""


LINE_SECONDS = 30.0
"""Least time between two lines of progress in a file, where a task does not print each step."""

Item = TypeVar("Item")


class Steps(Protocol):
    """Progress of a task: a bar of rich on a terminal, or lines in a file."""

    def add_task(self, description: str, *, total: float, completed: int = 0) -> TaskID:
        """Begins a task of `total` steps, of which some may be done."""

    def update(
        self,
        task_id: TaskID,
        *,
        advance: float = 0,
        description: str | None = None,
        total: float | None = None,
    ) -> None:
        """Advances a task, and changes its description or its number of steps."""

    def advance(self, task_id: TaskID, advance: float = 1) -> None:
        """Advances a task."""

    def track(self, sequence: Iterable[Item], *, description: str) -> Iterable[Item]:
        """Yields items one by one as the steps of a task."""


class ProgressLines:
    """Progress without a terminal: a line now and then, with the time that is left.

    Args:
        each: True prints a line for each step of a task, such as an epoch.
        clock: Seconds that never go back.
    """

    def __init__(self, *, each: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._pause = 0.0 if each else LINE_SECONDS
        self._clock = clock
        self._tasks: list[_Task] = []

    def add_task(self, description: str, *, total: float, completed: int = 0) -> TaskID:
        """Begins a task, see `Steps`."""
        now = self._clock()
        self._tasks.append(_Task(description, total, completed, completed, now, now))
        return TaskID(len(self._tasks) - 1)

    def update(
        self,
        task_id: TaskID,
        *,
        advance: float = 0,
        description: str | None = None,
        total: float | None = None,
    ) -> None:
        """Advances a task and changes it, see `Steps`."""
        task = self._tasks[task_id]
        task.description = task.description if description is None else description
        task.total = task.total if total is None else total
        self.advance(task_id, advance)

    def advance(self, task_id: TaskID, advance: float = 1) -> None:
        """Advances a task, and prints a line if one is due or the task is done."""
        task, now = self._tasks[task_id], self._clock()
        task.completed += advance
        if task.completed >= task.total or now - task.printed >= self._pause:
            task.printed = now
            console.print(task.line(now), soft_wrap=True, highlight=False, markup=False)

    def track(self, sequence: Iterable[Item], *, description: str) -> Iterable[Item]:
        """Yields items one by one, see `Steps`."""
        items = list(sequence)
        task = self.add_task(description, total=len(items))
        for item in items:
            yield item
            self.advance(task)


@dataclass(slots=True)
class _Task:
    """A task: its steps, of which `first` were done before it began, and two times in seconds."""

    description: str
    total: float
    first: float
    completed: float
    began: float
    printed: float

    def line(self, now: float) -> str:
        """Returns the line that describes the task now."""
        steps, spent = self.completed - self.first, now - self.began
        left = (self.total - self.completed) * spent / max(steps, 1)
        return (
            f"{self.description}: {self.completed:g} of {self.total:g}, "
            f"{timedelta(seconds=round(spent))} so far, {timedelta(seconds=round(left))} left"
        )


@contextmanager
def bar(*, each: bool = False) -> Iterator[Steps]:
    """Yields a progress display; without a terminal it prints lines, flushed one by one.

    Args:
        each: True prints a line for each step without a terminal, else one every half a minute.
    """
    if not console.is_terminal or console.is_dumb_terminal:
        yield ProgressLines(each=each)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield progress


def track(items: Sequence[Any] | NDArray[Any], title: str) -> Iterable[Any]:
    """Yields the items one by one, and advances a progress bar with a title."""
    with bar() as progress:
        yield from progress.track(items, description=title)
