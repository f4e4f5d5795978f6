"""Prints the result of teaching in plain words, or as JSON."""

from collections.abc import Iterator, Sequence
from typing import TextIO

import msgspec

from soundpost.errors import SoundpostError
from soundpost.system.units import clock_duration
from soundpost.teach.result import ChangeResult, FalseEvent, Figures, TeachFailure, TeachResult

MOST_LISTED = 5
"""Of events, left-out and shortened clips; --json has more."""
FEW_RECORDINGS = 10
ENOUGH_HOURS = 0.9
"""Of background: the service stores an hour, less what it is behind."""


def print_result(result: TeachResult, is_json: bool, out: TextIO) -> None:  # noqa: FBT001 - a flag of the command line
    """Prints a result.

    Args:
        result: The result.
        is_json: True for one line of JSON.
        out: Receives it.
    """
    if is_json:
        out.write(msgspec.json.encode(result).decode() + "\n")
    else:
        out.writelines(f"{line}\n" for line in _lines(result))


def print_change(result: ChangeResult, out: TextIO, *, is_json: bool) -> None:
    """Prints that an earlier version is in use again, or that a label was removed.

    Args:
        result: The result.
        out: Receives it.
        is_json: True for one line of JSON.
    """
    if is_json:
        out.write(msgspec.json.encode(result).decode() + "\n")
        return
    change = "removed" if result.version is None else f"version {result.version} again"
    out.write(f"{result.label} is {change}; next: sudo systemctl reload soundpost\n")


def print_failure(error: SoundpostError, out: TextIO) -> None:
    """Prints an error as one line of JSON, beside the lines of the log.

    Args:
        error: The error.
        out: Receives it.
    """
    out.write(msgspec.json.encode(TeachFailure(str(error), error.hint)).decode() + "\n")


def _lines(result: TeachResult) -> Iterator[str]:
    figures = result.figures
    for left_out in result.left_out[:MOST_LISTED]:
        yield f"left out: {left_out.path}: {left_out.reason}"
    if len(result.left_out) > MOST_LISTED:
        yield f"left out: {len(result.left_out) - MOST_LISTED} more (--json lists them)"
    if count := result.unreviewed_events:
        yield (
            f"left out: the background at {count} {'event' if count == 1 else 'events'} of "
            f"{result.label} that no review found wrong (soundpost review --label {result.label})"
        )
    for clip in result.shortened[:MOST_LISTED]:
        yield (
            f"shortened: {clip.path}: only its loudest {clip.seconds:g} s are used, from "
            f"{clock_duration(clip.begin_seconds)} on"
        )
    if len(result.shortened) > MOST_LISTED:
        yield f"shortened: {len(result.shortened) - MOST_LISTED} more (--json lists them)"
    if result.refusal is not None:
        yield f"{result.label} is not taught: {result.refusal.reason}"
        yield from _events(result.refusal.events)
        yield f"  hint: {result.refusal.hint}"
        return
    stored = "would be taught, and was not stored"
    if result.version is not None:
        stored = f"is taught, version {result.version}"
    yield f"{result.label} {stored}, in {result.seconds:g} s"
    yield (
        f"detected: {figures.detected} of {figures.recordings} recordings, each by a head that "
        "was fitted without it"
    )
    if figures.missed:
        yield f"missed: {', '.join(figures.missed[:MOST_LISTED])}"
    yield _false_events(figures)
    yield from _events(figures.events)
    yield from _advice(figures)
    if result.version is not None:
        yield f"next: sudo systemctl reload soundpost, then play it; files: {result.folder}"


def _false_events(figures: Figures) -> str:
    if figures.events_per_hour is None:
        return "false events: not known, because there is no background to count them in"
    hours = figures.negative_hours
    number = round(figures.events_per_hour * hours)
    noun = "time" if number == 1 else "times"
    return (
        f"false events: it would have been detected {number} {noun} in {_hours(hours)} of "
        f"background and other sounds; the budget is {figures.budget:g} an hour"
    )


def _hours(hours: float) -> str:
    return f"{hours:.1f} h" if hours >= 1.0 else f"{round(hours * 60)} min"


def _events(events: Sequence[FalseEvent]) -> Iterator[str]:
    for event in events[:MOST_LISTED]:
        where = event.time or clock_duration(event.seconds)
        yield f"  {event.name} at {where}, score {event.score:.2f}"


def _advice(figures: Figures) -> Iterator[str]:
    if figures.recordings < FEW_RECORDINGS:
        yield (
            f"advice: {figures.recordings} recordings are few; ten, of other days and distances, "
            "make it surer"
        )
    if figures.background_hours < ENOUGH_HOURS:
        yield (
            "advice: let the service run for an hour, then teach it again with --again: what the "
            "place sounds like is not known yet"
        )
    if not figures.has_general:
        yield "advice: this model has no general sounds: give other sounds with --not"
