"""Describes, for a manifest, how the parts of a model compute each frame once."""

from soundpost.classify.network.parts import ADVANCE
from soundpost.manifest import Streaming
from soundpost_training.network.pretrained.tflite_graph import read_graph
from soundpost_training.network.pretrained.tflite_tables import (
    MODEL_SIGNATURES,
    SIGNATURE_KEY,
    FlatTable,
)
from soundpost_training.network.streaming.body import find_body


def streaming_of(model: bytes) -> Streaming | None:
    """Returns how the parts of a model compute each frame once; None if it has no parts.

    Args:
        model: A TFLite file.
    """
    signatures = FlatTable.root(model).children(MODEL_SIGNATURES)
    if ADVANCE not in {signature.text(SIGNATURE_KEY) for signature in signatures}:
        return None
    body = find_body(read_graph(model, "the network"))
    if body is None:
        return None
    return Streaming(stride_frames=body.stride_frames, receptive_frames=body.receptive_frames)
