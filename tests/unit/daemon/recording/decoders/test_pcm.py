"""Plain samples from a pipe, as they come."""

from pathlib import Path

import pytest
from fifo import write_into
from made_recordings import SOUND, samples, wav

from soundpost.recording import open_recording


def test_a_pipe_that_breaks_off_says_how_much_is_missing(fifo: Path) -> None:
    """Half of the stated length: the warning has both."""
    made = wav()
    writer = write_into(fifo, made.content[: len(made.head) + len(SOUND)])
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
    writer = write_into(fifo, wav(2_048).content)
    with open_recording(fifo) as recording:
        assert len(samples(recording.blocks())) == len(SOUND)
        assert recording.warning == "its header gives a length that is too small: all is read"
    writer.join()
