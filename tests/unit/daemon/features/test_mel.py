"""The filterbank, applied in blocks."""

import numpy as np
import pytest

from soundpost.features import FeatureSpec
from soundpost.features.mel import BLOCKS, MelBands, mel_filterbank

SPECS = (
    FeatureSpec(),
    FeatureSpec.at_rate(48_000),
    FeatureSpec(mel_bands=1),
    FeatureSpec(mel_bands=BLOCKS - 1),
    FeatureSpec(mel_bands=256),  # bands below 500 Hz lie between two bins, and have no weight
)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.sample_rate_hz}-{spec.mel_bands}")
@pytest.mark.parametrize("frames", [1, 24, 50])
def test_blocks_sum_as_the_whole_filterbank(spec: FeatureSpec, frames: int) -> None:
    """Every band has the sum of the dense product, and no value of the buffer is left over."""
    weights = mel_filterbank(spec)
    spectra = np.random.default_rng(frames).random((frames, len(weights)))
    sums = np.full((frames, spec.mel_bands), np.nan)
    MelBands(weights).sum(spectra, out=sums)
    assert sums == pytest.approx(spectra @ weights, rel=1e-12, abs=1e-12)


def test_a_quarter_of_the_products_is_left() -> None:
    """Of the default front end, the blocks hold a quarter of the filterbank and all its weights."""
    weights = mel_filterbank(FeatureSpec())
    blocks = [block for _, _, block in MelBands(weights)._blocks]  # noqa: SLF001 - counts them
    assert sum(block.size for block in blocks) < weights.size / 4
    assert sum(map(np.count_nonzero, blocks)) == np.count_nonzero(weights)
