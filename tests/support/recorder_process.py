"""A recorder at work in a process of its own: see recorder.py."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sound_card import MICROPHONE, PATIENCE_SECONDS, SoundCard

RECORDER = Path(__file__).with_name("recorder.py")
STALL_SECONDS = 1.0


class Recorder:
    """Records from a card; `reopening` through its absence, `give_up_seconds` of it at most."""

    def __init__(self, card: SoundCard, folder: Path, device: str, *options: str) -> None:
        self._result = folder / "recording.npz"
        self.process = subprocess.Popen(
            [sys.executable, str(RECORDER), str(self._result), device, *options],
            env=card.environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def stop(self) -> dict[str, NDArray[Any]]:
        """Ask it to stop, and return what it recorded."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> dict[str, NDArray[Any]]:
        """What it recorded, once it has ended; the test fails if it never does."""
        assert self.process.wait(PATIENCE_SECONDS) == 0
        with np.load(self._result) as arrays:
            return dict(arrays)


@contextmanager
def recording(
    card: SoundCard,
    folder: Path,
    device: str = MICROPHONE,
    *,
    stall_seconds: float = STALL_SECONDS,
    give_up_seconds: float | None = None,
) -> Iterator[Recorder]:
    """Record from the card; nothing is left behind when the test fails.

    Args:
        card: The card.
        folder: Where the recording goes.
        device: As for `MicSource`.
        stall_seconds: As for `MicSource`.
        give_up_seconds: As for `ReopeningMic`, which then records; else `MicSource` does.
    """
    options = [str(stall_seconds)]
    if give_up_seconds is not None:
        options.append(str(give_up_seconds))
    recorder = Recorder(card, folder, device, *options)
    try:
        yield recorder
    finally:
        recorder.process.kill()
        recorder.process.communicate()


def python(card: SoundCard, program: str) -> str:
    """What a Python program prints that hears this card."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=card.environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    return done.stdout
