"""The consoles of the command line, and a progress bar with the remaining time."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from numpy.typing import NDArray
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

console = Console(stderr=True)
"""Standard error: progress, warnings."""

report = Console()
"""Standard output: results."""


@contextmanager
def bar() -> Iterator[Progress]:
    """Yields a progress display; without a terminal it prints its last state once."""
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
