"""Measures each gate: processor time saved and sounds lost, with the real program."""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from soundpost.events import State
from soundpost_training.errors import TrainingError
from soundpost_training.soundscape.compose.ground_truth import Event, events_of_recordings
from soundpost_training.soundscape.compose.recipe import Scene
from soundpost_training.soundscape.detect.events import DetectedEvent
from soundpost_training.soundscape.score.event_metrics import EventMetrics, event_based

GATES = ("always", "level", "voice", "level_or_voice", "level_and_voice")
TIMEOUT_SECONDS = 3600
"""For one run of the program; hours of sound take minutes."""


class GateResult(msgspec.Struct, frozen=True, kw_only=True):
    """The cost and the detections of one gate.

    Attributes:
        open_on: The gate, as in `gate.open_on`.
        hours: Length of the recordings.
        processor_seconds: Of the whole program, its start included.
        processor_share: The same, relative to the program without a gate.
        sounds: Number of sounds in the recordings.
        detected: Number of them that overlap with a detected event of their label.
        detected_share: The same, relative to the program without a gate.
        events: Event-based metrics.
    """

    open_on: str
    hours: float
    processor_seconds: float
    processor_share: float
    sounds: int
    detected: int
    detected_share: float
    events: EventMetrics


class _OutputLine(msgspec.Struct, frozen=True):
    """The fields that are used of an output line of `soundpost listen`."""

    state: State
    label: str
    onset: str
    offset: str | None
    clip: str


def measure_gates(
    folder: Path, scene: Scene, ground_truth: Sequence[Event], bundle: Path
) -> Iterator[GateResult]:
    """Runs the program on the recordings that hold all labels, with one gate after the other.

    Args:
        folder: The soundscape's folder.
        scene: Its description.
        ground_truth: Its sounds.
        bundle: The bundle's folder.

    Raises:
        TrainingError: The program fails.
    """
    recordings = scene.mixed
    sounds = events_of_recordings(ground_truth, (recording.name for recording in recordings))
    paths = [folder / recording.name for recording in recordings]
    without_gate: tuple[float, int] | None = None
    for open_on in GATES:
        detected, processor_seconds = _listen(open_on, paths, bundle)
        count = sum(
            any(event.matches(sound) for event in detected[sound.recording]) for sound in sounds
        )
        without_gate = without_gate or (processor_seconds, count)
        yield GateResult(
            open_on=open_on,
            hours=sum(recording.seconds for recording in recordings) / 3600,
            processor_seconds=processor_seconds,
            processor_share=processor_seconds / without_gate[0],
            sounds=len(sounds),
            detected=count,
            detected_share=count / max(1, without_gate[1]),
            events=event_based(sounds, detected, scene.labels),
        )


def _listen(
    open_on: str, paths: list[Path], bundle: Path
) -> tuple[dict[str, list[DetectedEvent]], float]:
    """Runs `soundpost listen`; returns the events of each recording, and the processor time."""
    program = Path(sys.executable).with_name("soundpost")
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "gate.toml"
        settings.write_text(f'[gate]\nopen_on = "{open_on}"\n', encoding="utf-8")
        flags: list[str | Path] = ["--config", settings, "--bundle", bundle.resolve()]
        before = _children_seconds()
        process = subprocess.run(  # noqa: S603 - our own program, with arguments of our own
            [program, "listen", *flags, *paths],
            capture_output=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
        spent = _children_seconds() - before
    if process.returncode:
        last_lines = process.stderr.decode(errors="replace").strip().splitlines()[-2:]
        raise TrainingError(
            f"expected soundpost listen to succeed, got status {process.returncode}: "
            f"{' '.join(last_lines)}",
            hint="try the same bundle with `soundpost check`",
        )
    return _detected_events(process.stdout, paths), spent


def _detected_events(output: bytes, paths: list[Path]) -> dict[str, list[DetectedEvent]]:
    detected: dict[str, list[DetectedEvent]] = {path.name: [] for path in paths}
    for text in output.splitlines():
        line = msgspec.json.decode(text, type=_OutputLine)
        if line.offset is None:
            continue
        onset_seconds, offset_seconds = (
            datetime.fromisoformat(time).timestamp() for time in (line.onset, line.offset)
        )
        event = DetectedEvent(
            label=line.label,
            onset_seconds=onset_seconds,
            offset_seconds=offset_seconds,
            # The output has no time of detection, and no metric here uses it.
            detected_seconds=offset_seconds,
            is_confirmed=line.state is State.ENDED,
        )
        detected[Path(line.clip).name].append(event)
    return detected


def _children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
