"""Runs a network on successive windows, and computes each frame once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from soundpost.classify.bundle import Bundle
from soundpost.classify.network.output import NetworkOutput
from soundpost.classify.network.parts import FRAMES, LOGITS, POSITIONS, Parts
from soundpost.classify.network.state_statistics import DEFINITION, StateStatistics
from soundpost.classify.quantization import Quantizer
from soundpost.events import Window

LogMel = NDArray[np.float32]


class StreamingNetwork:
    """Runs the parts of a model that computes each frame once.

    A window gets the logits that the whole window has, to the bit. It continues the window before
    if both are of one stretch and lie a stride apart; then only its new frames are computed, and
    states are carried over. Every other window, such as the first one after a gap, is computed from
    its own frames alone: its steps begin before its first frame, so that no state from before is
    left in any of its positions.

    Args:
        bundle: The model and its manifest, which has `streaming`.
        threads: Threads for one inference.

    Attributes:
        embedding_size: Values of an embedding; 0 for a network that has none.
        embedding_definition: The name of what they are; None for a network that has none.

    Raises:
        BundleError: As `Parts`.
    """

    def __init__(self, bundle: Bundle, threads: int) -> None:
        self._parts = Parts(bundle, threads)
        self._steps = self._parts.steps
        tensor = bundle.manifest.input.tensor
        _, frames, bands, _ = tensor.shape
        self._content_shape = frames, bands
        self._quantize = Quantizer(tensor.scale, tensor.zero_point).quantize
        self._stride_samples = bundle.manifest.input.stride_samples
        self._stretch: object = None  # of the last window; None if none can continue it
        self._next_sample = 0
        self._states = {
            name: np.zeros(tensor.shape, tensor.dtype)
            for name, tensor in self._parts.states.items()
        }
        self._statistics = StateStatistics(self._parts)
        self.embedding_size = self._statistics.size
        self.embedding_definition = DEFINITION if self.embedding_size else None
        self._embeds = False

    @property
    def embeds(self) -> bool:
        """True to give the embedding of each window too, if the network has one."""
        return self._embeds and self.embedding_size > 0

    @embeds.setter
    def embeds(self, embeds: bool) -> None:
        if embeds and not self._embeds:
            self._stretch = None  # the statistics lack the steps before
        self._embeds = embeds

    def run(self, windows: Sequence[Window]) -> NetworkOutput:
        """Runs the network on windows, most often successive ones.

        Returns:
            Logits as int8[n, labels], and embeddings if they are requested.

        Raises:
            ValueError: A window has another shape, or holds NaN.
            BundleError: The runtime fails.
        """
        stretch, self._stretch = self._stretch, None  # an error leaves states half done
        outputs: list[NetworkOutput] = []
        pieces: list[LogMel] = []
        skipped = 0
        for window in windows:
            content = self._checked(window.log_mel)
            continues = window.stretch is stretch and window.start_sample == self._next_sample
            if continues and stretch is not None:
                pieces.append(self._new_frames(content, is_first=not pieces))
            else:
                outputs += self._run(pieces, skipped)
                pieces, skipped = self._all_frames(content), self._steps.steps_of_window - 1
            stretch = window.stretch
            self._next_sample = window.start_sample + self._stride_samples
        outputs += self._run(pieces, skipped)
        self._stretch = stretch
        return NetworkOutput.joined(outputs)

    def run_alone(self, content: LogMel) -> NetworkOutput:
        """Runs the network on a window of which no other one is known; see `run`.

        Args:
            content: float32[window_frames, mel_bands].
        """
        self._stretch = None
        frames = self._all_frames(self._checked(content))
        return NetworkOutput.joined(self._run(frames, self._steps.steps_of_window - 1))

    def _checked(self, content: LogMel) -> LogMel:
        if content.shape != self._content_shape:
            raise ValueError(
                f"expected log-mel of shape {self._content_shape}, got {content.shape}"
            )
        return content

    def _new_frames(self, content: LogMel, *, is_first: bool) -> LogMel:
        """Returns the frames that the window before does not have, for the first with overlap."""
        steps = self._steps
        overlap = steps.overlap_frames if is_first else 0
        return content[steps.used_frames - steps.stride_frames - overlap : steps.used_frames]

    def _all_frames(self, content: LogMel) -> list[LogMel]:
        """Returns the frames of a window behind as many others as fill its first step."""
        steps = self._steps
        frames = steps.overlap_frames + steps.steps_of_window * steps.stride_frames
        before = np.zeros((frames - steps.used_frames, content.shape[1]), np.float32)
        return [before, content[: steps.used_frames]]

    def _run(self, pieces: Sequence[LogMel], skipped: int) -> list[NetworkOutput]:
        """Returns the outputs of all windows that end in some frames, without the first ones."""
        if not pieces:
            return []
        steps = self._steps
        if len(pieces) == 1:  # one window that continues the one before, as live sound has it
            return [self._run_step(self._quantize(pieces[0])[None, ..., None])]
        values = self._quantize(np.concatenate(pieces))[None, ..., None]
        outputs: list[NetworkOutput] = []
        at, last = 0, values.shape[1] - steps.overlap_frames
        stretch_frames = steps.stretch_windows * steps.stride_frames
        # Embeddings need the states of every step; a stretch gives those of its last one.
        while not self.embeds and last - at >= stretch_frames:
            end = at + steps.overlap_frames + stretch_frames
            outputs.append(self._run_stretch(values[:, at:end]))
            at += stretch_frames
        while last - at >= steps.stride_frames:
            end = at + steps.overlap_frames + steps.stride_frames
            outputs.append(self._run_step(values[:, at:end]))
            at += steps.stride_frames
        return [NetworkOutput.joined(outputs).without_first(skipped)]

    def _run_step(self, frames: NDArray[Any]) -> NetworkOutput:
        """Returns the output of the window that ends with the frames of one stride."""
        results = self._parts.advance.run({**self._states, FRAMES: frames})
        logits = results.pop(LOGITS)
        self._states = results
        if not self.embeds:
            return NetworkOutput(logits)
        return NetworkOutput(logits, [self._statistics.advance(results)])

    def _run_stretch(self, frames: NDArray[Any]) -> NetworkOutput:
        """Returns the logits of a stretch of windows."""
        before = self._states[POSITIONS]
        carried = {name: state for name, state in self._states.items() if name != POSITIONS}
        results = self._parts.stretch.run({**carried, FRAMES: frames})
        positions = np.concatenate((before, results[POSITIONS]), axis=1)
        kept, steps = before.shape[1], self._steps
        latest = positions[:, positions.shape[1] - kept :]
        self._states = {**results, POSITIONS: latest}
        windows = sliding_window_view(positions[0], steps.window_positions, axis=0)
        windows = np.ascontiguousarray(np.moveaxis(windows[:: steps.new_positions], -1, 1))
        return NetworkOutput(self._parts.head.run({POSITIONS: windows})[LOGITS])
