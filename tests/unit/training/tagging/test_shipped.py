"""The shipped bundles of audio tagging keep what their cards and manifests state.

They have no folds, twin or proof: their weights hold out recordings of each source, and are
evaluated themselves (docs/DETECTION.md).
"""

import re
from pathlib import Path

import pytest

from soundpost.classify import Bundle, Classifier, load_bundle, read_golden, replay_golden
from soundpost.manifest import CARD_FILE, Manifest, groups_of
from soundpost_training.audioset.label_map import GROUPS
from soundpost_training.audioset.label_map_file import read_label_map

MODELS = Path(__file__).resolve().parents[4] / "models"

COMPACT_BYTES = 500_000
"""Space that the smallest board has."""

LOWEST_ON = 0.1
"""As `calibrate --lowest-on` has it by default: a lower score is noise."""

BUNDLES = [
    path
    for path in sorted(MODELS.iterdir())
    if path.is_dir() and not load_bundle(path).manifest.training.folds
]

SOURCE_COLUMNS = 4
"""Separators in a row of the card's table of sources."""


@pytest.fixture(scope="module", params=BUNDLES, ids=lambda path: path.name)
def bundle(request: pytest.FixtureRequest) -> Bundle:
    """A shipped bundle of audio tagging."""
    return load_bundle(request.param)


@pytest.fixture(scope="module")
def manifest(bundle: Bundle) -> Manifest:
    """The manifest of the bundle."""
    return bundle.manifest


@pytest.fixture(scope="module")
def card(bundle: Bundle) -> str:
    """The model card of the bundle."""
    return (bundle.folder / CARD_FILE).read_text(encoding="utf-8")


def test_everyday_is_shipped() -> None:
    """It has no folds, so it is tested here and not as a bundle of a closed set."""
    assert "everyday" in {path.name for path in BUNDLES}


def test_each_label_has_a_score_of_its_own(manifest: Manifest) -> None:
    """No sound is a low score of all labels, which a softmax cannot express."""
    assert manifest.output.activation == "sigmoid"
    assert not manifest.training.held_out_folds


def test_the_golden_vectors_are_replayed(bundle: Bundle) -> None:
    """The daemon's features and scores are those of the export; scores of silence are low."""
    classifier = Classifier(bundle)
    replay_golden(bundle, classifier)
    golden = read_golden(bundle)
    assert golden.scores.shape == (len(golden.pcm), len(bundle.manifest.labels))
    assert golden.log_mel is not None
    silence = classifier.scores(golden.log_mel[0] * 0.0 + golden.log_mel.min())
    assert silence.max() < 0.5


def test_the_model_is_compact(manifest: Manifest) -> None:
    """It takes half a megabyte at most."""
    assert manifest.model.bytes <= COMPACT_BYTES


def test_every_label_of_the_map_is_an_output(manifest: Manifest) -> None:
    """In the order of the map, each with its group."""
    mapped = read_label_map().labels
    assert manifest.label_names == [label.name for label in mapped]
    assert [label.group for label in manifest.labels] == [label.group for label in mapped]
    assert set(groups_of(manifest.labels)) == set(GROUPS)


def test_labels_of_the_background_are_off_by_default(manifest: Manifest) -> None:
    """They are there so that their sounds are not mistaken for others."""
    context = {label.name for label in manifest.labels if label.off_by_default == "context"}
    assert context == {label.name for label in read_label_map().labels if not label.published}
    assert {"speech", "music", "wind", "rain"} <= context


def test_a_label_without_a_useful_threshold_says_so(manifest: Manifest) -> None:
    """Other labels that are off missed a budget of false events, which the manifest states."""
    for label in manifest.labels:
        if label.off_by_default == "missed_budget":
            assert label.false_events_per_hour is not None, label.name


def test_speech_is_marked_for_privacy(manifest: Manifest) -> None:
    """Only that label: shouts and screams are events that a user wants to have evidence of."""
    assert [label.name for label in manifest.labels if label.speech] == ["speech"]


def test_home_assistant_has_a_class_for_alarms_and_glass(manifest: Manifest) -> None:
    """So that they appear as what they are."""
    classes = {label.name: label.device_class for label in manifest.labels if label.device_class}
    assert classes == {"smoke_alarm": "smoke", "glass_breaking": "glass_break"}


def test_the_thresholds_of_every_label_are_in_range(manifest: Manifest) -> None:
    """An event can start, and ends below the score at which it starts."""
    for label in manifest.labels:
        assert LOWEST_ON <= label.on_threshold < 1.0, label.name
        assert label.off_threshold < label.on_threshold, label.name


def test_the_card_is_of_this_bundle(manifest: Manifest, card: str) -> None:
    """Version, size, command and all labels are the manifest's."""
    assert card.startswith(f"# {manifest.id} {manifest.version}\n")
    assert f"{manifest.model.bytes:,} bytes" in card
    assert manifest.training.command in card
    for label in manifest.labels:
        assert re.search(rf"[ *]{label.name}[*, ]", card), label.name


def test_the_card_names_every_source_and_licence(manifest: Manifest, card: str) -> None:
    """Authors must be named, and some of the licences forbid commercial use."""
    rows = [line.split(" | ") for line in card.splitlines() if line.count(" | ") == SOURCE_COLUMNS]
    licences = {row[0].removeprefix("| "): row[-1].removesuffix(" |") for row in rows}
    corpora = [name for name in manifest.training.data.split(", ") if " packages of " not in name]
    packages = [name for name in licences if name.startswith("debian:")]
    assert corpora
    assert set(corpora) <= set(licences)
    assert f"{len(packages)} packages of Debian" in manifest.training.data
    for name in (*corpora, *packages):
        assert licences[name].strip(), name
        assert f"- {name}: " in card, name
    limited = [name for name in manifest.training.licence.split("; ") if "NC" in name]
    assert limited == sorted({text for text in licences.values() if "NC" in text})
