"""The labels that occur at a place in each week of the year."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.classify.bundle import Bundle
from soundpost.classify.range.scores import range_scores
from soundpost.config import DecideConfig, NodeConfig, Place
from soundpost.errors import ConfigError


class LabelRange(msgspec.Struct, frozen=True):
    """The labels that occur at a place in each week.

    Attributes:
        place: The place.
        threshold: Labels that score below it do not occur.
        labels: All labels, in the manifest's order.
        scores: float32[48, labels], of each week.
    """

    place: Place
    threshold: float
    labels: tuple[str, ...]
    scores: NDArray[np.float32]

    @property
    def occurs(self) -> NDArray[np.bool_]:
        """True for each label in the weeks in which it occurs, bool[48, labels]."""
        occurs: NDArray[np.bool_] = self.scores >= np.float32(self.threshold)
        return occurs

    def occurring(self, week: int) -> list[str]:
        """Returns the labels that occur in a week, from 1 to 48, in the manifest's order."""
        row = self.occurs[week - 1]
        return [label for label, occurs in zip(self.labels, row, strict=True) if occurs]

    def whole_year(self) -> "LabelRange":
        """Returns a range in which each label occurs all year if it occurs in any week."""
        return msgspec.structs.replace(
            self, scores=np.broadcast_to(self.scores.max(axis=0), self.scores.shape)
        )

    def describe(self, week: int) -> str:
        """Returns how many labels occur in a week, and why, in one line."""
        return (
            f"{len(self.occurring(week))} of {len(self.labels)} labels occur at {self.place} in "
            f"week {week} at {self.threshold:g}"
        )


def build_label_range(node: NodeConfig, decide: DecideConfig, bundle: Bundle) -> LabelRange | None:
    """Returns the labels that occur at the node, by the bundle's range model.

    The model is run once for each week, and not kept: so it costs no memory later, and one that is
    broken is refused before the microphone is opened.

    Args:
        node: Has the place.
        decide: Its `range` switches this off, `range_threshold` replaces the bundle's threshold.
        bundle: May have a range model.

    Returns:
        None if the bundle has no range model, the place is not set, or `range` is off everywhere.

    Raises:
        BundleError: The range model cannot be used.
        ConfigError: No label occurs there in any week.
    """
    manifest = bundle.manifest
    if manifest.range is None or bundle.range_model is None:
        return None
    if node.place is None or not is_range_on(decide):
        return None
    given = decide.range_threshold
    label_range = LabelRange(
        place=node.place,
        threshold=manifest.range.threshold if given is None else given,
        labels=tuple(manifest.label_names),
        scores=range_scores(bundle.range_model, node.place, len(manifest.labels)),
    )
    if not label_range.occurs.any():
        raise ConfigError(
            f"the range model of {manifest.id} leaves no label at {label_range.place} in any week "
            f"at {label_range.threshold:g}",
            hint="check the signs of node.latitude and node.longitude, lower "
            'decide.range_threshold, or set decide.range = "off"',
        )
    return label_range


def is_range_on(decide: DecideConfig) -> bool:
    """Returns whether any label may follow the range by the rules of a model."""
    places = (*decide.labels.values(), *decide.profiles.values())
    return decide.range != "off" or any(place.range == "auto" for place in places)
