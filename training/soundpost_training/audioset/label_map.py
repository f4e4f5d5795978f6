"""The map from our labels to classes of AudioSet, ESC-50 and UrbanSound8K."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.errors import did_you_mean
from soundpost_training.errors import DatasetError

GROUPS = (
    "security",
    "people",
    "animals",
    "vehicles",
    "tools",
    "nature",
    "home",
    "media",
)


@dataclass(frozen=True, slots=True)
class MappedLabel:
    """A label and its classes.

    Attributes:
        line: Of the map's file.
        name: The label.
        group: One of GROUPS.
        audioset: Display names of its AudioSet classes; at least one.
        esc50: Its categories of ESC-50.
        urbansound8k: Its classes of UrbanSound8K.
        published: False for a label that `decide.exclude` has by default.
        reason: Why these classes and not their neighbours.
    """

    line: int
    name: str
    group: str
    audioset: tuple[str, ...]
    esc50: tuple[str, ...]
    urbansound8k: tuple[str, ...]
    published: bool
    reason: str


@dataclass(frozen=True, slots=True)
class LabelMap:
    """All labels, in the order of a network's outputs.

    Attributes:
        labels: The rows of the map.
        source: The file, for error messages.
    """

    labels: tuple[MappedLabel, ...]
    source: str

    @property
    def names(self) -> tuple[str, ...]:
        """The labels' names."""
        return tuple(label.name for label in self.labels)

    @property
    def excluded(self) -> tuple[str, ...]:
        """Names of the labels that are not published by default."""
        return tuple(label.name for label in self.labels if not label.published)

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """Names of the labels of each group that has any."""
        members = {
            group: tuple(label.name for label in self.labels if label.group == group)
            for group in GROUPS
        }
        return {group: names for group, names in members.items() if names}

    @property
    def esc50(self) -> dict[str, str]:
        """The label of each mapped category of ESC-50."""
        return {category: label.name for label in self.labels for category in label.esc50}

    @property
    def urbansound8k(self) -> dict[str, str]:
        """The label of each mapped class of UrbanSound8K."""
        return {name: label.name for label in self.labels for name in label.urbansound8k}

    def check_classes(self, known: Collection[str]) -> None:
        """Raises DatasetError for a name that is not a class of AudioSet.

        Args:
            known: Display names of all classes.
        """
        for label in self.labels:
            for name in label.audioset:
                if name not in known:
                    raise DatasetError(
                        f"{self.source} line {label.line}: expected classes of AudioSet for "
                        f"{label.name}, got {name}",
                        hint=did_you_mean(name, known, "use a display name of AudioSet"),
                    )

    def columns(self, class_names: Sequence[str]) -> list[NDArray[np.int64]]:
        """Returns the positions of each label's classes within a network's outputs.

        YAMNet lacks six of AudioSet's 527 classes, so a label may have classes that the network
        does not have; it needs at least one.

        Args:
            class_names: Display names, in the order of the outputs.

        Raises:
            DatasetError: The network has none of a label's classes.
        """
        position = {name: index for index, name in enumerate(class_names)}
        columns = []
        for label in self.labels:
            found = [position[name] for name in label.audioset if name in position]
            if not found:
                raise DatasetError(
                    f"{self.source} line {label.line}: expected a class of the network for "
                    f"{label.name}, got {'; '.join(label.audioset)}",
                    hint="add a class that both teacher networks have",
                )
            columns.append(np.array(found, np.int64))
        return columns
