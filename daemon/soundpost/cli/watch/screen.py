"""Full-screen display; the only file that imports rich."""

import time
from contextlib import ExitStack
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from soundpost.cli.watch.bar import draw_bar
from soundpost.cli.watch.format import clock_time, gate_word, lasted_seconds
from soundpost.cli.watch.keyboard import Keys
from soundpost.cli.watch.view import TOP_SCORES, View
from soundpost.events import Detection, State
from soundpost.system.units import clock_duration

FRAMES_PER_SECOND = 8
QUIETEST_DBFS, LOUD_DBFS, TOO_LOUD_DBFS = -90.0, -12.0, -1.0
_LABEL_WIDTH = 22
_STYLES = {
    State.STARTED: "yellow",
    State.CONFIRMED: "bold green",
    State.ENDED: "cyan",
    State.RETRACTED: "dim strike",
}
_NOTES = 4
_HELP = (
    "[b]q[/b] or [b]Ctrl-C[/b] ends  [b]┃[/b] peak  [b]┊[/b] floor  [b]│[/b] threshold  "
    "[dim]nothing is published or stored[/dim]"
)


class Screen:
    """Shows everything on the whole screen; the terminal's content comes back at the end.

    Args:
        out: A terminal.

    Attributes:
        wants_to_end: True once q was pressed.
    """

    has_screen = True

    def __init__(self, out: TextIO) -> None:
        self._console = Console(file=out, highlight=False)
        self._live = Live(
            console=self._console,
            screen=True,
            auto_refresh=False,  # no thread: it is drawn between two chunks
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._keys = Keys()
        self._open = ExitStack()
        self._due_seconds = 0.0
        self.wants_to_end = False

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            opening.enter_context(self._keys)
            opening.enter_context(self._live)
            self._open = opening.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def show(self, view: View, _detections: list[Detection]) -> None:
        """Draws the screen again, when it is due."""
        self.wants_to_end |= "q" in self._keys.pressed().lower()
        now_seconds = time.monotonic()
        if now_seconds >= self._due_seconds:
            self._due_seconds = now_seconds + 1.0 / FRAMES_PER_SECOND
            self._live.update(draw(view, self._console.width), refresh=True)


def draw(view: View, width: int) -> Layout:
    """Returns the whole screen, for a terminal of `width` columns."""
    inside = max(width - 4, 1)
    notes = list(view.notes)[-_NOTES:]
    layout = Layout()
    layout.split_column(
        Layout(_head(view), size=1),
        Layout(Panel(_level(view, inside), title="level", title_align="left"), size=5),
        Layout(
            Panel(_scores(view, inside), title="scores", title_align="left"),
            size=TOP_SCORES + 2,
        ),
        Layout(Panel(_events(view), title="events", title_align="left"), ratio=1),
        *(
            [Layout(Text("\n".join(notes), "yellow", no_wrap=True), size=len(notes))]
            if notes
            else []
        ),
        Layout(Text.from_markup(_HELP, overflow="crop"), size=1),
    )
    return layout


def _head(view: View) -> RenderableType:
    head = Table.grid(expand=True)
    head.add_column(no_wrap=True, ratio=1)
    head.add_column(justify="right", no_wrap=True)
    head.add_row(Text(view.title, "bold"), clock_duration(view.captured_seconds))
    return head


def _level(view: View, width: int) -> RenderableType:
    meter = view.meter
    shares = [_share(dbfs) for dbfs in (meter.level_dbfs, meter.peak_dbfs, meter.floor_dbfs)]
    bar = draw_bar(shares[0], width, {shares[2]: "┊", shares[1]: "┃"})
    line = Text(bar)
    line.stylize("green")
    line.stylize("yellow", int(width * _share(LOUD_DBFS)))
    line.stylize("red", int(width * _share(TOO_LOUD_DBFS)))
    levels = Text(
        f"{meter.level_dbfs:6.1f} dBFS   peak {meter.peak_dbfs:6.1f}   "
        f"floor {meter.floor_dbfs:6.1f}",
        no_wrap=True,
    )
    is_passing = view.is_gate_open and not view.is_waiting
    words = Text(" ", no_wrap=True).append(
        gate_word(view), "green" if is_passing else "bold yellow"
    )
    words.append("   ").append(
        ", ".join(view.problems) or "no problem with the microphone",
        "bold white on red" if view.problems else "green",
    )
    return Group(line, levels, words)


def _scores(view: View, width: int) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    label_width = min(_LABEL_WIDTH, width // 3)
    table.add_column(width=label_width, no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    bar_width = max(1, width - label_width - 7)
    for bar in view.bars:
        is_over = bar.threshold is not None and bar.score >= bar.threshold
        style = "dim" if bar.threshold is None else "bold green" if is_over else "blue"
        marks = {} if bar.threshold is None else {bar.threshold: "│"}
        drawn = Text(draw_bar(bar.score, bar_width, marks), style)
        table.add_row(Text(view.name_of(bar.label), style), drawn, f"{bar.score:.2f}")
    return table


def _events(view: View) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for detection in view.events:
        style = _STYLES[detection.state]
        lasted = lasted_seconds(detection)
        table.add_row(
            clock_time(detection.onset_utc_ns),
            Text(detection.state, style),
            Text(view.name_of(detection.label), style),
            f"{detection.score:.2f}",
            f"{detection.level_dbfs:.1f} dBFS",
            "…" if lasted is None else f"{lasted:.1f} s",
        )
    return table


def _share(dbfs: float) -> float:
    """Returns the position of a level on the bar, 0 to 1."""
    return min(max(1.0 - dbfs / QUIETEST_DBFS, 0.0), 1.0)
