"""The first convolution, on groups of frames and bands."""

import numpy as np
import pytest
from streaming_networks import SHAPES, tflite

from soundpost_training.network.streaming.schema import read_model
from soundpost_training.network.streaming.stem import Stem, find_stem

pytestmark = pytest.mark.training


@pytest.mark.parametrize(
    ("kernel", "stride"), [((5, 5), (4, 2)), ((3, 3), (1, 2)), ((4, 3), (2, 4)), ((3, 5), (5, 2))]
)
def test_the_grouped_kernel_gives_the_same_sums(
    kernel: tuple[int, int], stride: tuple[int, int]
) -> None:
    """Every sum of products over the patches of an input, in whole numbers."""
    rng = np.random.default_rng(1)
    weights = rng.integers(-128, 128, (7, *kernel)).astype(np.int8)
    stem = Stem(0, 0, (1, 2), 3, weights, stride, bands=16)
    (high, wide), rows, columns = stem.groups, 3, 16 // stride[1]
    frames = rng.integers(-128, 128, ((rows + high - 1) * stride[0], 16))
    split = frames.reshape(-1, stride[0], columns, stride[1]).transpose(0, 2, 1, 3)
    grouped = split.reshape(-1, columns, stride[0] * stride[1])
    for row in range(rows):
        for column in range((16 - kernel[1]) // stride[1] + 1):
            at = stem.frames_before + row * stride[0], column * stride[1]
            patch = frames[at[0] : at[0] + kernel[0], at[1] : at[1] + kernel[1]]
            group = grouped[row : row + high, column : column + wide]
            expected = (weights.astype(int) * patch).sum(axis=(1, 2))
            assert (stem.grouped_kernel.astype(int) * group).sum(axis=(1, 2, 3)).tolist() == list(
                expected
            )


@pytest.mark.parametrize("name", SHAPES)
def test_the_stem_of_a_network_is_found(name: str) -> None:
    """Its kernel is that of the file."""
    stem = find_stem(read_model(tflite(name)), 0)
    assert stem is not None
    assert stem.kernel.shape == (8, *[SHAPES[name].config.stem_kernel] * 2)
    assert stem.stride[0] == SHAPES[name].config.stem_stride_frames
    assert stem.kernel.any()


def test_a_convolution_of_several_channels_stays_as_it_is() -> None:
    """Its channels fill the kernels of the runtime already."""
    assert find_stem(read_model(tflite("everyday")), 1) is None
