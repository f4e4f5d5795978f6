"""Progress on a terminal and in a file."""

import io
import os
import pty
import subprocess
import sys
from collections.abc import Iterator

import pytest
from rich.console import Console

from soundpost_training import progress
from soundpost_training.progress import ProgressLines, bar, track


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Provides the file that progress is written to."""
    file = io.StringIO()
    monkeypatch.setattr(progress, "console", Console(file=file))
    return file


def ticking(seconds: float) -> Iterator[float]:
    """Yields times at equal distance."""
    now = 0.0
    while True:
        yield now
        now += seconds


def test_each_epoch_has_a_line_with_the_time_left(lines: io.StringIO) -> None:
    """Epochs from before an interruption do not make the rest look faster."""
    clock = ticking(10.0)
    steps = ProgressLines(each=True, clock=lambda: next(clock))
    task = steps.add_task("fold1", total=6, completed=3)
    for loss in (3, 2, 1):
        steps.update(task, advance=1, description=f"fold1, loss {loss}")
    assert lines.getvalue().splitlines() == [
        "fold1, loss 3: 4 of 6, 0:00:10 so far, 0:00:20 left",
        "fold1, loss 2: 5 of 6, 0:00:20 so far, 0:00:10 left",
        "fold1, loss 1: 6 of 6, 0:00:30 so far, 0:00:00 left",
    ]


def test_quick_steps_have_a_line_now_and_then(lines: io.StringIO) -> None:
    """A line every half a minute, and one at the end."""
    clock = ticking(8.0)
    steps = ProgressLines(clock=lambda: next(clock))
    assert list(steps.track(range(10), description="features")) == list(range(10))
    assert [line.partition(",")[0] for line in lines.getvalue().splitlines()] == [
        "features: 4 of 10",
        "features: 8 of 10",
        "features: 10 of 10",
    ]


def test_a_number_of_steps_may_change(lines: io.StringIO) -> None:
    """A search finds fewer than were wanted."""
    with bar() as steps:
        task = steps.add_task("fox", total=100)
        steps.update(task, total=1)
        steps.advance(task)
    assert lines.getvalue().startswith("fox: 1 of 1,")


SCRIPT = """
import sys, time
from soundpost_training.progress import bar
with bar(each=True) as steps:
    task = steps.add_task("fold1", total=2)
    steps.advance(task)
    print("ready", file=sys.stdout, flush=True)
    sys.stdin.read()
"""


def test_a_line_is_in_the_file_before_the_next_step() -> None:
    """Under nohup, a file shows the first epoch while the second is trained."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert process.stderr is not None
        assert process.stderr.readline().startswith(b"fold1: 1 of 2, ")
        process.communicate()


def test_a_terminal_has_a_bar() -> None:
    """No lines of their own are printed there."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=follower,
        env=os.environ | {"TERM": "xterm"},
    ) as process:
        os.close(follower)
        process.wait()
    written = os.read(leader, 100_000).decode()
    os.close(leader)
    assert "\u2501" in written
    assert "so far" not in written


def test_items_are_tracked(lines: io.StringIO) -> None:
    """The items come in their order."""
    assert list(track([3, 1, 2], "scoring")) == [3, 1, 2]
    assert lines.getvalue().startswith("scoring: 3 of 3")


def test_names_of_files_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets are no markup, and colons no pictures."""
    name = "yard [bold]:dog: [/x].wav"
    for console in (progress.console, progress.report):
        console.print(name)
    printed = capsys.readouterr()
    assert printed.out == printed.err == f"{name}\n"
