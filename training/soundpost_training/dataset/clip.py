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

    Of a `published` data set every clip must be there and readable: its figures are compared.
    """

    name: str
    clips: tuple[Clip, ...]
    labels: tuple[str, ...]
    licence: str
    attribution: str
    published: bool = False

    @property
    def folds(self) -> list[int]:
        """The numbers of the folds, ascending."""
        return sorted({clip.fold for clip in self.clips})

    def in_folds(self, folds: list[int]) -> list[int]:
        """The positions of the clips of these folds."""
        return [index for index, clip in enumerate(self.clips) if clip.fold in folds]

    def targets(self) -> list[int]:
        """The position of each clip's label."""
        position = {label: index for index, label in enumerate(self.labels)}
        return [position[clip.label] for clip in self.clips]
