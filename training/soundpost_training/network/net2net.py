"""Grows a trained network into a wider or deeper one that starts as the same function."""

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from soundpost_training.errors import TrainingError
from soundpost_training.network.arch.layer_names import LOGITS, TAIL

Weight = NDArray[np.float32]

HINT = "give both experiments the same [model], or this one a wider or deeper one"


def grow_from(small: keras.Model, large: keras.Model) -> None:
    """Sets the weights of an untrained network from a smaller trained one of the same kind.

    The large network then computes what the small one computes, as in Net2Net (Chen, Goodfellow
    and Shlens, ICLR 2016). Unlike there, new channels are random instead of copies, and the old
    channels read them with weight 0 at first. New tail blocks are the identity at first, see
    `arch.residual`. A network of the same size gets the weights unchanged.

    Args:
        small: The trained network.
        large: As many halving blocks, none of them narrower, and the same labels.

    Raises:
        TrainingError: `large` is not a larger version of `small`.
    """
    theirs, ours = _weighted(small), _weighted(large)
    tail = {layer.name for layer in theirs if layer.name.startswith(TAIL)}
    ours = [layer for layer in ours if not layer.name.startswith(TAIL) or layer.name in tail]
    if [type(layer) for layer in theirs] != [type(layer) for layer in ours]:
        raise TrainingError("its layers are others", hint=HINT)
    for their, our in zip(theirs, ours, strict=True):
        pairs = zip(their.get_weights(), our.get_weights(), strict=True)
        our.set_weights([_grown(our, *pair) for pair in pairs])


def _weighted(model: keras.Model) -> list[keras.Layer]:
    return [layer for layer in model.layers if layer.get_weights()]


def _grown(layer: keras.Layer, small: Weight, large: Weight) -> Weight:
    """Returns a weight of a layer, grown from that of its smaller version.

    Raises:
        TrainingError: The layer is smaller, or has other labels.
    """
    is_last = layer.name == LOGITS
    if any(old > new for old, new in zip(small.shape, large.shape, strict=True)) or (
        is_last and small.shape[-1] != large.shape[-1]
    ):
        raise TrainingError(
            f"{layer.name} has the shape {small.shape} there, {large.shape} here", hint=HINT
        )
    if small.ndim == 1:
        return np.concatenate((small, large[len(small) :]))
    if isinstance(layer, layers.DepthwiseConv2D):  # each channel reads itself only
        return np.concatenate((small, large[..., small.shape[-2] :, :]), axis=-2)
    if is_last:  # its inputs are the means of all channels, then their maxima
        halves = zip(np.split(small, 2), np.split(large, 2), strict=True)
        return np.concatenate([_widened(*half) for half in halves])
    return _widened(small, large)


def _widened(small: Weight, large: Weight) -> Weight:
    """Returns a kernel [..., inputs, outputs] whose old outputs read the old inputs only."""
    widened = large.copy()
    inputs, outputs = small.shape[-2:]
    widened[..., :outputs] = 0.0
    widened[..., :inputs, :outputs] = small
    return widened
