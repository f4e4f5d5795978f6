"""A recorder in a process of its own, see recorder.py."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sound_card import MICROPHONE, TIMEOUT_SECONDS, SoundCard
from wide_card import WideCard

Card = SoundCard | WideCard

RECORDER = Path(__file__).with_name("recorder.py")
SETTLED_CHUNKS = 40
"""After 2 s of sound, one punctual buffer among them sets the capture times, however busy the
machine was when recording began."""


class Recorder:
    """Records from a card in a process; its result is read when it has ended."""

    def __init__(self, card: Card, folder: Path, device: str, *options: str) -> None:
        self._result = folder / "recording.npz"
        self.process = subprocess.Popen(
            [sys.executable, str(RECORDER), str(self._result), device, *options],
            env=card.environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        """Returns the next line that it prints; empty once it has ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def last_line(self) -> str:
        """Returns the last line that it prints, once it has ended."""
        lines = [""]
        while line := self.line():
            lines.append(line)
        return lines[-1]

    def stop(self) -> dict[str, NDArray[Any]]:
        """Stops it with SIGTERM and returns what it recorded."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> dict[str, NDArray[Any]]:
        """Returns what it recorded, once it has ended; fails the test if it never does."""
        assert self.process.wait(TIMEOUT_SECONDS) == 0
        with np.load(self._result) as arrays:
            return dict(arrays)

    def log(self) -> str:
        """Returns its log."""
        return self._result.with_suffix(".log").read_text()


@contextmanager
def recording(
    card: Card, folder: Path, *options: str, device: str = MICROPHONE
) -> Iterator[Recorder]:
    """Records from the card, and kills the recorder if the test fails.

    Args:
        card: The card.
        folder: The folder of the result.
        options: Options of recorder.py.
        device: As for `MicSource`.
    """
    recorder = Recorder(card, folder, device, *options)
    try:
        yield recorder
    finally:
        recorder.process.kill()
        recorder.process.communicate()


def run_python(card: Card, program: str) -> str:
    """Returns the output of a Python program whose sound card is this one."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=card.environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    return done.stdout
