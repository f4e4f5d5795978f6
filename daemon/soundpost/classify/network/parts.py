"""The parts of a model that compute each frame once, and how they fit together.

Training writes three graphs beside that of the whole window, as signatures of the same TFLite file
on the same weights. A position is one row in time of the activation that the network pools over
the window; a state is what a layer has computed and reads again in the next step.

- `advance`: the frames of one stride of windows, and states, to the logits of the window that ends
  with them, and the states of the next step.
- `stretch`: the frames of many strides, and states, to their positions, and states.
- `head`: the positions of many windows to their logits.
"""

import msgspec

from soundpost.classify.bundle import Bundle
from soundpost.classify.network.difference import HINT, refuse_difference
from soundpost.classify.network.signatures import SignatureInterpreter
from soundpost.classify.runtime import TensorInfo
from soundpost.errors import BundleError
from soundpost.manifest import LogMelInput, Manifest, Streaming, Tensor

ADVANCE, STRETCH, HEAD = "advance", "stretch", "head"
FRAMES, POSITIONS, LOGITS = "frames", "positions", "logits"
"""Names of inputs and outputs; all others are states."""

TIME = 1
"""The axis of frames and of positions; the others are windows, bands and channels."""


class Steps(msgspec.Struct, frozen=True):
    """Sizes of a step, in frames and positions.

    Attributes:
        stride_frames: From one window to the next one.
        overlap_frames: Frames before the new ones that a step reads again.
        used_frames: Frames of a window that its positions depend on.
        window_positions: Positions of a window.
        new_positions: Positions that are new in a window.
        stretch_windows: Windows of a stretch.
    """

    stride_frames: int
    overlap_frames: int
    used_frames: int
    window_positions: int
    new_positions: int
    stretch_windows: int

    @property
    def steps_of_window(self) -> int:
        """Steps from no state at all to the scores of a window."""
        return -(-(self.used_frames - self.overlap_frames) // self.stride_frames)


class Parts:
    """The parts of a bundle's model.

    Args:
        bundle: Its manifest has `streaming`.
        threads: Threads for one inference.

    Attributes:
        advance: From new frames to the logits of a window.
        stretch: From many new frames to positions.
        head: From positions to the logits of many windows.
        states: The tensors that are carried over, by name.
        steps: The sizes of a step.

    Raises:
        BundleError: The runtime rejects the model, or its parts do not fit each other or the
            manifest.
    """

    def __init__(self, bundle: Bundle, threads: int) -> None:
        interpreter = SignatureInterpreter(bundle.model, threads)
        self.advance = interpreter.signature(ADVANCE)
        self.stretch = interpreter.signature(STRETCH)
        self.head = interpreter.signature(HEAD)
        self.states = {
            name: tensor for name, tensor in self.advance.inputs.items() if name != FRAMES
        }
        try:
            self.steps = _steps(self, bundle.manifest)
            rules = _rules(self, bundle.manifest)
        except (KeyError, IndexError, ValueError) as error:
            raise BundleError(
                f"the parts of the model have other tensors than expected: {error}", hint=HINT
            ) from error
        for holds, rule in rules:
            if not holds:
                raise BundleError(f"the parts of the model do not fit: {rule}", hint=HINT)
        _refuse_tensors(self, bundle.manifest)


def _steps(parts: Parts, manifest: Manifest) -> Steps:
    model_input, streaming = _described(manifest)
    windows, positions, *_ = parts.head.inputs[POSITIONS].shape
    return Steps(
        stride_frames=model_input.stride_frames,
        overlap_frames=parts.advance.inputs[FRAMES].shape[TIME] - model_input.stride_frames,
        used_frames=streaming.receptive_frames + streaming.stride_frames * (positions - 1),
        window_positions=positions,
        new_positions=model_input.stride_frames // streaming.stride_frames,
        stretch_windows=windows,
    )


def _rules(parts: Parts, manifest: Manifest) -> list[tuple[bool, str]]:
    """Returns the rules between the tensors of the parts, and whether each holds."""
    steps, states = parts.steps, parts.states
    window_frames = _described(manifest)[0].window_frames
    stretch_frames = steps.overlap_frames + steps.stretch_windows * steps.stride_frames
    carried = {name: tensor for name, tensor in states.items() if name != POSITIONS}
    positions = parts.head.inputs[POSITIONS].shape[2:]
    rows = {
        "advance keeps": (states, steps.window_positions - steps.new_positions),
        "stretch gives": (parts.stretch.outputs, steps.stretch_windows * steps.new_positions),
    }
    return [
        (0 <= steps.overlap_frames < steps.used_frames <= window_frames, "frames of a window"),
        (parts.stretch.inputs[FRAMES].shape[TIME] == stretch_frames, "frames of a stretch"),
        *(
            (tensors[POSITIONS].shape == (1, count, *positions), f"{verb} other positions")
            for verb, (tensors, count) in rows.items()
        ),
        (_alike(carried, _without(parts.stretch.inputs, FRAMES)), "states into a stretch"),
        (_alike(carried, _without(parts.stretch.outputs, POSITIONS)), "states of a stretch"),
        (_alike(states, _without(parts.advance.outputs, LOGITS)), "states of a step"),
    ]


def _refuse_tensors(parts: Parts, manifest: Manifest) -> None:
    """Compares the frames and the logits with the tensors of the manifest."""
    entry, result = manifest.input.tensor, manifest.output.tensor
    batch, _, *rest = entry.shape
    for name, part in ((ADVANCE, parts.advance), (STRETCH, parts.stretch)):
        frames = part.inputs[FRAMES]
        shape = [batch, frames.shape[TIME], *rest]
        refuse_difference(f"{name} input", _with_shape(entry, shape), frames)
    for name, part, windows in (
        (ADVANCE, parts.advance, 1),
        (HEAD, parts.head, parts.steps.stretch_windows),
    ):
        promised = _with_shape(result, [windows, *result.shape[1:]])
        refuse_difference(f"{name} output", promised, part.outputs[LOGITS])


def _described(manifest: Manifest) -> tuple[LogMelInput, Streaming]:
    """Returns the input and the streaming of a manifest, which its rules promise."""
    if not isinstance(manifest.input, LogMelInput) or manifest.streaming is None:
        raise BundleError("the manifest has no streaming of log-mel", hint=HINT)
    return manifest.input, manifest.streaming


def _alike(these: dict[str, TensorInfo], others: dict[str, TensorInfo]) -> bool:
    """Returns whether tensors have the same names, shapes and types."""
    return these.keys() == others.keys() and all(
        (tensor.shape, tensor.dtype) == (others[name].shape, others[name].dtype)
        for name, tensor in these.items()
    )


def _without(tensors: dict[str, TensorInfo], name: str) -> dict[str, TensorInfo]:
    return {other: tensor for other, tensor in tensors.items() if other != name}


def _with_shape(tensor: Tensor, shape: list[int]) -> Tensor:
    return Tensor(shape=shape, dtype=tensor.dtype, scale=tensor.scale, zero_point=tensor.zero_point)
