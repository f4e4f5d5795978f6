"""The first convolution of a network, on groups of frames and bands instead of single ones."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from soundpost_training.network.streaming.body import SAME
from soundpost_training.network.streaming.part import PartBuilder
from soundpost_training.network.streaming.schema import Model

SWAPPED = (0, 2, 1, 3)
"""The axes, so that the frames of a group come behind its bands."""


class Stem(NamedTuple):
    """A convolution on one channel without padding, whose strides divide its input into groups.

    A kernel of one channel multiplies one value at a time, where the runtime's kernels have room
    for eight and more: the stem took half of the time of a step. Groups of `stride` frames and
    bands become channels, as networks for TPUs do ("space to depth", MLPerf 0.6). The kernel
    gets zero weights where its edge lies within a group, so every sum has the same integers.

    Attributes:
        operator: Its number in the whole network.
        entry: The tensor of its input in the whole network.
        weights: The tensors of its kernel and its bias there.
        output: The tensor of its output there.
        kernel: int8[channels, frames, bands].
        stride: In frames and in bands.
        bands: Of its input.
    """

    operator: int
    entry: int
    weights: tuple[int, int]
    output: int
    kernel: NDArray[np.int8]
    stride: tuple[int, int]
    bands: int

    @property
    def groups(self) -> tuple[int, int]:
        """Groups of frames and of bands that a kernel spans."""
        (_, height, width), (frames, bands) = self.kernel.shape, self.stride
        return -(-height // frames), -(-width // bands)

    @property
    def frames_before(self) -> int:
        """Frames of the first group that lie before those of the kernel."""
        _, height, _ = self.kernel.shape
        return self.groups[0] * self.stride[0] - int(height)

    @property
    def grouped_kernel(self) -> NDArray[np.int8]:
        """The kernel on groups, int8[channels, groups, groups, stride * stride]."""
        (high, wide), (frames, bands) = self.groups, self.stride
        channels, height, width = self.kernel.shape
        padded = np.zeros((channels, high * frames, wide * bands), np.int8)
        padded[:, high * frames - height :, :width] = self.kernel
        split = padded.reshape(channels, high, frames, wide, bands)
        return split.transpose(0, 1, 3, 2, 4).reshape(channels, high, wide, frames * bands)


def find_stem(model: Model, operator: int) -> Stem | None:
    """Returns the first convolution if it can be computed on groups.

    Args:
        model: The model.
        operator: The number of the convolution in the whole network.
    """
    graph = model.subgraphs[0]
    layer = graph.operators[operator]
    entry, kernel, bias = (int(tensor) for tensor in layer.inputs)
    options = layer.builtinOptions
    stride = int(options.strideH), int(options.strideW)
    *_, bands, channels = (int(size) for size in graph.tensors[entry].shape)
    is_plain = (options.dilationHFactor, options.dilationWFactor) == (1, 1)
    is_plain &= options.padding != SAME
    if channels != 1 or not is_plain or stride == (1, 1) or bands % stride[1]:
        return None
    shape = [int(size) for size in graph.tensors[kernel].shape]
    stored = model.buffers[graph.tensors[kernel].buffer].data
    values = np.asarray(stored).view(np.int8).reshape(shape[:3])
    return Stem(operator, entry, (kernel, bias), int(layer.outputs[0]), values, stride, bands)


def add_stem(builder: PartBuilder, stem: Stem, frames: int) -> int:
    """Adds the convolution on groups, and returns its output.

    Args:
        builder: Of the part.
        stem: The convolution.
        frames: The input, int8[1, frames, bands, 1], a whole number of groups.
    """
    (high, wide), (group_frames, group_bands) = stem.groups, stem.stride
    rows, columns = builder.shape(frames)[1] // group_frames, stem.bands // group_bands

    def reshaped(tensor: int, shape: Sequence[int]) -> int:
        output = builder.add_activation(stem.entry, shape)
        return builder.add_operator("RESHAPE", [tensor, builder.add_numbers(shape)], output)

    split = reshaped(frames, [rows, group_frames, columns, group_bands])
    swapped = builder.add_activation(stem.entry, [rows, columns, group_frames, group_bands])
    builder.add_operator("TRANSPOSE", [split, builder.add_numbers(SWAPPED)], swapped, version=2)
    grouped = reshaped(swapped, [1, rows, columns, group_frames * group_bands])
    kernel, bias = stem.weights
    weights = builder.add_weights(kernel, stem.grouped_kernel)
    shape = [1, rows - high + 1, columns - wide + 1, len(stem.kernel)]
    output = builder.add_activation(stem.output, shape)
    inputs = [grouped, weights, builder.constant(bias)]
    return builder.copy_operator(stem.operator, inputs, output, strideH=1, strideW=1)
