"""Recordings with their labels and folds: a clip, and a data set of clips."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording.

    Attributes:
        path: The audio file.
        label: The label of its sound.
        fold: Its fold, by the data set's publisher or by its group.
        group: The source recording; a group never spans two folds.
    """

    path: Path
    label: str
    fold: int
    group: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """Clips, their labels in the order of the model's outputs, and their licence.

    Attributes:
        name: The name of the data set, also part of the name of its cache.
        clips: The recordings that have a label.
        labels: The labels, in the order of the model's outputs.
        licence: The licence of the recordings.
        attribution: The authors to name.
        published: Every clip must be there and readable, for figures are compared with others'.
        background: The recordings without a label.
        background_names: The background that is trained as the last label, by the names of its
            labels or folders. That label is in no bundle; see `with_background_label`.
        left_out: The recordings that its reader left out, each with the reason.
        has_leaky_folds: Folds were assigned by clip, so clips of one recording may be in several.
        reverb_copies: Reverberated copies of each clip among the features.
        assigned_folds: The number of folds that the reader assigned; 0 if the folds were given.
        may_have_copies: One recording may be there several times. A publication is used as it is.
        notes: Remarks for the user on recordings that are used.
    """

    name: str
    clips: tuple[Clip, ...]
    labels: tuple[str, ...]
    licence: str
    attribution: str
    published: bool = False
    background: tuple[Clip, ...] = ()
    left_out: tuple[str, ...] = ()
    has_leaky_folds: bool = False
    reverb_copies: int = 0
    assigned_folds: int = 0
    may_have_copies: bool = False
    notes: tuple[str, ...] = ()
    background_names: tuple[str, ...] = ()

    @property
    def recordings(self) -> tuple[Clip, ...]:
        """The clips with a label, then the background."""
        return self.clips + self.background

    @property
    def has_background_label(self) -> bool:
        """True if the last label is the background, which a bundle does not have."""
        return bool(self.background_names)

    @property
    def bundle_labels(self) -> tuple[str, ...]:
        """The labels that a bundle has: all but the one of the background."""
        return self.labels[:-1] if self.has_background_label else self.labels

    @property
    def folds(self) -> list[int]:
        """The numbers of the folds, ascending."""
        return sorted({clip.fold for clip in self.clips})

    @property
    def fold_origin(self) -> str:
        """The origin of the folds, for a model card."""
        if self.has_leaky_folds:
            return "folds by clip, so that these figures leak"
        return "official folds" if self.published else "folds by recording"

    def in_folds(self, folds: list[int]) -> list[int]:
        """Returns the positions of the clips of these folds."""
        return [index for index, clip in enumerate(self.clips) if clip.fold in folds]

    def background_in_folds(self, folds: list[int]) -> list[int]:
        """Returns the positions of the background of these folds, among all recordings."""
        first = len(self.clips)
        return [first + at for at, clip in enumerate(self.background) if clip.fold in folds]

    def targets(self) -> list[int]:
        """Returns the position of each clip's label."""
        position = {label: index for index, label in enumerate(self.labels)}
        return [position[clip.label] for clip in self.clips]
