"""An annotated sound, and the times that its annotation may have."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

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
        is_background: True for a sound behind others, whose onset nobody can hear: it has a recall
            of its own, and no delay.
    """

    onset_seconds: float
    offset_seconds: float
    label: str
    is_background: bool = False


SALIENCES = {"": False, "foreground": False, "background": True, "1": False, "2": True}
"""Whether a sound is in the background, by the word for its salience; the numbers are those of
UrbanSound8K."""


def parse_salience(text: str, where: str) -> bool:
    """Returns whether a sound is in the background.

    Args:
        text: Its salience.
        where: File and line, for the error.

    Raises:
        DatasetError: The text is no salience.
    """
    is_background = SALIENCES.get(text.lower())
    if is_background is None:
        raise DatasetError(
            f"{where}: expected a salience, foreground or background, got {text!r}",
            hint="leave it empty for a sound in the foreground",
        )
    return is_background


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

    Two dogs that bark at once are one event of `dog`: the daemon cannot tell them apart. One of
    them in the foreground is enough for both to be there.
    """
    merged: list[Sound] = []
    latest: dict[str, int] = {}
    for sound in sorted(sounds):
        at = latest.get(sound.label)
        if at is not None and sound.onset_seconds <= merged[at].offset_seconds:
            merged[at] = replace(
                merged[at],
                offset_seconds=max(merged[at].offset_seconds, sound.offset_seconds),
                is_background=merged[at].is_background and sound.is_background,
            )
            continue
        latest[sound.label] = len(merged)
        merged.append(sound)
    return sorted(merged)  # one that grew may have been the shorter of two with one onset


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
