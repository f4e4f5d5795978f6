"""What the person in front of the demonstration sees."""

import json
import time
from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from scene import Scene

STYLES = {
    "started": "bold yellow",
    "confirmed": "bold green",
    "ended": "green",
    "retracted": "dim",
}


class Screen:
    """Prints each message as a line, under it what is being played.

    Args:
        console: Where to.
        scene: What is played, if it is the demonstration's own.
    """

    def __init__(self, console: Console, scene: Scene | None) -> None:
        self._console = console
        self._scene = scene
        self._began_seconds: float | None = None
        self._shown_status = ""
        self._told: set[str] = set()
        self._progress = Progress(
            TextColumn("  playing {task.description:14}"),
            BarColumn(40),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("…", total=scene.seconds if scene else None)

    def receive(self, topic: str, payload: bytes) -> None:
        """Show a message."""
        if topic == "status":
            self._status(payload.decode())
        elif topic == "detections":
            self._detection(json.loads(payload))

    def refresh(self) -> None:
        """Show how far the scene is."""
        if self._scene and self._began_seconds is not None:
            at = time.monotonic() - self._began_seconds
            now = next((name for name, start, end in self._scene.played if start <= at < end), "…")
            self._progress.update(self._task, completed=at, description=now)

    def finish(self) -> None:
        """Say what of the scene was recognised."""
        self._progress.stop()
        if self._scene:
            played = [name for name, _, _ in self._scene.played]
            heard = [name for name in played if name in self._told]
            self._console.print(
                f"\nPlayed {len(played)} sounds, recognised {len(heard)}: {', '.join(heard)}"
            )

    def _status(self, status: str) -> None:
        if status != self._shown_status:  # it is told again with each health
            self._console.print(f"  [bold]status[/]  {status}")
        self._shown_status = status
        if status == "online" and self._began_seconds is None:
            self._began_seconds = time.monotonic()
            if self._scene:
                self._progress.start()

    def _detection(self, message: dict[str, object]) -> None:
        onset = datetime.fromisoformat(str(message["onset"]))
        state, label = str(message["state"]), str(message["label"])
        if state == "confirmed":
            self._told.add(label)
        style = STYLES[state]
        self._console.print(
            f"  {onset:%H:%M:%S.}{onset.microsecond // 100_000}  [{style}]{state:9}  {label:16}[/]"
            f"  score {message['score']:.2f}  {message['level_dbfs']:6.1f} dBFS{_lasted(message)}"
        )


def _lasted(message: dict[str, object]) -> str:
    if message["offset"] is None:
        return ""
    onset, offset = (datetime.fromisoformat(str(message[key])) for key in ("onset", "offset"))
    return f"  lasted {(offset - onset).total_seconds():.1f} s"
