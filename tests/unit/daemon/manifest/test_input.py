"""The two inputs of models, and what follows from each."""

from pathlib import Path

import msgspec
import pytest

from soundpost.errors import BundleError
from soundpost.features import FeatureSpec, WaveformWindower, Windower
from soundpost.manifest import Manifest, log_mel_input, read_manifest

GOLDEN = Path(__file__).resolve().parents[3] / "golden"
LOG_MEL = read_manifest(GOLDEN / "tiny-int8")
WAVEFORM = read_manifest(GOLDEN / "tiny-two-outputs")


def test_each_input_has_its_windower() -> None:
    """Log-mel windows for one, windows of samples for the other."""
    assert isinstance(LOG_MEL.input.windower(), Windower)
    assert isinstance(WAVEFORM.input.windower(), WaveformWindower)


def test_pictures_show_the_log_mel_of_the_model_or_one_suited_to_its_rate() -> None:
    """A model of waveforms states no features, so they follow from its rate."""
    features = msgspec.structs.replace(FeatureSpec(), mel_bands=32)
    model_input = msgspec.structs.replace(log_mel_input(LOG_MEL, "this test"), features=features)
    assert model_input.spectrogram == features
    fast = msgspec.structs.replace(WAVEFORM.input, sample_rate_hz=256_000)
    assert fast.spectrogram == FeatureSpec.at_rate(256_000)


@pytest.mark.parametrize("manifest", [LOG_MEL, WAVEFORM], ids=lambda manifest: str(manifest.id))
def test_lengths_are_those_of_the_tensor(manifest: Manifest) -> None:
    """Stages need no other field of an input than its rate, its window and its stride."""
    model_input = manifest.input
    assert model_input.sample_rate_hz == 16_000
    assert 0 < model_input.stride_samples <= model_input.window_samples


def test_what_needs_log_mel_refuses_a_waveform() -> None:
    """The error names the bundle and the work."""
    assert log_mel_input(LOG_MEL, "a backbone") is LOG_MEL.input
    message = "bundle tiny-two-outputs 1.0.0 takes a waveform; a backbone needs log-mel"
    with pytest.raises(BundleError, match=message) as caught:
        log_mel_input(WAVEFORM, "a backbone")
    assert "soundpost-train" in caught.value.hint
