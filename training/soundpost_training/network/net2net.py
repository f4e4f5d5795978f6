"""A wider or deeper network that begins as the same function as a smaller, trained one."""

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from soundpost_training.errors import TrainingError
from soundpost_training.network.arch import LOGITS, TAIL

Weight = NDArray[np.float32]

HINT = "give both experiments the same [model], or this one a wider or deeper one"


def grow_from(small: keras.Model, large: keras.Model) -> None:
    """Gives an untrained network the weights of a smaller one of its kind, to begin as it ended.

    Nothing learnt is lost, as in Net2Net (Chen, Goodfellow and Shlens, ICLR 2016); but channels
    that come anew are random instead of copies, and what was there before hears them with weight 0
    at first. Blocks that come anew change nothing at first, see `arch.residual`. A network of the
    same size gets just the weights.

    Args:
        small: The trained network.
        large: Of as many halving blocks, none of them narrower, and of the same labels.

    Raises:
        TrainingError: The one is no larger version of the other.
    """
    theirs, ours = _weighted(small), _weighted(large)
    tail = {layer.name for layer in theirs if layer.name.startswith(TAIL)}
    ours = [layer for layer in ours if not layer.name.startswith(TAIL) or layer.name in tail]
    if [type(layer) for layer in theirs] != [type(layer) for layer in ours]:
        raise TrainingError("its layers are others", hint=HINT)
    for their, our in zip(theirs, ours, strict=True):
        grown = zip(their.get_weights(), our.get_weights(), strict=True)
        our.set_weights([_grown(our, *pair) for pair in grown])


def _weighted(model: keras.Model) -> list[keras.Layer]:
    return [layer for layer in model.layers if layer.get_weights()]


def _grown(layer: keras.Layer, small: Weight, large: Weight) -> Weight:
    """A weight of a layer, grown from that of its smaller version.

    Raises:
        TrainingError: The layer is not larger, but smaller; or it tells of other labels.
    """
    is_last = layer.name == LOGITS
    if any(one > other for one, other in zip(small.shape, large.shape, strict=True)) or (
        is_last and small.shape[-1] != large.shape[-1]
    ):
        raise TrainingError(
            f"{layer.name} has the shape {small.shape} there, {large.shape} here", hint=HINT
        )
    if small.ndim == 1:
        return np.concatenate((small, large[len(small) :]))
    if isinstance(layer, layers.DepthwiseConv2D):  # its last axis is 1: no channel hears another
        return np.concatenate((small, large[..., small.shape[-2] :, :]), axis=-2)
    if is_last:  # it hears the means of all channels, then the maxima
        halves = zip(np.split(small, 2), np.split(large, 2), strict=True)
        return np.concatenate([_wider(*half) for half in halves])
    return _wider(small, large)


def _wider(small: Weight, large: Weight) -> Weight:
    """The last axis counts what a layer makes, the one before it what it hears."""
    wider = large.copy()
    hears, makes = small.shape[-2:]
    wider[..., :makes] = 0.0
    wider[..., :hears, :makes] = small
    return wider
