"""A small bundle with a range model, and the scores of the bare runtime."""

import hashlib
import shutil
from pathlib import Path

import msgspec
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from soundpost.manifest import (
    MANIFEST_FILE,
    RANGE_FILE,
    Artifact,
    Manifest,
    RangeModel,
    read_manifest,
)

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
TINY_FLOAT = GOLDEN / "tiny-float"
"""Its labels are hiss, hum and hush, its scores those of a sigmoid."""
RANGE_MODELS = GOLDEN / "range"
THRESHOLD = 0.5


def range_manifest(content: bytes, threshold: float = THRESHOLD) -> Manifest:
    """Returns the manifest of the tiny bundle with a range model."""
    artifact = Artifact(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    return msgspec.structs.replace(
        read_manifest(TINY_FLOAT),
        minimum_daemon="0.3.0",
        range=RangeModel(model=artifact, threshold=threshold),
    )


def write_range_bundle(
    folder: Path, name: str = "tiny.tflite", threshold: float = THRESHOLD
) -> Path:
    """Writes a bundle with a range model to a folder that does not exist yet, and returns that.

    Args:
        folder: The folder.
        name: A file in tests/golden/range, or a path.
        threshold: Of the range model.
    """
    content = (RANGE_MODELS / name).read_bytes()
    shutil.copytree(TINY_FLOAT, folder)
    (folder / RANGE_FILE).write_bytes(content)
    (folder / MANIFEST_FILE).write_bytes(msgspec.json.encode(range_manifest(content, threshold)))
    return folder


def bare_scores(model: Path, latitude: float, longitude: float, week: int) -> NDArray[np.float32]:
    """Returns the scores of a range model by the bare runtime, float32[labels]."""
    interpreter = Interpreter(model_path=str(model))
    interpreter.allocate_tensors()
    values = np.array([[latitude, longitude, week]], np.float32)
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], values)
    interpreter.invoke()
    output = interpreter.get_output_details()[0]["index"]
    scores: NDArray[np.float32] = interpreter.get_tensor(output)[0]
    return scores


def write_range_config(folder: Path, *lines: str) -> Path:
    """Writes the tiny bundle with a range model, and a configuration by which it detects much.

    Args:
        folder: A folder that exists.
        lines: Of the table `[node]`.
    """
    bundle = write_range_bundle(folder / "tiny")
    path = folder / "range.toml"
    node = "\n".join(lines)
    rules = "on_threshold = 0.36\noff_threshold = 0.33\nsmoothing_windows = 2\n"
    path.write_text(f'[node]\n{node}\n[[models]]\nbundle = "{bundle}"\n[models.decide]\n{rules}')
    return path
