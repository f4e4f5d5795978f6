"""The line of progress over recordings."""

import io
import logging
from pathlib import Path

from manual_clock import ManualClock

from soundpost.cli.progress.line import EVERY_SECONDS, QUIET_SECONDS
from soundpost.cli.progress.recordings import Progress


class Terminal(io.StringIO):
    """A terminal that keeps what is written."""

    def isatty(self) -> bool:
        """Returns True."""
        return True


def test_a_short_run_shows_nothing() -> None:
    """Neither does one whose stderr is a file."""
    terminal, clock = Terminal(), ManualClock(0.0)
    Progress(terminal, 2, clock).show(0, Path("a.wav"), 1.0)
    file = io.StringIO()
    progress = Progress(file, 2, clock)
    clock.seconds = QUIET_SECONDS
    progress.show(0, Path("a.wav"), 1.0)
    assert (terminal.getvalue(), file.getvalue()) == ("", "")


def test_the_line_has_the_recordings_and_the_position() -> None:
    """It is renewed a few times a second."""
    terminal, clock = Terminal(), ManualClock(0.0)
    progress = Progress(terminal, 4, clock)
    clock.seconds = QUIET_SECONDS
    progress.show(2, Path("/x/night\x1b.wav"), 83.0)
    progress.show(2, Path("/x/night\x1b.wav"), 84.0)
    assert terminal.getvalue() == ("\r\x1b[K[##########..........] 3/4  0:01:23  night\\x1b.wav")
    clock.seconds += EVERY_SECONDS
    progress.show(2, Path("b.wav"), 85.0)
    assert terminal.getvalue().endswith("3/4  0:01:25  b.wav")


def test_the_line_gives_way_to_the_log() -> None:
    """And is erased at the end."""
    terminal, clock = Terminal(), ManualClock(0.0)
    progress = Progress(terminal, 1, clock)
    handler = logging.StreamHandler(terminal)
    logging.getLogger().addHandler(handler)
    try:
        with progress.beside_the_log():
            clock.seconds = QUIET_SECONDS
            progress.show(0, Path("a.wav"), 1.0)
            logging.getLogger("soundpost").warning("broken")
            clock.seconds += EVERY_SECONDS
            progress.show(0, Path("a.wav"), 2.0)
    finally:
        logging.getLogger().removeHandler(handler)
    assert "a.wav\r\x1b[Kbroken\n" in terminal.getvalue()
    assert terminal.getvalue().endswith("a.wav\r\x1b[K")
    assert not handler.filters
