"""Plain samples from a pipe, as they come."""

import os
import threading
from pathlib import Path

import pytest
from made_recordings import SOUND, samples, wav

from soundpost.recording import open_recording


def write(fifo: Path, content: bytes) -> threading.Thread:
    """Starts a thread that writes into a FIFO."""

    def run() -> None:
        with fifo.open("wb") as file:
            file.write(content)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """Provides a FIFO."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_a_pipe_that_breaks_off_says_how_much_is_missing(fifo: Path) -> None:
    """Half of the stated length: the warning has both."""
    made = wav()
    writer = write(fifo, made.content[: len(made.head) + len(SOUND)])
    with open_recording(fifo) as recording:
        assert len(samples(recording.blocks())) == len(SOUND) // 2
        assert "0.5 s of 1.0 s came" in recording.warning
        assert recording.missing_seconds == pytest.approx(0.5)
    writer.join()


def test_sound_comes_before_the_pipe_ends(fifo: Path) -> None:
    """A live source is read as it comes, and a pause yields empty blocks."""
    made = wav(0xFFFFFFFF)
    with open(fifo, "r+b", buffering=0) as writer:  # noqa: PTH123 - opened for both, so it never waits
        writer.write(made.head + made.sound[:8_000])
        with open_recording(fifo) as recording:
            blocks = recording.blocks()
            assert sum(len(next(blocks)) for _ in range(4)) == 4_000
            assert len(next(blocks)) == 0
            writer.write(made.sound[8_000:])
            assert len(next(blocks)) > 0


def test_sound_behind_a_length_that_is_too_small_is_warned_about(fifo: Path) -> None:
    """A pipe cannot be searched; what follows the stated end shows whether it is sound."""
    writer = write(fifo, wav(2_048).content)
    with open_recording(fifo) as recording:
        assert len(samples(recording.blocks())) == len(SOUND)
        assert recording.warning == "its header gives a length that is too small: all is read"
    writer.join()
