"""The tables of an experiment on recordings and augmentation."""

import msgspec
import pytest

from soundpost_training.experiment.data import AugmentConfig, BackgroundConfig


def test_settings_without_newer_tables_are_encoded_as_before() -> None:
    """Pools are named by their settings; absent tables must not rename them."""
    assert msgspec.json.encode(AugmentConfig()) == (
        b'{"stretch":0.1,"quietest_gain_db":-12.0,"loudest_gain_db":6.0,"band_shift":3,'
        b'"mix_share":0.8,"masks":2,"mask_frames":24,"mask_bands":8,"negative_share":0.04}'
    )


def test_a_lowest_ratio_above_the_highest_is_refused() -> None:
    """The range of the signal-to-noise ratio is not empty."""
    with pytest.raises(ValueError, match="above"):
        BackgroundConfig(lowest_snr_db=10.0, highest_snr_db=5.0)
