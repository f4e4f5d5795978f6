"""The bundles that come along, held to their cards."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from soundpost.audio import Chunk
from soundpost.classify import Classifier, load_bundle
from soundpost.features import Windower
from soundpost.manifest import CARD_FILE, Manifest
from soundpost_training.dataset import Clip
from soundpost_training.dataset.audio import read_pcm
from soundpost_training.dataset.esc50 import read_esc50

MODELS = Path(__file__).resolve().parents[2] / "models"
HELD_OUT = "clip_accuracy_int8_held_out"
TOLERANCE = 0.005
"""Half a point: two clips of 400, for runtimes that round otherwise."""

COMPACT_BYTES = 500_000


@pytest.fixture(params=sorted(path.name for path in MODELS.iterdir() if path.is_dir()))
def folder(request: pytest.FixtureRequest) -> Path:
    """The folder of a shipped bundle."""
    return MODELS / str(request.param)


def windows(clip: Clip, manifest: Manifest) -> Iterator[np.ndarray]:
    """The whole windows that the daemon cuts from a clip."""
    given = manifest.input
    windower = Windower(given.features, given.window_frames, given.stride_frames)
    pcm = read_pcm(clip.path, given.features.sample_rate_hz)
    return (window.log_mel for window in windower.window(Chunk(0, pcm, 0)))


def test_the_held_out_fold_is_recognised_as_the_manifest_says(
    folder: Path, shared_data: Path
) -> None:
    """Every clip that the model never heard, through the daemon: the accuracy is the stated one."""
    bundle = load_bundle(folder)
    manifest, classifier = bundle.manifest, Classifier(bundle)
    dataset = read_esc50(shared_data / "esc50", esc10=manifest.training.data == "ESC-10")
    held_out = [clip for clip in dataset.clips if clip.fold in manifest.training.held_out_folds]
    assert len(held_out) == len(dataset.clips) // 5
    right = []
    for clip in held_out:
        scores = np.mean([classifier.scores(window) for window in windows(clip, manifest)], axis=0)
        right.append(manifest.label_names[scores.argmax()] == clip.label)
    (stated,) = (metric.value for metric in manifest.metrics if metric.name == HELD_OUT)
    assert np.mean(right) == pytest.approx(stated, abs=TOLERANCE)


def test_the_card_says_what_the_manifest_says(folder: Path) -> None:
    """Version, figures, licence and attribution are the same in both."""
    manifest = load_bundle(folder).manifest
    card = " ".join((folder / CARD_FILE).read_text(encoding="utf-8").split())
    assert card.startswith(f"# {manifest.id} {manifest.version} ")
    for metric in manifest.metrics:
        spread = f" ± {metric.spread:.2%}" if metric.spread else ""
        assert f"{metric.value:.2%}{spread}" in card, metric.name
    for told in (manifest.training.licence, manifest.training.attribution):
        assert told in card


def test_a_shipped_bundle_is_compact_and_never_trained_on_what_it_is_judged_by(
    folder: Path,
) -> None:
    """The model is within the compact size, and its folds and held-out folds share none."""
    manifest = load_bundle(folder).manifest
    assert manifest.model.bytes <= COMPACT_BYTES
    assert manifest.training.held_out_folds
    assert not set(manifest.training.folds) & set(manifest.training.held_out_folds)


def test_every_label_can_be_told_and_none_by_chance(folder: Path) -> None:
    """Thresholds are within 0.3 and 0.9, and an event ends below where it starts."""
    for label in load_bundle(folder).manifest.labels:
        assert 0.3 <= label.on_threshold <= 0.9, label.name
        assert label.off_threshold < label.on_threshold, label.name
