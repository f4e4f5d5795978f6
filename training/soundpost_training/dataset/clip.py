"""Recordings with their labels and folds."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording.

    Attributes:
        path: The audio file.
        label: What is heard in it.
        fold: The fold that it belongs to, as its publisher or its group decides.
        group: The source that it was cut from; a group never spans two folds.
    """

    path: Path
    label: str
    fold: int
    group: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """Clips, their labels in the order of the model's outputs, and the terms they come under.

    Attributes:
        name: Of the data set, for people and for the name of its cache.
        clips: The recordings that have a label.
        labels: In the order of the model's outputs.
        licence: The terms of the recordings.
        attribution: Who is to be named.
        published: Every clip must be there and readable, for its figures are compared.
        background: The recordings in which there is nothing to be told of.
        left_out: What its reader passed over, each with the reason.
        dealt_by_clip: The folds were dealt by clip, in spite of recordings that several share.
        wet_copies: How many rooms the features have each clip in besides.
    """

    name: str
    clips: tuple[Clip, ...]
    labels: tuple[str, ...]
    licence: str
    attribution: str
    published: bool = False
    background: tuple[Clip, ...] = ()
    left_out: tuple[str, ...] = ()
    dealt_by_clip: bool = False
    wet_copies: int = 0

    @property
    def recordings(self) -> tuple[Clip, ...]:
        """All that is listened to: the clips with a label, then the background."""
        return self.clips + self.background

    @property
    def folds(self) -> list[int]:
        """The numbers of the folds, ascending."""
        return sorted({clip.fold for clip in self.clips})

    @property
    def folds_are(self) -> str:
        """Who made the folds, for a card."""
        if self.dealt_by_clip:
            return "folds dealt by clip, so that these figures leak"
        return "official folds" if self.published else "folds by recording"

    def in_folds(self, folds: list[int]) -> list[int]:
        """The positions of the clips of these folds."""
        return [index for index, clip in enumerate(self.clips) if clip.fold in folds]

    def background_in_folds(self, folds: list[int]) -> list[int]:
        """The positions of the background of these folds, among all recordings."""
        first = len(self.clips)
        return [first + at for at, clip in enumerate(self.background) if clip.fold in folds]

    def targets(self) -> list[int]:
        """The position of each clip's label."""
        position = {label: index for index, label in enumerate(self.labels)}
        return [position[clip.label] for clip in self.clips]
