"""Runs the range model of a bundle."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from soundpost.classify.interpreter import Interpreter
from soundpost.classify.range.week import WEEKS
from soundpost.classify.runtime import VARIABLE, TensorInfo
from soundpost.config import Place
from soundpost.errors import BundleError
from soundpost.manifest import RANGE_FILE

_INPUT_SHAPE = (1, 3)
"""Latitude, longitude, week."""
_ROUNDING = 1e-6
"""By which a float32 sigmoid may leave the interval from 0 to 1."""
_HINT = (
    "copy or import the whole bundle again, with the range model of its own labels; "
    'decide.range = "off" runs it without'
)


def range_scores(content: bytes, place: Place, labels: int) -> NDArray[np.float32]:
    """Returns the scores of all labels at a place in each week.

    Args:
        content: The range model, a TFLite file.
        place: The place.
        labels: Number of labels.

    Returns:
        float32[48, labels] in [0, 1].

    Raises:
        BundleError: The runtime refuses the model, it has other tensors, or its scores are no
            finite numbers from 0 to 1.
    """
    try:
        interpreter = Interpreter(content, input_shape=_INPUT_SHAPE)
        _refuse_others("input", [interpreter.input], _INPUT_SHAPE)
        _refuse_others("output", interpreter.outputs, (1, labels))
        rows = [
            interpreter.run(np.array([[place.latitude, place.longitude, week]], np.float32), [0])[0]
            for week in range(1, WEEKS + 1)
        ]
    except BundleError as error:
        raise BundleError(f"the range model {RANGE_FILE}: {error}", hint=_HINT) from error
    scores: NDArray[np.float32] = np.concatenate(rows)
    is_valid = (scores >= -_ROUNDING) & (scores <= 1.0 + _ROUNDING)  # false for NaN
    if not is_valid.all():
        wrong = scores[~is_valid]
        raise BundleError(
            f"the range model {RANGE_FILE}: expected scores from 0 to 1, got {wrong[0]:g} at "
            f"{place} ({len(wrong)} such scores in {WEEKS} weeks)",
            hint=_HINT,
        )
    return scores


def _refuse_others(side: str, tensors: Sequence[TensorInfo], shape: tuple[int, ...]) -> None:
    """Raises BundleError unless there is one tensor, float32 of a shape."""
    found = [f"{tensor.dtype}{list(tensor.shape)}" for tensor in tensors]
    # Such models often leave the number of places open.
    if found not in ([f"float32{list(shape)}"], [f"float32{[VARIABLE, *shape[1:]]}"]):
        raise BundleError(
            f"expected {side} float32{list(shape)}, got {', '.join(found)}", hint=_HINT
        )
