"""Makes the range models in `range/`: `python tests/golden/make_range_models.py`.

Their weights are random, from a fixed seed. They score the three labels of the tiny bundles from
latitude, longitude and week. `broken` gives NaN, `logits` lacks the sigmoid, `two` has a second
output, `open` leaves the number of places open. Needs the training extra (TensorFlow). Names of
layers, and another version of TensorFlow, may change the bytes.
"""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

FOLDER = Path(__file__).resolve().parent / "range"
SEED = 20_261_129
LABELS = 3
UNITS = 16
STEEPNESS = 4.0
"""Of the weights: so that scores cross any threshold between places and between weeks."""


def network(activation: str, places: int | None = 1) -> keras.Model:
    """Builds a network: place and week scaled to about 1, a hidden layer, an output layer."""
    keras.utils.set_random_seed(SEED)
    weights = keras.initializers.RandomNormal(stddev=STEEPNESS / 2, seed=SEED)
    return keras.Sequential(
        [
            keras.Input((3,), batch_size=places),
            keras.layers.Rescaling((1 / 90, 1 / 180, 1 / 24), (0.0, 0.0, -1.0)),
            keras.layers.Dense(UNITS, activation="tanh", kernel_initializer=weights),
            keras.layers.Dense(LABELS, activation=activation, kernel_initializer=weights),
        ]
    )


def convert(model: keras.Model, places: int | None = 1) -> bytes:
    """Converts the network to TFLite with float32 tensors, for one place or any number."""
    shape = tf.TensorSpec((places, 3), tf.float32)
    frozen = convert_variables_to_constants_v2(tf.function(model).get_concrete_function(shape))
    content: bytes = tf.lite.TFLiteConverter.from_concrete_functions([frozen]).convert()
    return content


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "tiny.tflite").write_bytes(convert(network("sigmoid")))
    (FOLDER / "logits.tflite").write_bytes(convert(network("linear")))
    (FOLDER / "open.tflite").write_bytes(convert(network("sigmoid", None), None))
    single = network("sigmoid")
    (FOLDER / "two.tflite").write_bytes(
        convert(keras.Model(single.inputs, [single.outputs[0], single.layers[1].output]))
    )
    broken = network("sigmoid")
    broken.set_weights([np.full_like(weight, np.nan) for weight in broken.get_weights()])
    (FOLDER / "broken.tflite").write_bytes(convert(broken))
