"""An annotated sound, and the times that its annotation may have."""

from collections.abc import Iterable
from dataclasses import dataclass

from soundpost_training.errors import DatasetError

LARGEST_SECONDS = 1e7
"""A later time is a typing error, or a date: the longest recordings last days, 1e5 s."""


@dataclass(frozen=True, slots=True, order=True)
class Sound:
    """A sound of a recording, from its onset to its offset.

    Attributes:
        onset_seconds: From the recording's start.
        offset_seconds: From the recording's start, later than the onset.
        label: Its label.
    """

    onset_seconds: float
    offset_seconds: float
    label: str


def parse_sound(label: str, onset: str, offset: str, where: str) -> Sound:
    """Returns the sound that an annotation states.

    Args:
        label: The text of its label.
        onset: Seconds; a decimal comma is read, too.
        offset: Likewise.
        where: File and line, for the error.

    Raises:
        DatasetError: The label is empty, a time is no number of seconds from 0 on, or the offset is
            not after the onset.
    """
    if not label:
        raise DatasetError(
            f"{where}: expected a label, got none",
            hint="write the label of the sound, such as dog, or remove the line",
        )
    onset_seconds, offset_seconds = (
        _seconds(text, f"{where}: expected the {name} in seconds")
        for name, text in (("onset", onset), ("offset", offset))
    )
    if offset_seconds <= onset_seconds:
        raise DatasetError(
            f"{where}: expected an offset after the onset, got {onset} to {offset}",
            hint="swap the two times, or annotate the sound from its first to its last moment",
        )
    return Sound(onset_seconds, offset_seconds, label)


def merge_overlapping(sounds: Iterable[Sound]) -> list[Sound]:
    """Returns the sounds by onset; those of a label that overlap or touch become one.

    Two dogs that bark at once are one event of `dog`: the daemon cannot tell them apart.
    """
    merged: list[Sound] = []
    latest: dict[str, int] = {}
    for sound in sorted(sounds):
        at = latest.get(sound.label)
        if at is not None and sound.onset_seconds <= merged[at].offset_seconds:
            offset_seconds = max(merged[at].offset_seconds, sound.offset_seconds)
            merged[at] = Sound(merged[at].onset_seconds, offset_seconds, sound.label)
            continue
        latest[sound.label] = len(merged)
        merged.append(sound)
    return merged


def _seconds(text: str, expected: str) -> float:
    try:
        seconds = float(text.replace(",", "."))
    except ValueError:
        seconds = -1.0
    if not 0.0 <= seconds <= LARGEST_SECONDS:  # NaN fails both comparisons
        raise DatasetError(
            f"{expected}, got {text!r}",
            hint="write seconds from the recording's start, such as 3.5",
        )
    return seconds
