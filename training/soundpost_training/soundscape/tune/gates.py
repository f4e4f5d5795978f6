"""What a gate saves and what it loses: the real program, once behind each gate."""

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
from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.compose.recipe import Scene
from soundpost_training.soundscape.detect.events import DetectedEvent
from soundpost_training.soundscape.score.event_metrics import EventMetrics, event_based

GATES = ("always", "level", "voice", "level_or_voice", "level_and_voice")
PATIENCE_SECONDS = 3600


class GateFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What one gate does.

    Attributes:
        open_on: The gate, as `gate.open_on` calls it.
        heard_hours: How much was listened to.
        processor_seconds: Of the whole program, its start included.
        processor_share: That over what it costs without a gate.
        sounds: How many there were.
        told: How many of them overlap with an event of their label that was told.
        told_share: That over what is told without a gate.
        events: Event-based shares.
    """

    open_on: str
    heard_hours: float
    processor_seconds: float
    processor_share: float
    sounds: int
    told: int
    told_share: float
    events: EventMetrics


class _Line(msgspec.Struct, frozen=True):
    """What is read of a line that `soundpost listen` writes; it has more fields."""

    state: State
    label: str
    onset: str
    offset: str | None
    clip: str


def try_gates(
    folder: Path, scene: Scene, truth: Sequence[Event], bundle: Path
) -> Iterator[GateFigures]:
    """Listens to the recordings that hold all labels, behind one gate after the other.

    Args:
        folder: Where the recordings lie.
        scene: Which ones.
        truth: What is to be heard.
        bundle: The bundle's folder.

    Raises:
        TrainingError: The program fails.
    """
    mixed = [one for one in scene.recordings if not one.is_negative]
    names = {one.name for one in mixed}
    sounds = [event for event in truth if event.recording in names]
    paths = [folder / one.name for one in mixed]
    first: tuple[float, int] | None = None
    for open_on in GATES:
        told, processor_seconds = _listen(open_on, paths, bundle)
        count = sum(_is_told(event, told[event.recording]) for event in sounds)
        first = first or (processor_seconds, count)
        yield GateFigures(
            open_on=open_on,
            heard_hours=sum(one.seconds for one in mixed) / 3600,
            processor_seconds=processor_seconds,
            processor_share=processor_seconds / first[0],
            sounds=len(sounds),
            told=count,
            told_share=count / max(1, first[1]),
            events=event_based(sounds, told, scene.labels),
        )


def _listen(
    open_on: str, paths: list[Path], bundle: Path
) -> tuple[dict[str, list[DetectedEvent]], float]:
    """What is told of each recording, and the processor time that it took."""
    program = Path(sys.executable).with_name("soundpost")
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "gate.toml"
        settings.write_text(f'[gate]\nopen_on = "{open_on}"\n', encoding="utf-8")
        flags: list[str | Path] = ["--config", settings, "--bundle", bundle.resolve()]
        before = _children_seconds()
        answer = subprocess.run(  # noqa: S603 - our own program, with arguments of our own
            [program, "listen", *flags, *paths],
            capture_output=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        spent = _children_seconds() - before
    if answer.returncode:
        last = answer.stderr.decode(errors="replace").strip().splitlines()[-2:]
        raise TrainingError(
            f"soundpost listen failed with status {answer.returncode}: {' '.join(last)}",
            hint="try the same bundle with `soundpost check`",
        )
    told: dict[str, list[DetectedEvent]] = {path.name: [] for path in paths}
    for text in answer.stdout.splitlines():
        line = msgspec.json.decode(text, type=_Line)
        if line.offset is not None:
            told[Path(line.clip).name].append(_told(line, line.offset))
    return told, spent


def _told(line: _Line, offset: str) -> DetectedEvent:
    onset_seconds, offset_seconds = (
        datetime.fromisoformat(time).timestamp() for time in (line.onset, offset)
    )
    # When it was told is not on the wire; the offset stands for it, and nobody asks.
    holds = line.state is State.ENDED
    return DetectedEvent(line.label, onset_seconds, offset_seconds, offset_seconds, holds)


def _is_told(event: Event, told: Sequence[DetectedEvent]) -> bool:
    return any(
        one.label == event.label
        and one.onset_seconds < event.offset_seconds
        and event.onset_seconds < one.offset_seconds
        for one in told
    )


def _children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
