"""The models that score soundscapes."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost_training.audioset.yamnet import YAMNET_MODEL
from soundpost_training.errors import DatasetError
from soundpost_training.soundscape.detect.inference import score_recording
from soundpost_training.soundscape.detect.models import YamnetModel, audioset_names

RATE_HZ = 16_000


def test_every_name_of_the_label_map_is_a_class_of_yamnet(shared_data: Path) -> None:
    """The map has labels of ESC-50 and display names of AudioSet only."""
    model = YamnetModel(shared_data / YAMNET_MODEL, tuple(audioset_names()))
    assert set(model.labels) == set(audioset_names())
    labels = {
        line.split(",")[3]
        for line in (shared_data / "esc50" / "esc50.csv").read_text().splitlines()[1:]
    }
    assert set(audioset_names()) <= labels


def test_yamnet_recognises_a_siren(shared_data: Path, tmp_path: Path) -> None:
    """Of all mapped labels, siren has the highest mean score on a clip of a siren."""
    siren = next(iter(sorted((shared_data / "esc50" / "audio").glob("1-*-42.flac"))))
    samples, _ = soundfile.read(siren, dtype="int16")
    soundfile.write(tmp_path / "siren.flac", np.tile(samples, 2), RATE_HZ)
    model = YamnetModel(shared_data / YAMNET_MODEL, tuple(audioset_names()))
    scores = score_recording(tmp_path / "siren.flac", model)
    assert model.labels[int(scores.values.mean(axis=0).argmax())] == "siren"
    assert len(scores.values) == len(scores.end_samples) == len(scores.busy_seconds)


@pytest.mark.parametrize("content", [None, b"no zip", b""])
def test_a_missing_or_damaged_yamnet_is_one_error(content: bytes | None, tmp_path: Path) -> None:
    """Its hint names the option that leaves YAMNet out."""
    path = tmp_path / "yamnet.tflite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatasetError, match="expected YAMNet's TFLite file") as caught:
        YamnetModel(path, ("siren",))
    assert "--no-peer" in caught.value.hint
