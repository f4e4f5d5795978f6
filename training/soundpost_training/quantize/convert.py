"""From a trained network to full int8, by TensorFlow's converter."""

import warnings

import keras
import numpy as np
from numpy.typing import NDArray

from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.build import fold_scaling

CONVERTING_BACKEND = "tensorflow"

LOUDEST_LOG_MEL = 5.5
"""About what a full-scale sine gives: the ceiling of the features, planted into calibration."""


def calibration_windows(
    rng: np.random.Generator,
    windows: NDArray[np.float32],
    count: int,
    log_offset: float,
) -> NDArray[np.float32]:
    """The windows that the int8 ranges are taken from, float32[n, frames, bands].

    Digital silence and a tone at full scale are planted among them, for a microphone gives both
    and a data set may hold neither.

    Args:
        rng: Chooses among the windows.
        windows: float32[n, frames, bands], of clips that were trained on.
        count: Windows to choose, at most all.
        log_offset: The feature specification's, whose logarithm is the floor.
    """
    chosen = windows[choose_windows(rng, len(windows), count)]
    floor = np.full_like(chosen[:1], np.log(log_offset))
    ceiling = floor.copy()
    middle = floor.shape[2] // 2
    ceiling[:, :, middle - 1 : middle + 1] = LOUDEST_LOG_MEL
    return np.concatenate((chosen, floor, ceiling))


def choose_windows(rng: np.random.Generator, windows: int, count: int) -> NDArray[np.int64]:
    """Which of so many windows are chosen, int64[count], or all of them where there are fewer."""
    return rng.choice(windows, min(count, windows), replace=False)


def quantize_model(
    model: keras.Model, config: ModelConfig, calibration: NDArray[np.float32]
) -> bytes:
    """The TFLite file of a network as it was trained from `config`; see `convert`."""
    return convert(fold_scaling(model, config), calibration)


def convert(folded: keras.Model, calibration: NDArray[np.float32]) -> bytes:
    """The TFLite file of a network, int8 from input to logits, batch 1.

    Args:
        folded: The trained network, its scaling folded away where it can be.
        calibration: float32[n, frames, bands] log-mel, see `calibration_windows`.

    Raises:
        TrainingError: Keras runs on another backend than TensorFlow, which has no converter.
    """
    if keras.backend.backend() != CONVERTING_BACKEND:
        raise TrainingError(
            f"the weights are trained and kept, but {keras.backend.backend()} cannot make int8",
            hint=f"the same command with KERAS_BACKEND={CONVERTING_BACKEND} goes on from here",
        )
    # The one place that needs TensorFlow; training itself runs on any backend of Keras.
    import tensorflow as tf  # noqa: PLC0415 - see above
    from tensorflow.python.framework.convert_to_constants import (  # noqa: PLC0415 - see above
        convert_variables_to_constants_v2,
    )

    _, frames, bands, _ = folded.input_shape
    window = tf.TensorSpec((1, frames, bands, 1), tf.float32)
    logits = tf.function(folded.call, autograph=False).get_concrete_function(window, training=False)
    # Freezing first keeps the batch at 1; the converter's other ways in leave it open.
    frozen = convert_variables_to_constants_v2(logits)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen], folded)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([window[None, ..., None]] for window in calibration)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    with warnings.catch_warnings():
        # A converter for full int8 asks for statistics that calibration is about to give it.
        warnings.filterwarnings("ignore", "Statistics for quantized inputs were expected")
        model_bytes: bytes = converter.convert()
    return model_bytes
