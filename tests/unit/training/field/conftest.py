"""A field folder of half a minute of noise, and a bundle with random weights to run on it."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost_training.audioset.label_map import LabelMap, MappedLabel

RATE_HZ = 16_000


def write_noise(path: Path, seconds: float, seed: int = 5) -> Path:
    """Writes noise whose level changes every second, so that the scores of windows vary."""
    rng = np.random.default_rng(seed)
    levels = 10.0 ** rng.uniform(1.0, 3.8, int(np.ceil(seconds)))
    noise = (
        rng.normal(0.0, 1.0, round(seconds * RATE_HZ))
        * np.repeat(levels, RATE_HZ)[: round(seconds * RATE_HZ)]
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.clip(noise, -32768, 32767).astype(np.int16), RATE_HZ)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A field folder: two annotated recordings of 10 s, and negatives of two kinds."""
    field = tmp_path / "field"
    write_noise(field / "yard.flac", 10.0, 1)
    write_noise(field / "street" / "gate.wav", 10.0, 2)
    write_noise(field / "negatives" / "kitchen" / "pans.flac", 10.0, 3)
    write_noise(field / "negatives" / "wind" / "roof.flac", 10.0, 4)
    (field / "annotations.csv").write_text(
        "file,label,onset,offset\n"
        "yard.flac,hiss,1.0,3.0\n"
        "yard.flac,hum,5.0,6.5\n"
        "street/gate.wav,hiss,2.0,8.0\n"
    )
    (field / "sounds.csv").write_text("folder,label\nwind,hum\n")
    return field


@pytest.fixture(scope="session")
def label_map() -> LabelMap:
    """A map with a label that the bundle has, and one that only the map has."""
    rows = [
        MappedLabel(
            2, "hiss", "security", ("Hiss",), ("steam",), ("spray",), published=True, reason="test"
        ),
        MappedLabel(
            3,
            "siren",
            "security",
            ("Siren",),
            ("siren",),
            ("siren",),
            published=True,
            reason="test",
        ),
        MappedLabel(
            4, "bark", "animals", ("Bark",), ("dog",), ("dog_bark",), published=True, reason="test"
        ),
    ]
    return LabelMap(tuple(rows), "label_map.csv")
