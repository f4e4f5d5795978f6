"""The teacher YAMNet."""

from pathlib import Path

import numpy as np
import pytest

from soundpost.audio import FULL_SCALE, Pcm
from soundpost_training.audioset.yamnet import PATCH_SAMPLES, YAMNET_MODEL, Yamnet, patch_starts


@pytest.mark.parametrize(
    ("samples", "starts"),
    [
        (15_600, [0]),
        (16_000, [0, 400]),
        (23_280, [0, 7680]),
        (31_760, [0, 7680, 16_160]),
        (80_000, [0, 7680, 15_360, 23_040, 30_720, 38_400, 46_080, 53_760, 64_400]),
    ],
)
def test_patches_cover_the_window(samples: int, starts: list[int]) -> None:
    """The first begins with the window, the last ends with it, and there is no gap."""
    assert patch_starts(samples) == starts


def test_a_window_shorter_than_a_patch_is_refused() -> None:
    """YAMNet has a fixed input."""
    with pytest.raises(ValueError, match="at least 15600 samples"):
        patch_starts(PATCH_SAMPLES - 1)


def test_a_window_has_the_highest_score_of_its_patches(shared_data: Path, dog: Pcm) -> None:
    """A bark in one of the patches counts for the window."""
    yamnet = Yamnet(shared_data / YAMNET_MODEL)
    windows = dog.astype(np.float32) / np.float32(FULL_SCALE)
    scores = yamnet.score(windows)
    patches = [yamnet.score_patch(windows[1, at : at + 15_600]) for at in (0, 7680, 16_160)]
    np.testing.assert_array_equal(scores[1], np.max(patches, axis=0))
    assert scores[0, yamnet.class_names.index("Dog")] > 0.5
