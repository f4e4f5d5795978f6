"""The trial construction of a configuration before a reload."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from range_bundle import write_range_bundle

from soundpost.app import build
from soundpost.classify import Classifier, load_bundle
from soundpost.classify.model import Model
from soundpost.config import (
    CaptureConfig,
    ClassifyConfig,
    Config,
    EvidenceConfig,
    MqttConfig,
    NodeConfig,
)
from soundpost.errors import BundleError, ConfigError
from soundpost.manifest import log_mel_input

TINY = Path(__file__).resolve().parents[3] / "golden" / "tiny-int8"


@pytest.fixture
def odd_model() -> Model:
    """A model with a sample rate that the voice detector does not support."""
    bundle = load_bundle(TINY)
    classifier = Classifier(bundle)
    manifest = bundle.manifest
    log_mel = log_mel_input(manifest, "this test")
    features = msgspec.structs.replace(log_mel.features, sample_rate_hz=22_050)
    model_input = msgspec.structs.replace(log_mel, features=features)
    manifest = msgspec.structs.replace(manifest, input=model_input)
    return Model(replace(bundle, manifest=manifest), classifier)


def test_evidence_that_the_model_does_not_allow_is_refused(
    odd_model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reload must not end the service for good; the trial writes no files."""
    monkeypatch.setattr(build, "load_models_at_place", lambda *_: (odd_model,))
    folder = tmp_path / "clips"
    build.validate(Config(evidence=EvidenceConfig(folder=str(folder))))
    with pytest.raises(ConfigError, match="voices"):
        build.validate(Config(evidence=EvidenceConfig(folder=str(folder), privacy="mute-speech")))
    assert not folder.exists()


def test_a_device_class_for_an_unknown_label_is_refused() -> None:
    """A reload names the nearest label; the reserved labels are known, too."""
    bundle = ClassifyConfig(bundle=str(TINY))
    known = MqttConfig(device_classes={"hum": "running", "unknown": "problem"})
    build.validate(Config(classify=bundle, mqtt=known))
    with pytest.raises(ConfigError, match="no label 'humm'") as caught:
        build.validate(Config(classify=bundle, mqtt=MqttConfig(device_classes={"humm": "sound"})))
    assert caught.value.hint == "did you mean hum?"


def test_a_range_model_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    """A reload with a place would otherwise end the service; without a place it is not run."""
    bundle = ClassifyConfig(bundle=str(write_range_bundle(tmp_path / "tiny", "broken.tflite")))
    build.validate(Config(classify=bundle))
    place = NodeConfig(name="n", latitude=0.0, longitude=0.0)
    with pytest.raises(BundleError, match="the range model"):
        build.validate(Config(classify=bundle, node=place))


def test_a_reload_is_refused_for_an_impossible_source(tmp_path: Path) -> None:
    """The running daemon keeps its source, instead of restarting without one."""
    bundle = ClassifyConfig(bundle=str(TINY))
    camera = CaptureConfig(source="rtsp://camera/stream")
    build.validate(Config(classify=bundle, capture=camera))
    for wrong in (
        CaptureConfig(source="rtsp://camera:99999/stream"),
        CaptureConfig(source="rtsp://me@camera/", password_file=str(tmp_path / "absent")),
    ):
        with pytest.raises(ConfigError):
            build.validate(Config(classify=bundle, capture=wrong))
