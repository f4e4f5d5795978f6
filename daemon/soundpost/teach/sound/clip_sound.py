"""Reads the sound of a clip: all of it, or the loudest minute of a longer file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from soundpost.audio import Pcm
from soundpost.audio.resample import MonoResampler
from soundpost.recording import open_recording

LONGEST_SECONDS = 60.0
"""Of one clip. A longer file gives the minute around its loudest part."""
LOUD_SECONDS = 6.0
"""Of the loudest part of a longer file: as much as is made harder (`harder.LONGEST_SECONDS`)."""
SEARCHED_SECONDS = 3_600.0
"""Of a longer file: a whole night takes minutes to decode, and is background rather than a clip."""


@dataclass(frozen=True, slots=True)
class FilePart:
    """A part of a file, which can be read again.

    Attributes:
        path: The file.
        rate_hz: The sample rate to which it is converted.
        begin: The first sample at that rate.
        end: Behind the last sample.
    """

    path: Path
    rate_hz: int
    begin: int
    end: int

    def read(self) -> Pcm:
        """Returns its samples, int16[n].

        Raises:
            RecordingError: It cannot be read.
        """
        blocks = list(_part(self.path, self.rate_hz, self.begin, self.end))
        return np.concatenate(blocks) if blocks else np.empty(0, np.int16)


@dataclass(frozen=True, slots=True)
class ClipSound:
    """The sound of a clip.

    Attributes:
        samples: int16[n], mono.
        part: The part of the file that they are.
        begin_seconds: Position of that part; None if the whole file was read.
    """

    samples: Pcm
    part: FilePart
    begin_seconds: float | None = None


def read_clip_sound(path: Path, rate_hz: int) -> ClipSound:
    """Returns the sound of a file at a rate, at most `LONGEST_SECONDS` of it.

    A longer file is decoded twice: first its loudest part is found, in bounded memory.

    Args:
        path: The file.
        rate_hz: The sample rate of the result.

    Raises:
        RecordingError: It cannot be read.
    """
    longest = round(LONGEST_SECONDS * rate_hz)
    pieces: list[Pcm] = []
    starts: list[int] = []
    energies: list[float] = []
    count = 0
    for block in resampled_blocks(path, rate_hz, round(SEARCHED_SECONDS * rate_hz)):
        if count < longest:
            pieces.append(block)
        starts.append(count)
        energies.append(float(np.square(block, dtype=np.float64).sum()))
        count += len(block)
    if count <= longest:
        return ClipSound(np.concatenate(pieces), FilePart(path, rate_hz, 0, count))
    loudest = _loudest_start(starts, energies, round(LOUD_SECONDS * rate_hz))
    middle = loudest + round(LOUD_SECONDS * rate_hz) // 2
    begin = min(max(0, middle - longest // 2), count - longest)
    part = FilePart(path, rate_hz, begin, begin + longest)
    samples = part.read() if begin else np.concatenate(pieces)[:longest]
    return ClipSound(samples, part, begin / rate_hz)


def resampled_blocks(path: Path, rate_hz: int, most_samples: int) -> Iterator[Pcm]:
    """Yields the sound of a file, int16[n] each, mono, at a rate.

    Args:
        path: The file.
        rate_hz: The sample rate of the blocks.
        most_samples: Where it ends at the latest.

    Raises:
        RecordingError: It cannot be read.
    """
    missing = most_samples
    with open_recording(path, allow_pipes=False) as recording:
        resampler = MonoResampler(recording.rate_hz, rate_hz)
        for block in recording.blocks():
            samples = resampler.resample(block)[:missing]
            missing -= len(samples)
            yield samples
            if missing <= 0:
                return
        yield resampler.flush()[:missing]


def _loudest_start(starts: list[int], energies: list[float], length: int) -> int:
    """Returns the start of the block from which on a stretch of a length has the most energy."""
    firsts = np.array(starts)
    sums = np.concatenate(([0.0], np.cumsum(energies)))
    behind = np.searchsorted(firsts, firsts + length)
    return starts[int((sums[behind] - sums[:-1]).argmax())]


def _part(path: Path, rate_hz: int, begin: int, end: int) -> Iterator[Pcm]:
    """Yields the samples of a file from a position to another one."""
    position = 0
    for block in resampled_blocks(path, rate_hz, end):
        if position + len(block) > begin:
            yield block[max(0, begin - position) :]
        position += len(block)
