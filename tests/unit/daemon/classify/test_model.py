"""The models of a source."""

import hashlib
from pathlib import Path

import msgspec
import pytest
from range_bundle import write_range_bundle
from tiny_models import TINY, write_tiny_bundle

from soundpost.classify.model import load_models, load_models_at_place
from soundpost.config import ClassifyConfig, Config, ModelConfig, NodeConfig
from soundpost.errors import BundleError, ConfigError
from soundpost.manifest import GOLDEN_FILE, MANIFEST_FILE, Artifact, read_manifest
from soundpost.system.clock import ClockState

BERLIN = NodeConfig(latitude=52.5, longitude=13.4)


def test_models_are_loaded_in_the_order_of_the_configuration(tmp_path: Path) -> None:
    """Each with its own rate."""
    high = write_tiny_bundle(tmp_path / "high", 48_000)
    models = load_models([ModelConfig(bundle=str(high)), ModelConfig(bundle=str(TINY))])
    assert [model.sample_rate_hz for model in models] == [48_000, 16_000]


def test_two_models_of_one_id_are_refused(tmp_path: Path) -> None:
    """Messages and metrics could not tell them apart; the error has both folders."""
    first = write_tiny_bundle(tmp_path / "a" / "birds", 16_000)
    second = write_tiny_bundle(tmp_path / "b" / "birds", 48_000)
    with pytest.raises(ConfigError, match="two models have the id 'birds'") as caught:
        load_models([ModelConfig(bundle=str(first)), ModelConfig(bundle=str(second))])
    assert str(first) in str(caught.value)
    assert str(second) in str(caught.value)
    with pytest.raises(ConfigError, match="two models have the id"):
        load_models([ModelConfig(bundle=str(TINY)), ModelConfig(bundle=str(TINY))])


def test_a_range_model_leaves_its_filter_and_no_bytes(tmp_path: Path) -> None:
    """The place is known; without one there is no filter, and no bytes either."""
    config = Config(classify=ClassifyConfig(bundle=str(write_range_bundle(tmp_path / "tiny"))))
    (without,) = load_models_at_place(config, synced)
    (model,) = load_models_at_place(Config(classify=config.classify, node=BERLIN), synced)
    assert without.range_filter is None
    assert model.range_filter is not None
    assert (without.bundle.range_model, model.bundle.range_model) == (None, None)


def test_a_range_model_is_run_before_the_classifier_takes_its_memory(tmp_path: Path) -> None:
    """Of a bundle with two faults, that of the range model is found first."""
    bundle = write_range_bundle(tmp_path / "tiny", "broken.tflite")
    golden = bundle / GOLDEN_FILE
    unreadable = b"\0" * golden.stat().st_size
    golden.write_bytes(unreadable)
    manifest = read_manifest(bundle)
    artifact = Artifact(bytes=len(unreadable), sha256=hashlib.sha256(unreadable).hexdigest())
    changed = msgspec.structs.replace(manifest, golden=artifact)
    (bundle / MANIFEST_FILE).write_bytes(msgspec.json.encode(changed))
    config = Config(classify=ClassifyConfig(bundle=str(bundle)))
    with pytest.raises(BundleError, match="golden vectors"):
        load_models_at_place(config, synced)
    with pytest.raises(BundleError, match="the range model"):
        load_models_at_place(Config(classify=config.classify, node=BERLIN), synced)


def synced() -> ClockState:
    """Returns the state of a clock that can be trusted."""
    return "synced"
