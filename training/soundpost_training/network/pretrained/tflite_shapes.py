"""Layers for the operators of TFLite that cut, pad and reduce activations."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import layers
from numpy.typing import NDArray

Tensor = Any
"""A symbolic Keras tensor; Keras publishes no types."""

Plain = float | list[float]
"""A constant as Keras stores it: a number, or one for each channel."""

RANK_OF_MAPS = 4
"""Axes of an activation that still has time and frequency: batch, frames, bands, channels."""

OTHER_AXES = ("ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
"""Masks of a slice that add or remove axes."""


def padded(hidden: Tensor, paddings: NDArray[Any], name: str) -> Tensor:
    """Returns an activation with zeros around its frames and bands.

    Raises:
        ValueError: Other axes are padded.
    """
    batch, frames, bands, channels = paddings.reshape(RANK_OF_MAPS, 2).tolist()
    if any(batch) or any(channels):
        raise ValueError("padding of channels")
    return layers.ZeroPadding2D((tuple(frames), tuple(bands)), name=name)(hidden)


def sliced(hidden: Tensor, begin: NDArray[Any], sizes: NDArray[Any], name: str) -> Tensor:
    """Returns a part of an activation, by first places and sizes; a size of -1 is the rest."""
    ends = [
        length if size == -1 else int(first + size)
        for first, size, length in zip(begin, sizes, hidden.shape, strict=True)
    ]
    return _cropped(hidden, begin.tolist(), ends, name)


def slice_between(
    hidden: Tensor, bounds: Sequence[NDArray[Any]], options: Mapping[str, int], name: str
) -> Tensor:
    """Returns a part of an activation, by first places, ends and strides.

    Raises:
        ValueError: It has strides, or adds or removes axes.
    """
    begin, end, strides = bounds
    if (strides != 1).any() or any(options[mask] for mask in OTHER_AXES):
        raise ValueError("a slice with strides or other axes")
    firsts = [
        0 if options["begin_mask"] & 1 << axis else int(first) % (length or 1)
        for axis, (first, length) in enumerate(zip(begin, hidden.shape, strict=True))
    ]
    ends = [
        length if options["end_mask"] & 1 << axis or length is None else _end(int(last), length)
        for axis, (last, length) in enumerate(zip(end, hidden.shape, strict=True))
    ]
    return _cropped(hidden, firsts, ends, name)


def reduced(
    hidden: Tensor, axes: NDArray[Any], name: str, *, keep_dims: bool, maximum: bool
) -> Tensor:
    """Returns the mean or the maximum over some axes."""
    places = sorted(int(axis) % len(hidden.shape) for axis in axes)
    if places == [1, 2]:
        kind = layers.GlobalMaxPooling2D if maximum else layers.GlobalAveragePooling2D
        return kind(keepdims=keep_dims, name=name)(hidden)
    reduce = keras.ops.max if maximum else keras.ops.mean
    return reduce(hidden, axis=places, keepdims=keep_dims)


def plain(values: NDArray[Any]) -> Plain:
    """Returns a constant as Keras stores it: a number, or one for each channel.

    Raises:
        ValueError: It varies over other axes.
    """
    if values.size == 1:
        return float(values.ravel()[0])
    if values.size != values.shape[-1]:
        raise ValueError(f"a constant of shape {values.shape}")
    numbers: list[float] = values.ravel().astype(float).tolist()
    return numbers


def _cropped(hidden: Tensor, begin: Sequence[int], end: Sequence[int], name: str) -> Tensor:
    """Returns a part of the frames and bands of an activation."""
    if len(hidden.shape) != RANK_OF_MAPS or begin[3] or end[3] != hidden.shape[3]:
        raise ValueError("a slice of channels")
    crops = tuple((int(begin[axis]), int(hidden.shape[axis] - end[axis])) for axis in (1, 2))
    return layers.Cropping2D(crops, name=name)(hidden)


def _end(last: int, length: int) -> int:
    return min(last, length) if last >= 0 else length + last
