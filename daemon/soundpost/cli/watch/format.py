"""What is seen, in plain words: for terminals that can show no more, and for what is left over."""

from datetime import UTC, datetime

from soundpost.audio import NANOSECONDS
from soundpost.cli.watch.view import View
from soundpost.events import Detection


def clock_time(utc_ns: int) -> str:
    """A time of day at this place, to the second."""
    return datetime.fromtimestamp(utc_ns // NANOSECONDS, UTC).astimezone().strftime("%H:%M:%S")


def duration(seconds: float) -> str:
    """A duration as `1:02:03`, cut to the second."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def lasted_seconds(detection: Detection) -> float | None:
    """How long an event lasted; None while it goes on."""
    if detection.offset_utc_ns is None:
        return None
    return (detection.offset_utc_ns - detection.onset_utc_ns) / NANOSECONDS


def event_line(detection: Detection) -> str:
    """A state of an event."""
    lasted = lasted_seconds(detection)
    told = (
        f"{clock_time(detection.onset_utc_ns)}  {detection.state:9}  {detection.label:20}  "
        f"{detection.score:.2f} (from {detection.threshold:.2f})  {detection.level_dbfs:6.1f} dBFS"
    )
    return told if lasted is None else f"{told}  {lasted:.1f} s"


def state_line(sight: View) -> str:
    """How it is now."""
    meter = sight.meter
    parts = [
        f"{duration(sight.heard_seconds)}  level {meter.level_dbfs:.1f} dBFS",
        f"peak {meter.peak_dbfs:.1f}",
        f"floor {meter.floor_dbfs:.1f}",
        gate_word(sight),
        *sight.problems,
        *(f"{bar.label} {bar.score:.2f}" for bar in sight.bars),
    ]
    return ", ".join(parts)


def gate_word(sight: View) -> str:
    """Whether anything is let pass."""
    if sight.is_waiting:
        return "no microphone"
    return "gate open" if sight.is_gate_open else "gate shut"
