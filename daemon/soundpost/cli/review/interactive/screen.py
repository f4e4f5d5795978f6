"""Draws the screen of a review as lines of text."""

from collections.abc import Sequence
from dataclasses import dataclass

from soundpost.cli.review.interactive.layout import fit, spread, width, wrap_items
from soundpost.cli.review.interactive.loader import LoadedSound
from soundpost.cli.review.interactive.session import ReviewSession
from soundpost.cli.review.interactive.spectrogram import Style, draw_event_bar, draw_spectrogram
from soundpost.cli.review.summary import percent, percent_interval
from soundpost.review import ReviewedEvent, Verdict
from soundpost.review.precision import LabelFigures
from soundpost.system.clock import rfc3339
from soundpost.system.units import NANOSECONDS_PER_MILLISECOND, clock_duration

LEAST_COLUMNS, LEAST_ROWS = 40, 15
"""Below that a spectrogram shows nothing."""
MOST_SPECTROGRAM_ROWS = 32
"""A front end of 64 bands has no more lines of two bands each."""
_NOTE_LINES = 2
_LINES_BESIDE = 11 + _NOTE_LINES
"""All lines but those of the spectrogram."""
_SUGGESTION_LINES = 2
_LABEL_COLUMNS = 20
"""Of a label in the first line, whose figures follow."""

HELP = (
    *("space play", "y right", "n wrong", "1-9 other label", "r type a label"),
    *("s unsure", "u undo", "arrows skip", "q quit"),
)
_ENTRY_HELP = ("Tab completes", "Enter accepts", "Esc cancels")


@dataclass(frozen=True, slots=True)
class ScreenState:
    """All that the screen shows.

    Attributes:
        session: The queue, the verdicts and the figures.
        sound: The sound of the present event; None while it is read.
        keys: The labels of the keys 1 to 9.
        note: A message; may be empty.
        entry: The label that is typed; None unless one is.
        matches: Known labels for it.
        is_playing: True while the sound is played.
    """

    session: ReviewSession
    sound: LoadedSound | None
    keys: Sequence[str]
    note: str = ""
    entry: str | None = None
    matches: Sequence[str] = ()
    is_playing: bool = False


def draw(state: ScreenState, columns: int, rows: int, style: Style) -> list[str]:
    """Returns the lines of the screen, at most `rows`, each of at most `columns` characters."""
    if columns < LEAST_COLUMNS or rows < LEAST_ROWS:
        text = f"the terminal has {columns} x {rows} characters, a review needs "
        lines = wrap_items(f"{text}{LEAST_COLUMNS} x {LEAST_ROWS}".split(), max(columns, 1), rows)
        return lines[:rows]
    event = state.session.event
    if event is None:
        return _end(state, columns)
    picture_rows = min(rows - _LINES_BESIDE, MOST_SPECTROGRAM_ROWS)
    return [
        _head(state.session, event, columns),
        "",
        *_event_lines(event, columns),
        *_picture(state, columns, picture_rows, style),
        *_choices(state, columns),
        *wrap_items(state.note.split(), columns, _NOTE_LINES, " "),
    ]


def _head(session: ReviewSession, event: ReviewedEvent, columns: int) -> str:
    place = f"{session.position + 1} of {len(session.queue)}, {session.given} reviewed"
    figures = _figures_text(session.figures(event.event.label))
    return spread(place, fit(figures, columns - width(place) - 1), columns)


def _figures_text(figures: LabelFigures) -> str:
    label = fit(figures.label, _LABEL_COLUMNS)
    if figures.precision is None:
        return f"{label}: none reviewed"
    right = figures.verdicts[Verdict.RIGHT]
    return (
        f"{label}: {right} of {figures.decided} right, {percent(figures.precision)} "
        f"({percent_interval(figures.interval)})"
    )


def _event_lines(reviewed: ReviewedEvent, columns: int) -> list[str]:
    event = reviewed.event
    name = f"{event.label} ({event.common_name})" if event.common_name else event.label
    score = f"score {event.score:.2f}"
    if event.threshold is not None:
        score += f", threshold {event.threshold:.2f}"
    file = event.place.file
    if event.place.seconds is None:  # a recording, which has many events
        file += f" at {clock_duration(event.place.begin_seconds)}"
    time = "" if event.onset_utc_ms is None else _time(event.onset_utc_ms)
    return [
        spread(name, score, columns),
        spread(file, " ".join(filter(None, (event.node, time))), columns),
    ]


def _time(utc_ms: int) -> str:
    """Returns a time to the second; one beyond the years that can be shown as a number."""
    try:
        return rfc3339(utc_ms * NANOSECONDS_PER_MILLISECOND).partition(".")[0] + "Z"
    except OverflowError:
        return f"{utc_ms} ms"


def _picture(state: ScreenState, columns: int, rows: int, style: Style) -> list[str]:
    """Returns the spectrogram, the bar of the event, and the line below it."""
    loaded = state.sound
    if loaded is None or loaded.sound is None:
        text = "reading the sound …" if loaded is None else f"no sound: {loaded.problem}"
        return [fit(text, columns), *[""] * (rows + 1)]
    sound = loaded.sound
    begin, end = sound.begin_seconds / sound.seconds, sound.end_seconds / sound.seconds
    event_seconds = sound.end_seconds - sound.begin_seconds
    length = f"{sound.seconds:.1f} s, event {event_seconds:.1f} s"
    return [
        *draw_spectrogram(loaded.log_mel, columns, rows, style),
        draw_event_bar(columns, begin, end, style),
        spread("playing" if state.is_playing else "", length, columns),
    ]


def _choices(state: ScreenState, columns: int) -> list[str]:
    """Returns the verdict so far, and the labels and the keys, or the label that is typed."""
    if state.entry is not None:
        return [
            fit(f"label: {state.entry}_", columns),
            *wrap_items(state.matches, columns, _SUGGESTION_LINES),
            *wrap_items(_ENTRY_HELP, columns, 2),
        ]
    keys = [f"{number} {label}" for number, label in enumerate(state.keys, 1)]
    event = state.session.event
    return [
        fit(_verdict_text(event) if event else "", columns),
        *wrap_items((fit(key, columns // 2) for key in keys), columns, _SUGGESTION_LINES),
        *wrap_items(HELP, columns, 2),
    ]


def _verdict_text(event: ReviewedEvent) -> str:
    if event.decision is None:
        return ""
    label = f" {event.decision.label}" if event.decision.label else ""
    person = f" by {event.reviewer}" if event.reviewer else ""
    return f"reviewed{person}: {event.decision.verdict}{label}"


def _end(state: ScreenState, columns: int) -> list[str]:
    session = state.session
    text = f"the end of the queue: {session.given} reviewed of {len(session.queue)}"
    return [
        fit(text, columns),
        "",
        *wrap_items(("u undo", "left back", "q quit"), columns, 1),
        "",
        fit(state.note, columns),
    ]
