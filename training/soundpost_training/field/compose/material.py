"""The held-out recordings that a field folder is composed of."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TypeVar, get_args
from zlib import crc32

from soundpost_training.dataset.clip import Clip
from soundpost_training.dataset.paths import data_folder
from soundpost_training.dataset.readers.csv_rows import read_rows
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.dataset.readers.urbansound8k import read_urbansound8k
from soundpost_training.field.compose.pieces import Slice
from soundpost_training.sources.corpora import ESC50_FOLD, URBANSOUND8K_FOLD, read_ambience
from soundpost_training.sources.debian.read import read_packages
from soundpost_training.sources.recording import Source, SourceRecording

FOREGROUND = "1"
"""Salience of UrbanSound8K: 1 in the foreground, 2 in the background."""

HINT = "unpack UrbanSound8K as it is"

SPEECH_AND_MUSIC = (
    "asterisk-core-sounds-fr-g722",
    "asterisk-core-sounds-ru-g722",
    "asterisk-moh-opsound-g722",
    "extremetuxracer-data",
)
"""Packages with speech and music that are held out."""

MANY, PROMPT_STEP = 50, 2
"""Of packages with many recordings every second one is used: half an hour of prompts by two
speakers says as much as an hour."""


Half = Literal["calibration", "evaluation"]
"""Thresholds are chosen on one half of the held-out material and evaluated on the other."""

HALVES: tuple[Half, ...] = get_args(Half)

Item = TypeVar("Item", Clip, SourceRecording)


def esc50_clips() -> list[Clip]:
    """Returns the clips of ESC-50's held-out fold.

    Raises:
        DatasetError: ESC-50 is missing.
    """
    return [clip for clip in read_esc50(data_folder("esc50")).clips if clip.fold == ESC50_FOLD]


def urbansound8k_slices() -> list[Slice]:
    """Returns every second slice of UrbanSound8K's held-out fold: neighbours overlap by half.

    Raises:
        DatasetError: UrbanSound8K is missing.
    """
    folder = data_folder("urbansound8k")
    table = folder / "metadata" / "UrbanSound8K.csv"
    rows = {
        row["slice_file_name"].partition(".")[0]: row
        for row in read_rows(table, {"slice_file_name", "salience", "in_esc50"}, HINT)
    }
    slices = []
    for clip in read_urbansound8k(folder).clips:
        row = rows[clip.path.stem]
        number = int(clip.path.stem.rpartition("-")[2])
        if clip.fold == URBANSOUND8K_FOLD and number % 2 == 0:
            slices.append(Slice(clip, row["salience"] == FOREGROUND, row["in_esc50"] == "1"))
    return slices


def ambience() -> list[SourceRecording]:
    """Returns the held-out ambience.

    Raises:
        DatasetError: The ambience is missing.
    """
    recordings = read_ambience(data_folder("ambience")).recordings
    return [recording for recording in recordings if recording.held_out]


def packages(cache: Path) -> tuple[list[SourceRecording], list[str]]:
    """Returns the held-out speech and music of Debian packages, and a line for each that failed.

    Args:
        cache: The folder of unpacked packages.
    """
    sources = read_packages(cache, SPEECH_AND_MUSIC)
    recordings = [
        each
        for source in sources
        for each in [each for each in source.recordings if each.held_out][:: _every(source)]
    ]
    failed = [line for source in sources if not source.recordings for line in source.left_out]
    return recordings, failed


def _every(source: Source) -> int:
    """Returns the step between the recordings of a source that are used."""
    return PROMPT_STEP if len(source.recordings) > PROMPT_STEP * MANY else 1


def half_of(recordings: Iterable[Item], half: Half | None) -> list[Item]:
    """Returns the recordings of a half, or all; those of one group are in the same half."""
    if half is None:
        return list(recordings)
    wanted = HALVES.index(half)
    return [each for each in recordings if crc32(each.group.encode()) % len(HALVES) == wanted]
