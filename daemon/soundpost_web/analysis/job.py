"""An uploaded recording, from its first byte until its result is removed."""

import secrets
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from soundpost_web.analysis.result import RecordingResult

UPLOAD = "upload"
"""The name of the uploaded file, whatever its own: formats are found by content."""


class JobState(StrEnum):
    """The state of a job."""

    RECEIVING = "receiving"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(slots=True)
class Job:
    """A job; only the queue changes its state.

    Attributes:
        folder: Its folder; only the user of the page can open it.
        id: A secret: with it, and the right to analyze, its result can be seen.
        name: The name of the recording, to be shown.
        bundle: The name of the bundle.
        state: Its state.
        since_seconds: The time of the last change, of the monotonic clock.
        result: The result, once it is done.
        failure: The name of the text that says why it failed; empty unless it did.
    """

    folder: Path
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    name: str = ""
    bundle: str = ""
    state: JobState = JobState.RECEIVING
    since_seconds: float = field(default_factory=time.monotonic)
    result: RecordingResult | None = None
    failure: str = ""

    def __post_init__(self) -> None:
        self.folder /= self.id

    @property
    def upload(self) -> Path:
        """The uploaded file."""
        return self.folder / UPLOAD

    @property
    def is_over(self) -> bool:
        """True once it is done or has failed."""
        return self.state in {JobState.DONE, JobState.FAILED}

    def change(self, state: JobState) -> None:
        """Sets the state."""
        self.state = state
        self.since_seconds = time.monotonic()
