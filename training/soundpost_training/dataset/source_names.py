"""Source recordings by the names of clips: which clips were cut from one recording.

A name counts only within one folder and one label, except for the numbers of Freesound:

1. `1-100032-A-0` (ESC-50), `100032-3-0-0` (UrbanSound8K) and `100032__author__title` (a download
   of Freesound) are of the sound 100032, in every folder.
2. `fox.wav` and `fox.mp3`, `fox copy`, `fox - Copy (2)`, `Copy of fox`: of the recording `fox`.
   `fox (1)` and `fox_1` only where `fox` is there, too.
3. `night_1`, `night_2`, `night-a`, `night part 3` and `100032_left`: of `night` and `100032`, if
   the label then still has as many recordings as there are folds, and none of them has more than
   half of its clips. Otherwise the numbers count recordings, as in `fox_01` to `fox_40`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from soundpost_training.dataset.clip import Clip

FREESOUND = (
    re.compile(r"[1-5]-(\d+)-[A-Z]-\d{1,2}"),
    re.compile(r"(\d{3,7})-\d-\d{1,3}-\d{1,3}"),
    re.compile(r"(\d{3,7})__.+"),
)
COPY = (
    re.compile(r"(.+?)(?: ?- ?|[ _])(?:copy|kopie|copie|copia)(?:[ _]?\(?\d+\)?)?", re.IGNORECASE),
    re.compile(r"copy (?:\(\d+\) )?of (.+)", re.IGNORECASE),
)
NUMBERED_COPY = re.compile(r"(.+?)(?: ?\(\d{1,3}\)|[ _.-]\d{1,3})")
PIECE = (
    re.compile(
        r"(.+?)[ _.-]+(?:part|piece|segment|seg|chunk|cut|slice)?[ _.-]*(?:\d{1,3}|[a-h])",
        re.IGNORECASE,
    ),
    re.compile(r"(\d{5,7})[_-]\D.*"),
)
LARGEST_SHARE = 0.5
"""Of a label's clips in one recording, if only a number in their names says that it is one."""

Key = tuple[str, ...]


def source_keys(clips: Sequence[Clip], folds: int) -> list[Key]:
    """Returns a key for each clip, which is equal for clips of one source recording.

    Args:
        clips: With the groups of their reader: a clip that shares its group with others has the
            key of that group.
        folds: The number of folds that they are to be assigned to.
    """
    in_group = Counter(clip.group for clip in clips)
    stems: defaultdict[str, set[str]] = defaultdict(set)
    for clip in clips:
        stems[_folder(clip)].add(clip.path.stem)
    certain = [
        ("group", clip.group) if in_group[clip.group] > 1 else _certain(clip, stems[_folder(clip)])
        for clip in clips
    ]
    guessed = [
        ("piece", _folder(clip), _first_match(PIECE, key[-1])) if key[0] == "stem" else key
        for clip, key in zip(clips, certain, strict=True)
    ]
    trusted = {
        label
        for label in {clip.label for clip in clips}
        if _is_plausible(
            [key for clip, key in zip(clips, guessed, strict=True) if clip.label == label], folds
        )
    }
    return [
        piece if clip.label in trusted else key
        for clip, key, piece in zip(clips, certain, guessed, strict=True)
    ]


def _certain(clip: Clip, stems: set[str]) -> Key:
    """Returns the key by rules 1 and 2."""
    stem = clip.path.stem
    for pattern in FREESOUND:
        if match := pattern.fullmatch(stem):
            return "freesound", str(int(match[1]))
    stem = _first_match(COPY, stem)
    if (match := NUMBERED_COPY.fullmatch(stem)) and match[1] in stems:
        stem = match[1]
    return "stem", _folder(clip), stem


def _first_match(patterns: Sequence[re.Pattern[str]], stem: str) -> str:
    """Returns the first group of the first pattern that matches the whole name, or the name."""
    matches = (pattern.fullmatch(stem) for pattern in patterns)
    return next((match[1] for match in matches if match), stem)


def _is_plausible(keys: list[Key], folds: int) -> bool:
    """Returns whether rule 3 leaves a label enough recordings of its clips."""
    clips_of = Counter(keys)
    return len(clips_of) >= folds and max(clips_of.values()) <= LARGEST_SHARE * len(keys)


def _folder(clip: Clip) -> str:
    return f"{clip.label}/{clip.path.parent}"
