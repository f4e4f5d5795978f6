"""Heads on models: their labels are scored beside those of the model, which stay the same."""

from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest
from heads import label, random_weights, store_head
from hypothesis import given, settings
from hypothesis import strategies as st
from streaming_bundle import changing_sound, streaming_bundle

from soundpost.audio import Chunk
from soundpost.classify import Classifier, load_bundle
from soundpost.classify.model import Model
from soundpost.config import HeadsConfig
from soundpost.events import AnyWindow, WaveformWindow
from soundpost.heads.attach import read_heads, with_heads
from soundpost.heads.headed_classifier import HeadedClassifier

GOLDEN = Path(__file__).resolve().parents[3] / "golden"
TWO_OUTPUTS = GOLDEN / "tiny-two-outputs"


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
    head = store_head(tmp_path, bundle, label())
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
    store_head(tmp_path, bundle, label("zither", group="music"))
    store_head(tmp_path, bundle, label("alarm_clock", common_name="Alarm clock"))
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
    store_head(tmp_path, streaming_bundle(), label())
    bundle = load_bundle(TWO_OUTPUTS)
    (model,) = with_heads(config(tmp_path), [Model(bundle, Classifier(bundle))])
    assert "gate_bell is not run: it was taught on everyday" in caplog.text
    assert "soundpost teach --again gate_bell" in caplog.text
    samples = np.ones(bundle.manifest.input.window_samples, np.int16)
    scores = model.classifier.classify(WaveformWindow(0, len(samples), samples, -90.0, 0))
    assert model.manifest.label_names[-1] == "gate_bell"
    assert scores.values[-1] == 0.0
    assert scores.embedding is None


def test_a_head_on_the_model_of_another_source_is_no_problem(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its label, which the shared configuration may name, is known here at the score 0."""
    bundle = load_bundle(TWO_OUTPUTS)
    store_head(tmp_path, streaming_bundle(), label())
    caplog.set_level("INFO")
    with_heads(config(tmp_path), [Model(bundle, Classifier(bundle))], "road")
    assert "heads on models of other sources: gate_bell" in caplog.text
    heads = read_heads(config(tmp_path), [bundle.manifest], source="road")
    assert not heads.has_problems
    assert not heads.reports
    assert not heads.labels
    assert heads.require_all() == []
    assert heads.manifests[0].label_names[-1] == "gate_bell"
    (model,) = heads.attach([Model(bundle, Classifier(bundle))])
    samples = np.full(bundle.manifest.input.window_samples, 900, np.int16)
    scores = model.classifier.classify(WaveformWindow(0, len(samples), samples, -20.0, 0))
    assert scores.values[-1] == 0.0


def test_a_head_of_another_source_may_have_the_name_of_a_label_here(tmp_path: Path) -> None:
    """The label of this source's own model is the one that counts."""
    manifest = load_bundle(TWO_OUTPUTS).manifest
    store_head(tmp_path, streaming_bundle(), label(manifest.label_names[0]))
    heads = read_heads(config(tmp_path), [manifest], source="road")
    assert not heads.has_problems
    assert heads.manifests[0].label_names == manifest.label_names


def test_a_head_on_another_version_of_the_model_stays_a_problem_of_a_source(
    tmp_path: Path,
) -> None:
    """The name of the model is that of this source: the bundle was replaced."""
    bundle = load_bundle(TWO_OUTPUTS)
    store_head(tmp_path, bundle, label())
    model = msgspec.structs.replace(bundle.manifest.model, sha256="0" * 64)
    replaced = msgspec.structs.replace(bundle.manifest, model=model)
    assert read_heads(config(tmp_path), [replaced], source="road").has_problems


def test_a_head_runs_on_its_own_model_of_several(tmp_path: Path) -> None:
    """By the hash of the model."""
    other = load_bundle(TWO_OUTPUTS)
    store_head(tmp_path, streaming_bundle(), label())
    heads = read_heads(config(tmp_path), [other.manifest, streaming_bundle().manifest])
    assert heads.manifests[0] is other.manifest
    assert heads.manifests[1].label_names[-1] == "gate_bell"
