"""YAMNet's layers as an embedding."""

from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from soundpost.classify.activation import sigmoid
from soundpost.features import FeatureSpec, LogMel
from soundpost_training.dataset.decode.audio import read_pcm
from soundpost_training.errors import TrainingError
from soundpost_training.teacher.yamnet_embedding import build_embedding

pytestmark = pytest.mark.training


def test_the_embedding_is_that_of_yamnet(shared_data: Path) -> None:
    """The dequantised layers give the scores of YAMNet's own file, on a real clip."""
    weights = shared_data / "yamnet" / "yamnet_weights.tflite"
    pcm = read_pcm(shared_data / "esc50" / "audio" / "1-100032-A-0.flac", 16_000)[:15_600]
    log_mel = LogMel(FeatureSpec()).compute(pcm)[:96]
    embedding = build_embedding(weights, (14,), 96, 64)
    means = np.exp(embedding.predict(log_mel[None, ..., None], verbose=0)[0, :1024]) - 0.01
    interpreter = Interpreter(model_path=str(weights))
    interpreter.allocate_tensors()
    kernel, bias = (last_layer_constant(interpreter, name) for name in ("/MatMul", "/resource"))
    scores = sigmoid(means.astype(np.float64) @ kernel.T + bias)
    interpreter.set_tensor(0, (pcm / 32768).astype(np.float32)[None])
    interpreter.invoke()
    expected = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]
    assert scores.argmax() == expected.argmax()
    np.testing.assert_allclose(scores, expected, atol=0.05)


def last_layer_constant(interpreter: Interpreter, name: str) -> NDArray[np.float32]:
    """The dequantised constant of YAMNet's last layer whose name ends with `name`."""
    tensors = interpreter.get_tensor_details()
    (tensor,) = (
        tensor for tensor in tensors if "dense" in tensor["name"] and tensor["name"].endswith(name)
    )
    scales = tensor["quantization_parameters"]["scales"]
    values = interpreter.get_tensor(tensor["index"])
    return np.asarray(values * scales[:, None] if len(scales) else values, np.float32)


def test_a_file_that_is_not_yamnet_is_refused(tmp_path: Path) -> None:
    """The error of a foreign file says that it is not TFLite."""
    (tmp_path / "other.tflite").write_bytes(b"not a model")
    with pytest.raises(TrainingError, match="cannot be read as TFLite"):
        build_embedding(tmp_path / "other.tflite", (7,), 64, 64)
