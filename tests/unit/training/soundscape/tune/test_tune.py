"""Tuning on soundscapes of held-out folds."""

from pathlib import Path

import msgspec
import pytest

from soundpost.classify import Bundle
from soundpost_training.errors import DatasetError
from soundpost_training.soundscape.tune.tune import tune


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Bundle) -> Path:
    """A run that has the network of fold 5."""
    run = tmp_path_factory.mktemp("run")
    (run / "fold5").mkdir()
    (run / "fold5" / "model.tflite").write_bytes(tiny_bundle.model)
    return run


def test_every_candidate_is_scored(soundscape: Path, tiny_bundle: Bundle, run: Path) -> None:
    """The same settings under two names have the same metrics; a threshold may be out of reach."""
    tuning = tune([soundscape], tiny_bundle, run, "a test")
    by_name = {candidate.name: candidate for candidate in tuning.candidates}
    shipped, same = by_name["as shipped"], by_name["smoothing 2"]
    assert msgspec.structs.replace(same, name="as shipped") == shipped
    assert tuning.hours == pytest.approx(30 / 3600)
    assert by_name["all at 0.95, 1 w"].detected_share == 0.0
    assert any(label.false_per_hour > 0.0 for label in tuning.labels)
    settings = {(label.label, label.threshold, label.smoothing_windows) for label in tuning.labels}
    assert len(settings) == len(tuning.labels) == 2 * 2 * 16


def test_the_file_has_the_keys_of_earlier_versions(
    soundscape: Path, tiny_bundle: Bundle, run: Path
) -> None:
    """Results of older runs stay comparable."""
    tuning = msgspec.to_builtins(tune([soundscape], tiny_bundle, run, "a test"))
    assert list(tuning) == ["command", "hours", "trials", "labels"]
    assert {"told_per_hour", "held_per_hour", "told"} <= tuning["trials"][0].keys()
    assert "told" in tuning["labels"][0]


def test_a_fold_without_a_network_is_refused(
    soundscape: Path, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    """The hint names the command that trains one for each fold."""
    with pytest.raises(DatasetError, match="network that held fold 5 out") as caught:
        tune([soundscape], tiny_bundle, tmp_path, "a test")
    assert "crossval" in caught.value.hint
