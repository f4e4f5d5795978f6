"""Converts a trained network to full int8, by TensorFlow's converter."""

import warnings

import keras
import numpy as np
from numpy.typing import NDArray

from soundpost_training.errors import TrainingError

CONVERTING_BACKEND = "tensorflow"
"""The only Keras backend that the converter runs on; training runs on any."""

LOUDEST_LOG_MEL = 5.5
"""About that of a full-scale sine, the ceiling of the features; added to calibration windows."""


def calibration_windows(
    rng: np.random.Generator,
    windows: NDArray[np.float32],
    count: int,
    log_offset: float,
) -> NDArray[np.float32]:
    """Returns the windows that the int8 ranges are taken from, float32[n, frames, bands].

    Digital silence and a tone at full scale are added: a microphone records both, and a data set
    may have neither.

    Args:
        rng: Chooses the windows.
        windows: float32[n, frames, bands], of training clips.
        count: Windows to choose; all, if there are fewer.
        log_offset: Of the feature specification; its logarithm is the floor.
    """
    chosen = windows[choose_windows(rng, len(windows), count)]
    floor = np.full_like(chosen[:1], np.log(log_offset))
    ceiling = floor.copy()
    middle = floor.shape[2] // 2
    ceiling[:, :, middle - 1 : middle + 1] = LOUDEST_LOG_MEL
    return np.concatenate((chosen, floor, ceiling))


def choose_windows(rng: np.random.Generator, windows: int, count: int) -> NDArray[np.int64]:
    """Returns the positions of `count` random windows, or of all if there are fewer, int64[n]."""
    return rng.choice(windows, min(count, windows), replace=False)


def convert(folded: keras.Model, calibration: NDArray[np.float32]) -> bytes:
    """Returns the TFLite file of a network, int8 from input to logits, batch 1.

    Args:
        folded: The trained network, see `fold_scaling`.
        calibration: float32[n, frames, bands] log-mel, see `calibration_windows`.

    Raises:
        TrainingError: Keras runs on another backend than TensorFlow.
    """
    if keras.backend.backend() != CONVERTING_BACKEND:
        raise TrainingError(
            f"the weights are trained and saved, but {keras.backend.backend()} cannot make int8",
            hint=f"the same command with KERAS_BACKEND={CONVERTING_BACKEND} continues from here",
        )
    # The only place that needs TensorFlow.
    import tensorflow as tf  # noqa: PLC0415 - see above
    from tensorflow.python.framework.convert_to_constants import (  # noqa: PLC0415 - see above
        convert_variables_to_constants_v2,
    )

    _, frames, bands, _ = folded.input_shape
    window = tf.TensorSpec((1, frames, bands, 1), tf.float32)
    logits = tf.function(folded.call, autograph=False).get_concrete_function(window, training=False)
    # Freezing first keeps the batch at 1; the converter's other entry points leave it open.
    frozen = convert_variables_to_constants_v2(logits)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen], folded)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([window[None, ..., None]] for window in calibration)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    with warnings.catch_warnings():
        # The converter warns of missing statistics before calibration computes them.
        warnings.filterwarnings("ignore", "Statistics for quantized inputs were expected")
        model_bytes: bytes = converter.convert()
    return model_bytes
