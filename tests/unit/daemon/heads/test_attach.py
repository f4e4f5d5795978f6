"""Heads on models: their labels are scored beside those of the model, which stay the same."""

import logging
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest
from heads import CARD, facts_on, golden_of, label, random_weights
from hypothesis import given, settings
from hypothesis import strategies as st
from streaming_bundle import changing_sound, streaming_bundle

from soundpost.audio import Chunk
from soundpost.classify import Bundle, Classifier, load_bundle
from soundpost.classify.model import Model
from soundpost.config import HeadsConfig
from soundpost.events import AnyWindow, WaveformWindow
from soundpost.heads import Head, install_head
from soundpost.heads.attach import HeadedClassifier, read_heads, with_heads
from soundpost.manifest import Label

GOLDEN = Path(__file__).resolve().parents[3] / "golden"
TWO_OUTPUTS = GOLDEN / "tiny-two-outputs"


def store(heads: Path, bundle: Bundle, of_label: Label, seed: int = 0) -> Head:
    """Stores a head of random weights on the model of a bundle."""
    described = facts_on(bundle, of_label)
    weights = random_weights(described.embedding.size, seed)
    folder = heads / of_label.name
    return install_head(folder, described, weights, golden_of(weights), CARD)


def config(folder: Path) -> HeadsConfig:
    """Returns a configuration with a folder of heads."""
    return HeadsConfig(folder=str(folder))


@cache
def windows() -> tuple[AnyWindow, ...]:
    """Returns the windows of some seconds of sound."""
    windower = streaming_bundle().manifest.input.windower()
    return tuple(windower.window(Chunk(0, changing_sound(9.0, 3), 0)))


@cache
def without_heads() -> tuple[bytes, ...]:
    """Returns the scores of the windows by the model alone."""
    scores = Classifier(streaming_bundle()).classify_all(windows())
    return tuple(each.values.tobytes() for each in scores)


@settings(max_examples=12)
@given(st.lists(st.integers(1, 40), max_size=6), st.integers(1, 3))
def test_the_labels_of_the_model_have_the_same_scores_with_heads(
    sizes: list[int], count: int
) -> None:
    """To the bit, and those of the heads too, however many windows are scored at once."""
    classifier = Classifier(streaming_bundle())
    weights = [random_weights(classifier.embedding_size, seed) for seed in range(count)]
    headed = HeadedClassifier(classifier, list(weights))
    left, scores = list(windows()), []
    for size in [*sizes, len(left)]:
        scores += headed.classify_all(left[:size])
        left = left[size:]
    labels = len(streaming_bundle().manifest.labels)
    assert [each.values[:labels].tobytes() for each in scores] == list(without_heads())
    for window, each in zip(windows(), scores, strict=True):
        assert each.window is window
        assert each.embedding is not None
        expected = [head.scores(each.embedding[None])[0] for head in weights]
        np.testing.assert_allclose(each.values[labels:], expected, rtol=1e-6)


def test_a_head_runs_on_the_embedding_of_an_imported_model(tmp_path: Path) -> None:
    """It is an output of the model, from the inference of the scores."""
    bundle = load_bundle(TWO_OUTPUTS)
    head = store(tmp_path, bundle, label())
    (model,) = with_heads(config(tmp_path), [Model(bundle, Classifier(bundle))])
    samples = np.random.default_rng(0).integers(-9_000, 9_000, bundle.manifest.input.window_samples)
    window = WaveformWindow(0, len(samples), samples.astype(np.int16), -20.0, 0)
    scores = model.classifier.classify(window)
    plain = Classifier(bundle)
    assert np.array_equal(scores.values[:-1], plain.scores(window.samples))
    expected = head.scores(plain.embedding(window.samples)[None])[0]
    assert np.array_equal(scores.values[-1:], expected)


def test_the_manifest_has_the_labels_of_heads_behind_its_own(tmp_path: Path) -> None:
    """Their groups, too; nothing else of it changes."""
    bundle = load_bundle(TWO_OUTPUTS)
    store(tmp_path, bundle, label("zither", group="music"))
    store(tmp_path, bundle, label("alarm_clock", common_name="Alarm clock"))
    heads = read_heads(config(tmp_path), [bundle.manifest])
    (manifest,) = heads.manifests
    assert manifest.label_names == [*bundle.manifest.label_names, "alarm_clock", "zither"]
    assert manifest.model == bundle.manifest.model
    assert not heads.has_problems
    assert [report.head.version for report in heads.reports if report.head] == [1, 1]


def test_without_a_folder_nothing_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An absent and an empty folder are no problem."""
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    bundle = load_bundle(TWO_OUTPUTS)
    model = Model(bundle, Classifier(bundle))
    for settings_of_heads in (HeadsConfig(), config(tmp_path), config(tmp_path / "absent")):
        assert with_heads(settings_of_heads, [model]) == (model,)
        assert not read_heads(settings_of_heads, [bundle.manifest]).has_problems


def test_a_head_of_another_model_is_not_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its label stays at the score 0, so that a configuration that names it stays valid."""
    store(tmp_path, streaming_bundle(), label())
    bundle = load_bundle(TWO_OUTPUTS)
    (model,) = with_heads(config(tmp_path), [Model(bundle, Classifier(bundle))])
    assert "gate_bell is not run: it was taught on everyday" in caplog.text
    assert "soundpost teach --again gate_bell" in caplog.text
    samples = np.ones(bundle.manifest.input.window_samples, np.int16)
    scores = model.classifier.classify(WaveformWindow(0, len(samples), samples, -90.0, 0))
    assert model.manifest.label_names[-1] == "gate_bell"
    assert scores.values[-1] == 0.0
    assert scores.embedding is None


def test_a_head_runs_on_its_own_model_of_several(tmp_path: Path) -> None:
    """By the hash of the model."""
    other = load_bundle(TWO_OUTPUTS)
    store(tmp_path, streaming_bundle(), label())
    heads = read_heads(config(tmp_path), [other.manifest, streaming_bundle().manifest])
    assert heads.manifests[0] is other.manifest
    assert heads.manifests[1].label_names[-1] == "gate_bell"


@pytest.mark.parametrize(
    ("of_label", "problem"),
    [
        (label("dog"), "the model has a label of this name"),
        (label("security"), "a group has this name"),
        (label("knock", group="siren"), "its group siren has the name of a label"),
    ],
)
def test_a_label_that_clashes_with_the_model_is_not_run(
    tmp_path: Path, of_label: Label, problem: str
) -> None:
    """The model's own label goes on."""
    bundle = streaming_bundle()
    store(tmp_path, bundle, of_label)
    heads = read_heads(config(tmp_path), [bundle.manifest])
    assert heads.manifests == [bundle.manifest]
    (report,) = heads.reports
    assert report.problem is not None
    assert report.problem.startswith(problem)


@pytest.mark.parametrize("name", ["versions/1/head.json", "versions/1/head.npz", "current"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "removed"])
def test_a_damaged_head_is_set_aside(
    tmp_path: Path, name: str, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The daemon goes on, and the label is known at its next start, too."""
    caplog.set_level(logging.INFO)
    bundle = load_bundle(TWO_OUTPUTS)
    store(tmp_path, bundle, label())
    store(tmp_path, bundle, label("other"))
    path = tmp_path / "gate_bell" / name
    content = path.read_bytes()
    if damage == "removed" and name == "current":
        pytest.skip("a label without it has no version in use")
    if damage == "removed":
        path.unlink()
    else:
        flipped = bytes([content[0] ^ 0x80, *content[1:]])
        kinds = {"cut": content[: len(content) // 2], "flipped": flipped, "empty": b""}
        path.write_bytes(kinds[damage])
    for _ in range(2):
        heads = read_heads(config(tmp_path), [bundle.manifest], sets_aside=True)
        assert [each.head is None for each in heads.installed] == [True, False]
        assert heads.has_problems
        assert heads.manifests[0].label_names[-2:] == ["gate_bell", "other"]
    aside = list((tmp_path / "gate_bell").rglob("*.damaged-*"))
    assert len(aside) == 1
    assert caplog.text.count("and set aside as") == 1
    store(tmp_path, bundle, label())
    assert not read_heads(config(tmp_path), [bundle.manifest], sets_aside=True).has_problems


def test_a_command_leaves_a_damaged_head_where_it_is(tmp_path: Path) -> None:
    """Only the daemon sets files aside."""
    bundle = load_bundle(TWO_OUTPUTS)
    store(tmp_path, bundle, label())
    (tmp_path / "gate_bell" / "current").write_bytes(b"x")
    assert read_heads(config(tmp_path), [bundle.manifest]).has_problems
    assert (tmp_path / "gate_bell" / "current").read_bytes() == b"x"


def test_a_head_in_the_folder_of_another_label_is_not_run(tmp_path: Path) -> None:
    """Two heads would share a label."""
    bundle = load_bundle(TWO_OUTPUTS)
    store(tmp_path, bundle, label())
    (tmp_path / "gate_bell").rename(tmp_path / "other")
    (report,) = read_heads(config(tmp_path), [bundle.manifest]).reports
    assert report.label == "other"
    assert report.problem is not None
    assert "is the head of gate_bell" in report.problem


def test_a_folder_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    """The models run without heads."""
    (tmp_path / "heads").write_text("a file")
    bundle = load_bundle(TWO_OUTPUTS)
    heads = read_heads(config(tmp_path / "heads"), [bundle.manifest])
    assert heads.has_problems
    assert heads.problem is not None
    assert "cannot be read: Not a directory" in heads.problem


def test_other_folders_are_left_alone(tmp_path: Path) -> None:
    """Only a folder of the name of a label, with a version in use, is a head."""
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "half" / "versions" / ".1.part").mkdir(parents=True)
    (tmp_path / "README").write_text("heads")
    heads = read_heads(config(tmp_path), [load_bundle(TWO_OUTPUTS).manifest])
    assert list(heads.installed) == []
    assert not heads.has_problems


def test_the_definition_of_the_embedding_matters(tmp_path: Path) -> None:
    """Another definition gives other values of the same size."""
    bundle = load_bundle(TWO_OUTPUTS)
    described = facts_on(bundle, label())
    embedding = msgspec.structs.replace(described.embedding, definition="other")
    described = msgspec.structs.replace(described, embedding=embedding)
    weights = random_weights(described.embedding.size)
    install_head(tmp_path / "gate_bell", described, weights, golden_of(weights), CARD)
    assert read_heads(config(tmp_path), [bundle.manifest]).has_problems
