"""Compares tensors that a runtime reports with those that a manifest states."""

import numpy as np

from soundpost.classify.runtime import VARIABLE, TensorInfo
from soundpost.errors import BundleError
from soundpost.manifest import Tensor

HINT = "model and manifest come from different exports; copy the whole bundle again"


def refuse_difference(side: str, promised: Tensor, reported: TensorInfo) -> None:
    """Raises if a tensor differs from the manifest; scales are compared as float32, as stored.

    A size that the model leaves open may be any.

    Raises:
        BundleError: Shape, dtype, scale or zero point differ.
    """
    shape = tuple(promised.shape)
    if len(shape) == len(reported.shape):
        shape = tuple(
            VARIABLE if known == VARIABLE else size
            for size, known in zip(shape, reported.shape, strict=True)
        )
    pairs: list[tuple[str, object, object]] = [
        ("shape", shape, reported.shape),
        ("dtype", promised.dtype, reported.dtype),
        ("scale", np.float32(promised.scale), np.float32(reported.scale)),
        ("zero point", promised.zero_point, reported.zero_point),
    ]
    for field, expected, got in pairs:
        if expected != got:
            raise BundleError(
                f"the model's {side} {field} is {got}, its manifest says {expected}", hint=HINT
            )
