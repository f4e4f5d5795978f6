"""The part of a manifest that says how a model computes each frame once."""

from soundpost.manifest.input import LogMelInput, ModelInput
from soundpost.manifest.types import Frames, Strict


class Streaming(Strict, frozen=True):
    """The parts of a model that compute each frame once, and give what the whole window gives.

    A position is one step in time of the activation that the network pools over the window.

    Attributes:
        stride_frames: Frames from one position to the next one.
        receptive_frames: Frames that a position depends on.
    """

    stride_frames: Frames
    receptive_frames: Frames


def streaming_rules(streaming: Streaming | None, model_input: ModelInput) -> list[tuple[bool, str]]:
    """Returns the rules that the types of single fields cannot express, and whether each holds."""
    if streaming is None:
        return []
    if not isinstance(model_input, LogMelInput):
        return [(False, "streaming is for log-mel, not for a waveform")]
    return [
        (model_input.tensor.dtype == "int8", "streaming is for an input of int8"),
        (
            streaming.receptive_frames <= model_input.window_frames,
            "streaming.receptive_frames is above window_frames",
        ),
        (
            model_input.stride_frames % streaming.stride_frames == 0,
            "stride_frames is not a multiple of streaming.stride_frames",
        ),
    ]
