"""One progress bar with the time that is left, for everything that takes long."""

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
"""Progress goes to standard error."""

report = Console()
"""Results go to standard output."""


@contextmanager
def bar() -> Iterator[Progress]:
    """A progress display; without a terminal it prints its last state once."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield progress


def track(items: Sequence[Any] | NDArray[Any], what: str) -> Iterable[Any]:
    """The items one by one, with a bar that says what is done to them."""
    with bar() as progress:
        yield from progress.track(items, description=what)
