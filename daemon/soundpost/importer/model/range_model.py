"""The range model of a foreign model: which of its labels occur at a place in a week."""

import numpy as np

from soundpost.classify.activation import ROUNDING
from soundpost.classify.runtime import VARIABLE
from soundpost.errors import BundleImportError
from soundpost.importer.options import RangeOptions
from soundpost.importer.runtime import ModelFile, Sandbox, read_model_file

INPUTS = 3
"""Latitude, longitude and week."""
_BERLIN = (52.5, 13.4, 18.0)
"""A place and a week in which many birds occur."""


def read_range_model(options: RangeOptions, labels: int) -> ModelFile:
    """Returns a range model, after it was run once.

    Raises:
        BundleImportError: It is not a TFLite model of latitude, longitude and week, or does not
            give a score from 0 to 1 for each label.
    """
    file = read_model_file(options.file)
    if file.runtime != "tflite":
        raise BundleImportError(
            f"{options.file}: expected a TFLite file as range model, got {file.runtime}",
            hint="convert it to TFLite, or leave --range-model out",
        )
    with Sandbox(file, (1, INPUTS)) as sandbox:
        taken = (sandbox.input.dtype, *sandbox.input.shape)
        if taken not in {("float32", 1, INPUTS), ("float32", VARIABLE, INPUTS)}:
            raise BundleImportError(
                f"{options.file}: expected an input of float32[1, {INPUTS}] (latitude, longitude, "
                f"week), got {sandbox.input.dtype}{list(sandbox.input.shape)}",
                hint="give the model that has places, not sounds, as its input",
            )
        if len(sandbox.outputs) != 1:
            raise BundleImportError(
                f"{options.file}: expected one output, got {len(sandbox.outputs)}",
                hint="give the model that has places, not sounds, as its input",
            )
        scores = sandbox.run(np.array([_BERLIN], np.float32), [0])[0]
    if scores.shape != (1, labels):
        raise BundleImportError(
            f"{options.file}: {scores.size} outputs, {labels} labels",
            hint="give the range model that belongs to the model of sounds",
        )
    if not (np.all(scores >= -ROUNDING) and np.all(scores <= 1 + ROUNDING)):  # also refuses NaN
        raise BundleImportError(
            f"{options.file}: expected scores from 0 to 1, got {scores.min()} to {scores.max()}",
            hint="give a range model whose output is a probability for each label",
        )
    return file
