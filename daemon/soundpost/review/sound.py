"""The sound of an event: a clip, or a stretch of a recording, as mono PCM."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from soundpost.audio import Pcm
from soundpost.audio.resample import MonoResampler
from soundpost.recording import InvalidSoundError, open_recording
from soundpost.recording.decoders.decoder import Block
from soundpost.review.event import ReviewedEvent

CONTEXT_SECONDS = 1.0
"""Before the onset and after the offset, as far as the file has it: as the pre-roll of a clip."""
LONGEST_SECONDS = 15.0
"""Of an event, as the longest clip of a node by default: the rest of a longer one is left out."""
HIGHEST_RATE_HZ = 384_000
"""The rate of the fastest bat recorders; sound of a higher one is converted to it."""


@dataclass(frozen=True, slots=True)
class EventSound:
    """The sound of an event, with some before and after it.

    Attributes:
        samples: int16[n], mono.
        rate_hz: Their rate.
        begin_seconds: The position of the onset in the samples.
        end_seconds: The position of the offset in them.
    """

    samples: Pcm
    rate_hz: int
    begin_seconds: float
    end_seconds: float

    @property
    def seconds(self) -> float:
        """The length."""
        return len(self.samples) / self.rate_hz

    @property
    def event_samples(self) -> Pcm:
        """The samples between onset and offset, at least one."""
        begin = min(round(self.begin_seconds * self.rate_hz), len(self.samples) - 1)
        return self.samples[begin : max(begin + 1, round(self.end_seconds * self.rate_hz))]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a file, in seconds from its start, and the event in it."""

    begin_seconds: float
    end_seconds: float
    event_begin_seconds: float
    event_end_seconds: float


def stretch_of(event: ReviewedEvent) -> Stretch:
    """Returns the stretch of the file that is played, shown and exported."""
    place = event.event.place
    end_seconds = min(place.end_seconds, place.begin_seconds + LONGEST_SECONDS)
    return Stretch(
        max(0.0, place.begin_seconds - CONTEXT_SECONDS),
        end_seconds + CONTEXT_SECONDS,
        place.begin_seconds,
        end_seconds,
    )


def read_sound(event: ReviewedEvent, is_stopped: Callable[[], bool] = lambda: False) -> EventSound:
    """Returns the sound of one event.

    Args:
        event: The event.
        is_stopped: Ends the reading once it returns True.

    Raises:
        RecordingError: The file is missing or damaged, or ends before the event.
    """
    for _, sound in read_stretches(event.sound_file, [stretch_of(event)], is_stopped):
        return sound
    raise InvalidSoundError(
        event.sound_file,
        f"ends before the event at {event.event.place.begin_seconds:.1f} s",
        hint="it is not the file that was analyzed, or it was cut: copy it again",
    )


def read_stretches(
    path: Path, stretches: Sequence[Stretch], is_stopped: Callable[[], bool] = lambda: False
) -> Iterator[tuple[int, EventSound]]:
    """Reads several stretches of a file in one pass; a stretch behind its end is left out.

    Args:
        path: The file.
        stretches: The stretches.
        is_stopped: Ends the reading once it returns True.

    Yields:
        The position of a stretch in the list, and its sound, in the order of their ends.

    Raises:
        RecordingError: The file is missing or damaged.
    """
    order = sorted(range(len(stretches)), key=lambda at: stretches[at].begin_seconds)
    with open_recording(path, allow_pipes=False, is_stopped=is_stopped) as recording:
        rate_hz = recording.rate_hz
        waiting = [_Cut(at, stretches[at], rate_hz) for at in order]
        running: list[_Cut] = []
        position = 0
        for block in recording.blocks():
            end = position + len(block)
            while waiting and waiting[0].begin < end:
                running.append(waiting.pop(0))
            for cut in running:
                cut.add(position, block)
            for cut in [cut for cut in running if cut.end <= end]:
                running.remove(cut)
                yield cut.at, cut.sound()
            if is_stopped() or (not waiting and not running):
                return
            position = end
        for cut in running:
            yield cut.at, cut.sound()


@dataclass(slots=True)
class _Cut:
    """A stretch whose blocks are collected while the file is read."""

    at: int
    stretch: Stretch
    rate_hz: int
    begin: int = field(init=False)
    end: int = field(init=False)
    blocks: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.begin = int(self.stretch.begin_seconds * self.rate_hz)
        self.end = max(self.begin + 1, round(self.stretch.end_seconds * self.rate_hz))

    def add(self, position: int, block: Block) -> None:
        """Adds the part of a block that belongs to the stretch."""
        part = block[max(0, self.begin - position) : max(0, self.end - position)]
        if len(part):
            self.blocks.append(part)

    def sound(self) -> EventSound:
        """Returns the sound that was collected, as mono."""
        rate_hz = min(self.rate_hz, HIGHEST_RATE_HZ)
        resampler = MonoResampler(self.rate_hz, rate_hz)
        samples = np.concatenate(
            [*(resampler.resample(block) for block in self.blocks), resampler.flush()]
        )
        seconds = len(samples) / rate_hz
        begin_seconds = self.begin / self.rate_hz
        return EventSound(
            samples=samples,
            rate_hz=rate_hz,
            begin_seconds=min(self.stretch.event_begin_seconds - begin_seconds, seconds),
            end_seconds=min(self.stretch.event_end_seconds - begin_seconds, seconds),
        )
