"""The fingerprint of features."""

import shutil
from pathlib import Path

import numpy as np
import soundfile

from soundpost.features import FeatureSpec
from soundpost_training.dataset.features import fingerprint
from soundpost_training.dataset.readers.esc50 import read_esc50

SPEC = FeatureSpec()


def test_the_fingerprint_depends_on_audio_and_specification(tones: Path, tmp_path: Path) -> None:
    """Features of other audio or of another specification are never taken from the cache."""
    folder = tmp_path / "tones"
    shutil.copytree(tones, folder)
    before = fingerprint(read_esc50(folder), SPEC)
    assert fingerprint(read_esc50(folder), FeatureSpec(mel_bands=32)) != before
    first = min((folder / "audio").iterdir())
    soundfile.write(first, np.zeros(16_000, np.int16), 16_000)
    assert fingerprint(read_esc50(folder), SPEC) != before
