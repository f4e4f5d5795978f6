"""Inference of ONNX models."""

import sys
from pathlib import Path

import numpy as np
import pytest

from soundpost_training.audioset.mn04 import MN04_MODEL
from soundpost_training.audioset.onnx_model import OnnxModel
from soundpost_training.errors import TrainingError


def test_inputs_and_outputs_have_the_names_of_the_file(teacher_data: Path) -> None:
    """A run returns all outputs by name."""
    model = OnnxModel(teacher_data / MN04_MODEL)
    assert model.inputs == ("waveform",)
    assert set(model.outputs) == {"logits", "embedding"}
    outputs = model.run({"waveform": np.zeros((2, 32_000), np.float32)})
    assert {name: values.shape for name, values in outputs.items()} == {
        "logits": (2, 527),
        "embedding": (2, 384),
    }


def test_a_missing_runtime_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else of training needs onnxruntime."""
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(TrainingError, match="needs onnxruntime") as caught:
        OnnxModel(Path("model.onnx"))
    assert "soundpost[teacher]" in caught.value.hint


@pytest.mark.usefixtures("teacher_data")
@pytest.mark.parametrize("content", [None, b"", b"no protobuf"])
def test_a_missing_or_damaged_file_is_one_error(content: bytes | None, tmp_path: Path) -> None:
    """The error names the file."""
    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TrainingError, match=r"model\.onnx"):
        OnnxModel(path)


def test_a_truncated_file_is_one_error(teacher_data: Path, tmp_path: Path) -> None:
    """An interrupted download is not a model."""
    path = tmp_path / "model.onnx"
    path.write_bytes((teacher_data / MN04_MODEL).read_bytes()[:1_000_000])
    with pytest.raises(TrainingError, match="onnxruntime cannot load"):
        OnnxModel(path)


def test_an_input_of_another_shape_is_one_error(teacher_data: Path) -> None:
    """A waveform has two dimensions."""
    model = OnnxModel(teacher_data / MN04_MODEL)
    with pytest.raises(TrainingError, match="onnxruntime cannot run"):
        model.run({"waveform": np.zeros(32_000, np.float32)})
