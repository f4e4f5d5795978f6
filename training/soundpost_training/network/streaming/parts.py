"""Adds the parts that compute each frame once to the model of a network."""

from soundpost_training.errors import TrainingError
from soundpost_training.network.pretrained.tflite_graph import read_graph
from soundpost_training.network.streaming.body import Body, find_body
from soundpost_training.network.streaming.describe import streaming_of
from soundpost_training.network.streaming.plan import plan_step
from soundpost_training.network.streaming.schema import read_model, write_model
from soundpost_training.network.streaming.writer import PartWriter

STRETCH_POSITIONS = 32
"""New positions of a stretch, at most: 7.7 s of sound with 0.24 s between them. A position costs
no less in longer ones."""

WINDOW_BY_WINDOW = {"MEAN", "REDUCE_MAX", "CONCATENATION", "FULLY_CONNECTED"} | {
    *("ADD", "MUL", "SUB", "LOG", "QUANTIZE", "DEQUANTIZE", "LOGISTIC", "SOFTMAX")
}
"""Layers of a head that work on several windows at once as they do on one."""


def with_streaming(model: bytes, stride_frames: int) -> bytes:
    """Returns a model with parts that compute each frame once; the same if that is not possible.

    The graph of the whole window stays the first one of the file, as it is. The parts share its
    weights, so they add a few kilobytes.

    Args:
        model: A TFLite file.
        stride_frames: From one window's start to the next one's.
    """
    if streaming_of(model) is not None:
        return model
    body = _shared_body(model, stride_frames)
    if body is None:
        return model
    new = stride_frames // body.stride_frames
    windows = max(1, STRETCH_POSITIONS // new)
    objects = read_model(model)
    writer = PartWriter(objects, body)
    writer.add_advance(plan_step(body, new, pools=True))
    writer.add_stretch(plan_step(body, windows * new, pools=False))
    writer.add_head(windows)
    return write_model(objects)


def _shared_body(model: bytes, stride_frames: int) -> Body | None:
    """Returns the body of an int8 network of which successive windows share positions, or None."""
    try:
        graph = read_graph(model, "the network")
    except TrainingError:  # several inputs or outputs
        return None
    body = find_body(graph)
    if body is None or stride_frames % body.stride_frames:
        return None
    shares = stride_frames // body.stride_frames < body.positions
    is_known = all(operator.name in WINDOW_BY_WINDOW for operator in body.head)
    return body if shares and is_known else None
