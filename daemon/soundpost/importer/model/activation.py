"""Finds the function that turns the output of a foreign model into scores, by running it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.errors import BundleImportError
from soundpost.importer.options import Activation

ROUNDING = 1e-6
"""By which a sigmoid or softmax within the model may leave [0, 1]."""
SUM_TOLERANCE = 1e-2
"""Of a softmax within the model: int8 outputs have steps of 1/256."""
MOST_TYPICAL_LOGIT = -1.0
"""The median of all logits, at most, of a network whose labels have scores of their own: most
labels do not sound, and score below sigmoid(-1) = 0.27. The logits of a softmax may be anywhere,
since only their differences count."""


@dataclass(frozen=True, slots=True)
class FoundActivation:
    """The function, and the reason for it.

    Attributes:
        activation: `none` for an output that has scores already.
        reason: What was measured.
    """

    activation: Activation
    reason: str


def find_activation(outputs: NDArray[np.float64], chosen: Activation | None) -> FoundActivation:
    """Finds the activation by the outputs for some sounds.

    Args:
        outputs: float64[sounds, labels].
        chosen: The one that the user states; None to find it.

    Raises:
        BundleImportError: An output is not finite, contradicts what the user states, or does not
            show whether labels exclude each other.
    """
    if not np.isfinite(outputs).all():
        raise BundleImportError(
            f"expected finite outputs, got {np.count_nonzero(~np.isfinite(outputs))} of "
            f"{outputs.size} that are not, for silence, tones, noise and clicks",
            hint="the model is damaged, or its input is not the kind of sound that it takes",
        )
    lowest, highest = outputs.min(), outputs.max()
    are_scores = lowest >= -ROUNDING and highest <= 1 + ROUNDING
    values = f"outputs from {lowest:.3g} to {highest:.3g}"
    if chosen == "none" and not are_scores:
        raise BundleImportError(
            f"--activation none: expected scores from 0 to 1, got {values}",
            hint="the model gives logits: --activation sigmoid or softmax",
        )
    if chosen is not None:
        return FoundActivation(chosen, f"as stated; {values}")
    if are_scores:
        sums_to_one = bool(np.all(np.abs(outputs.sum(axis=1) - 1) <= SUM_TOLERANCE))
        inside = "a softmax, sums of 1" if sums_to_one else "a sigmoid"
        return FoundActivation("none", f"the model has {inside} inside: {values}")
    middle = float(np.median(outputs))
    if middle <= MOST_TYPICAL_LOGIT:
        return FoundActivation("sigmoid", f"logits: {values}, half of them below {middle:.3g}")
    raise BundleImportError(
        f"--activation is needed: the model gives logits ({values}, half of them below "
        f"{middle:.3g}), which do not show whether its labels exclude each other",
        hint="--activation softmax if they do, --activation sigmoid if several can sound at once",
    )
