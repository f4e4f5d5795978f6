"""Reads FSD50K and FSDKaggle2018 and 2019, with the splits of their publications as folds.

Sources: E. Fonseca et al., "FSD50K: An Open Dataset of Human-Labeled Sound Events", IEEE/ACM TASLP
2022; "General-purpose Tagging of Freesound Audio with AudioSet Labels" and "Audio Tagging with
Noisy Labels and Minimal Supervision", DCASE 2018 and 2019.
"""

from dataclasses import dataclass
from pathlib import Path

from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.dataset.labels import refuse_bad_labels
from soundpost_training.dataset.readers.csv_rows import read_rows, refuse_absent
from soundpost_training.dataset.readers.fsd_labels import SingleLabels
from soundpost_training.errors import DatasetError

ATTRIBUTION = (
    "E. Fonseca et al., Music Technology Group, Universitat Pompeu Fabra; recordings from "
    "freesound.org, each by the author whom the data set lists"
)
MIXED = "of each clip as the data set lists it: CC0, CC BY, CC BY-NC or CC Sampling+"
HINT = "unpack the data set's archives beside each other, under their own names"


@dataclass(frozen=True, slots=True)
class Part:
    """A table, the folder of its clips, and their fold."""

    table: str
    audio: str
    fold: int


PARTS = (
    Part("*ground_truth/dev.csv", "*dev_audio", 1),
    Part("*ground_truth/eval.csv", "*eval_audio", 3),
    Part("*2018.meta/train_post_competition.csv", "*2018.audio_train", 1),
    Part("*2018.meta/test_post_competition_scoring_clips.csv", "*2018.audio_test", 2),
    Part("*2019.meta/train_curated_post_competition.csv", "*2019.audio_train_curated", 1),
    Part("*2019.meta/test_post_competition.csv", "*2019.audio_test", 2),
)
"""The noisy part of 2019 is not used: its labels were guessed by a program."""

VALIDATION_FOLD = 2
"""The fold of the rows of FSD50K's dev.csv with the split `val`; `train` is fold 1."""


def read_fsd(folder: Path, wanted: tuple[str, ...]) -> Dataset:
    """Returns the clips in the tables of the publication that have a single label.

    Labels are spelt in lower case, as MQTT topics need it. A row with several labels is used if
    they are one label and those that it implies (see `SingleLabels`), and otherwise left out with
    the reason. A group is a sound of Freesound.

    Args:
        folder: It has the folders of the publication.
        wanted: The labels to use, all of them if empty; other labels of a row are ignored.

    Raises:
        DatasetError: There are no such tables, a clip is missing, or two labels would become one.
    """
    found = [(part, table) for part in PARTS for table in sorted(folder.glob(part.table))]
    if not found:
        raise DatasetError(f"{folder} has no table of FSD50K or FSDKaggle", hint=HINT)
    rows = [
        (part, table, row) for part, table in found for row in read_rows(table, {"fname"}, HINT)
    ]
    single = SingleLabels([_labels(row) for _, _, row in rows], wanted)
    clips, left_out = [], []
    for part, table, row in rows:
        label, reason = single.of(_labels(row))
        if label is None:
            left_out.append(f"{row['fname']} of {table.name}: {reason}")
        else:
            clips.append(_clip(part, table, row, label))
    refuse_bad_labels({clip.label for clip in clips}, str(folder))
    refuse_absent([clip.path for clip in clips], found[0][1], HINT)
    return Dataset(
        name=folder.name,
        clips=tuple(clips),
        labels=tuple(sorted({clip.label for clip in clips})),
        licence=", ".join(sorted({row.get("license", "") for _, _, row in rows} - {""})) or MIXED,
        attribution=ATTRIBUTION,
        left_out=tuple(left_out),
    )


def _labels(row: dict[str, str]) -> list[str]:
    names = (row.get("labels") or row.get("label") or "").split(",")
    return [name for name in dict.fromkeys(names) if name]


def _clip(part: Part, table: Path, row: dict[str, str], label: str) -> Clip:
    audio = next(table.parent.parent.glob(part.audio), table.parent.parent / part.audio)
    name = row["fname"] if row["fname"].endswith(".wav") else f"{row['fname']}.wav"
    fold = VALIDATION_FOLD if row.get("split") == "val" else part.fold
    return Clip(audio / name, label, fold, row.get("freesound_id") or name.removesuffix(".wav"))
