"""Runs a network on successive windows, and computes each frame once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from soundpost.classify.bundle import Bundle
from soundpost.classify.network.parts import FRAMES, LOGITS, POSITIONS, Parts
from soundpost.classify.quantization import quantize

LogMel = NDArray[np.float32]


class StreamingNetwork:
    """Runs the parts of a model that computes each frame once.

    A window gets the logits that the whole window has, to the bit, whatever was run before. It
    continues the window before if the frames that the two have in common are equal, value by value;
    then only its new frames are computed, and states are carried over. Every other window, such as
    the first one after a gap, is computed from its own frames alone: its steps begin before its
    first frame, so that no state from before is left in any of its positions.

    Args:
        bundle: The model and its manifest, which has `streaming`.
        threads: Threads for one inference.

    Raises:
        BundleError: As `Parts`.
    """

    def __init__(self, bundle: Bundle, threads: int) -> None:
        self._parts = Parts(bundle, threads)
        self._steps = self._parts.steps
        self._input = bundle.manifest.input.tensor
        _, frames, bands, _ = self._input.shape
        self._content_shape = frames, bands
        self._shared_frames = frames - self._steps.stride_frames
        self._before = np.empty((self._shared_frames, bands), np.float32)
        self._has_before = False
        self._states = {
            name: np.zeros(tensor.shape, tensor.dtype)
            for name, tensor in self._parts.states.items()
        }

    def logits(self, contents: Sequence[LogMel]) -> NDArray[Any]:
        """Runs the network on windows, most often successive ones.

        Args:
            contents: float32[window_frames, mel_bands] of each.

        Returns:
            int8[n, labels].

        Raises:
            ValueError: A content has another shape, or holds NaN.
            BundleError: The runtime fails.
        """
        has_before, self._has_before = self._has_before, False  # an error leaves states half done
        rows: list[NDArray[Any]] = []
        pieces: list[LogMel] = []
        skipped = 0
        for content in contents:
            if content.shape != self._content_shape:
                raise ValueError(
                    f"expected log-mel of shape {self._content_shape}, got {content.shape}"
                )
            if has_before and np.array_equal(content[: self._shared_frames], self._before):
                pieces.append(self._new_frames(content, is_first=not pieces))
            else:
                rows += self._run(pieces, skipped)
                pieces, skipped = self._all_frames(content), self._steps.steps_of_window - 1
            self._before[:] = content[-self._shared_frames :]
            has_before = True
        rows += self._run(pieces, skipped)
        self._has_before = has_before
        return np.concatenate(rows)

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

    def _run(self, pieces: Sequence[LogMel], skipped: int) -> list[NDArray[Any]]:
        """Returns the logits of all windows that end in some frames, without the first ones."""
        if not pieces:
            return []
        steps = self._steps
        frames = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
        values = quantize(frames, self._input.scale, self._input.zero_point)[None, ..., None]
        rows, at, last = [], 0, values.shape[1] - steps.overlap_frames
        stretch_frames = steps.stretch_windows * steps.stride_frames
        while last - at >= stretch_frames:
            rows.append(self._stretch(values[:, at : at + stretch_frames + steps.overlap_frames]))
            at += stretch_frames
        while last - at >= steps.stride_frames:
            step = values[:, at : at + steps.stride_frames + steps.overlap_frames]
            self._states = self._parts.advance.run({FRAMES: step, **self._states})
            rows.append(self._states.pop(LOGITS))
            at += steps.stride_frames
        return [np.concatenate(rows)[skipped:]]

    def _stretch(self, frames: NDArray[Any]) -> NDArray[Any]:
        """Returns the logits of a stretch of windows."""
        before = self._states.pop(POSITIONS)
        self._states = self._parts.stretch.run({FRAMES: frames, **self._states})
        positions = np.concatenate((before, self._states[POSITIONS]), axis=1)
        self._states[POSITIONS] = positions[:, positions.shape[1] - before.shape[1] :]
        steps = self._steps
        windows = sliding_window_view(positions[0], steps.window_positions, axis=0)
        windows = np.moveaxis(windows[:: steps.new_positions], -1, 1)
        return self._parts.head.run({POSITIONS: np.ascontiguousarray(windows)})[LOGITS]
