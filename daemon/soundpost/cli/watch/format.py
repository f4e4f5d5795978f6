"""Formats times, durations, events and the state as text."""

from datetime import UTC, datetime

from soundpost.audio import NANOSECONDS
from soundpost.cli.watch.view import View
from soundpost.events import Detection
from soundpost.system.units import clock_duration


def clock_time(utc_ns: int) -> str:
    """Returns the local time of day, to the second."""
    return datetime.fromtimestamp(utc_ns // NANOSECONDS, UTC).astimezone().strftime("%H:%M:%S")


def lasted_seconds(detection: Detection) -> float | None:
    """Returns the length of an event, or None while it is running."""
    if detection.offset_utc_ns is None:
        return None
    return (detection.offset_utc_ns - detection.onset_utc_ns) / NANOSECONDS


def event_line(detection: Detection, view: View) -> str:
    """Returns a line for a state of an event."""
    name = view.name_of(detection.label)
    lasted = lasted_seconds(detection)
    line = (
        f"{clock_time(detection.onset_utc_ns)}  {detection.state:9}  {name:20}  "
        f"{detection.score:.2f} (from {detection.threshold:.2f})  {detection.level_dbfs:6.1f} dBFS"
    )
    return line if lasted is None else f"{line}  {lasted:.1f} s"


def state_line(view: View) -> str:
    """Returns a line for the state now."""
    meter = view.meter
    parts = [
        f"{clock_duration(view.captured_seconds)}  level {meter.level_dbfs:.1f} dBFS",
        f"peak {meter.peak_dbfs:.1f}",
        f"floor {meter.floor_dbfs:.1f}",
        gate_word(view),
        *view.problems,
        *(f"{view.name_of(bar.label)} {bar.score:.2f}" for bar in view.bars),
    ]
    return ", ".join(parts)


def gate_word(view: View) -> str:
    """Returns the state of the gate in words."""
    if view.is_waiting:
        return "no microphone"
    return "gate open" if view.is_gate_open else "gate closed"
