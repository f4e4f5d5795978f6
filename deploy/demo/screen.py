"""Terminal output of the demonstration: messages, progress, result."""

import json
import time
from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from result import Event, SceneResult
from scene import Scene

STYLES = {
    "started": "bold yellow",
    "confirmed": "bold green",
    "ended": "green",
    "retracted": "dim",
}


class Screen:
    """Prints each message as a line, and below them the sound that is being played.

    Args:
        console: The terminal.
        scene: The scene that is played, None for another source.
    """

    def __init__(self, console: Console, scene: Scene | None) -> None:
        self._console = console
        self._scene = scene
        self._began_seconds: float | None = None
        self._shown_status = ""
        self._events: dict[str, Event] = {}
        self._progress = Progress(
            TextColumn("  playing {task.description:14}"),
            BarColumn(40),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("…", total=scene.seconds if scene else None)

    def receive(self, topic: str, payload: bytes) -> None:
        """Prints a message of `status` or `detections`."""
        if topic == "status":
            self._status(payload.decode())
        elif topic == "detections":
            self._detection(json.loads(payload))

    def refresh(self) -> None:
        """Updates the progress bar of the scene."""
        if self._scene and self._began_seconds is not None:
            position = time.monotonic() - self._began_seconds
            playing = [
                played.part.name
                for played in self._scene.played
                if played.start <= position < played.end
            ]
            self._progress.update(
                self._task, completed=position, description=playing[0] if playing else "…"
            )

    def finish(self) -> None:
        """Prints what was detected of the scene, and over speech and music."""
        self._progress.stop()
        if self._scene:
            for line in SceneResult(self._scene, tuple(self._events.values())).lines():
                self._console.print(line)

    def _status(self, status: str) -> None:
        if status != self._shown_status:  # it is published again with each health
            self._console.print(f"  [bold]status[/]  {status}")
        self._shown_status = status
        if status == "online" and self._began_seconds is None:
            self._began_seconds = time.monotonic()
            if self._scene:
                self._progress.start()

    def _detection(self, message: dict[str, object]) -> None:
        onset = datetime.fromisoformat(str(message["onset"]))
        state, label = str(message["state"]), str(message["label"])
        event = self._events.setdefault(
            str(message["id"]), Event(label, onset.timestamp(), is_confirmed=False)
        )
        if state == "confirmed":
            self._events[str(message["id"])] = event._replace(is_confirmed=True)
        style = STYLES[state]
        self._console.print(
            f"  {onset:%H:%M:%S.}{onset.microsecond // 100_000}  [{style}]{state:9}  {label:16}[/]"
            f"  score {message['score']:.2f}  {message['level_dbfs']:6.1f} dBFS{_duration(message)}"
        )


def _duration(message: dict[str, object]) -> str:
    if message["offset"] is None:
        return ""
    onset, offset = (datetime.fromisoformat(str(message[key])) for key in ("onset", "offset"))
    return f"  lasted {(offset - onset).total_seconds():.1f} s"
