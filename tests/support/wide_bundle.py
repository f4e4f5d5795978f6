"""A bundle of thousands of labels with names and groups, made from the tiny float bundle."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from ai_edge_litert import schema_py_generated
from flatbuffers import Builder

from soundpost.manifest import (
    CARD_FILE,
    GOLDEN_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    Artifact,
    Label,
    Manifest,
    read_manifest,
)
from soundpost.manifest.label import FOREIGN_SINCE

BIRDNET_LABELS = 6_522
"""The labels of BirdNET 2.4."""
GROUPS = 20
TINY_FLOAT = Path(__file__).resolve().parents[1] / "golden" / "tiny-float"
_DENSE = 1
"""The tensor of the last layer's weights, float32[labels, channels], in the tiny model."""
_FLATBUFFER_ID = b"TFL3"


def wide_labels(count: int) -> list[Label]:
    """Returns labels with names as long as those of BirdNET: the three tiny ones, then birds."""
    tiny = read_manifest(TINY_FLOAT).labels
    return [
        msgspec.structs.replace(
            tiny[number % len(tiny)],
            name=tiny[number].name if number < len(tiny) else f"long_tailed_warbler_{number:04}",
            on_threshold=tiny[number].on_threshold if number < len(tiny) else 0.9,
            off_threshold=tiny[number].off_threshold if number < len(tiny) else 0.8,
            common_name=f"Long-tailed Warbler {number:04}",
            scientific_name=f"Phylloscopus caudatus {number:04}",
            group=f"family_{number % GROUPS:02}",
        )
        for number in range(count)
    ]


def wide_manifest(count: int) -> Manifest:
    """Returns the manifest of a bundle with so many labels, without its artifacts."""
    tiny = read_manifest(TINY_FLOAT)
    tensor = msgspec.structs.replace(tiny.output.tensor, shape=[1, count])
    return msgspec.structs.replace(
        tiny,
        id=f"wide-{count}",
        minimum_daemon=FOREIGN_SINCE,
        labels=wide_labels(count),
        output=msgspec.structs.replace(tiny.output, tensor=tensor),
        language="en",
    )


def write_wide_bundle(folder: Path, count: int = BIRDNET_LABELS) -> Path:
    """Writes a bundle to a folder that does not exist yet, and returns that.

    The tiny model's labels keep their scores; those of all others are 0.5 for every sound.
    """
    folder.mkdir()
    model = _widen((TINY_FLOAT / MODEL_FILE).read_bytes(), count)
    with np.load(TINY_FLOAT / GOLDEN_FILE) as golden:
        arrays = dict(golden)
    scores = np.full((len(arrays["scores"]), count), 0.5, np.float32)
    scores[:, : arrays["scores"].shape[1]] = arrays["scores"]
    np.savez_compressed(folder / GOLDEN_FILE, **(arrays | {"scores": scores}))
    (folder / MODEL_FILE).write_bytes(model)
    (folder / CARD_FILE).write_text("# Wide\n\nRandom weights, for tests.\n", encoding="utf-8")
    manifest = msgspec.structs.replace(
        wide_manifest(count),
        model=_artifact(model),
        golden=_artifact((folder / GOLDEN_FILE).read_bytes()),
    )
    (folder / MANIFEST_FILE).write_bytes(msgspec.json.encode(manifest))
    return folder


def _widen(content: bytes, count: int) -> bytes:
    """Returns the tiny model with more outputs, whose weights are zero."""
    schema: Any = schema_py_generated
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    graph = model.subgraphs[0]
    dense, output = graph.tensors[_DENSE], graph.tensors[graph.outputs[0]]
    weights = np.frombuffer(bytes(model.buffers[dense.buffer].data), np.float32)
    weights = weights.reshape(dense.shape)
    padded = np.zeros((count, weights.shape[1]), np.float32)
    padded[: len(weights)] = weights
    model.buffers[dense.buffer].data = np.frombuffer(padded.tobytes(), np.uint8)
    dense.shape, output.shape = list(padded.shape), [1, count]
    builder: Any = Builder(len(content) + padded.nbytes)
    builder.Finish(model.Pack(builder), _FLATBUFFER_ID)
    return bytes(builder.Output())


def _artifact(content: bytes) -> Artifact:
    return Artifact(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
