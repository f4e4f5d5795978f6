"""Parts of the daemon that are built for several models."""

from pathlib import Path

import msgspec
import pytest
from tiny_models import tiny_model

from soundpost.app.parts import build_evidence, build_message_builder
from soundpost.config import (
    CaptureConfig,
    Config,
    DecideConfig,
    EvidenceConfig,
    ModelConfig,
)
from soundpost.errors import ConfigError
from soundpost.events import Detection, State
from soundpost.evidence import NoEvidence
from soundpost.health import Health
from soundpost.manifest import Manifest

MODELS = [
    ModelConfig(decide=DecideConfig(groups={"animals": ["dog"]})),
    ModelConfig(decide=DecideConfig(groups={"animals": ["owl"]})),
]


@pytest.fixture
def manifests() -> list[Manifest]:
    """Provides the manifests of two models that both have a label `dog`."""
    return [
        tiny_model(16_000, ("dog", "hiss", "hum")).bundle.manifest,
        tiny_model(22_050, ("owl", "dog", "bell")).bundle.manifest,
    ]


def test_each_message_names_the_model_that_detected(manifests: list[Manifest]) -> None:
    """Health names the first as `model`, and all of them as `models`."""
    builder = build_message_builder(Config(models=MODELS), manifests, lambda: "synced")
    detection = Detection(
        event=3,
        state=State.STARTED,
        label="dog",
        score=0.5,
        threshold=0.4,
        onset_sample=0,
        offset_sample=None,
        decided_sample=1_000,
        onset_utc_ns=0,
        offset_utc_ns=None,
        level_dbfs=-20.0,
        model=1,
    )
    assert builder.detection(detection).model.id == "tiny-22050"
    health = builder.health(Health(samples=44_100), 0)
    assert health.heard_seconds == 2.0
    assert health.model.id == "tiny-16000"
    assert [model.id for model in health.models or ()] == ["tiny-16000", "tiny-22050"]
    alone = build_message_builder(Config(), manifests[:1], lambda: "synced")
    assert alone.health(Health(), 0).models is msgspec.UNSET


def test_clips_have_the_rate_of_capture(manifests: list[Manifest], tmp_path: Path) -> None:
    """At the higher rate of the two models voices cannot be found; at another one they can."""
    evidence = EvidenceConfig(folder=str(tmp_path), privacy="mute-speech")
    config = Config(models=MODELS, evidence=evidence)
    with pytest.raises(ConfigError, match="sound is captured at 22050 Hz"):
        build_evidence(config, manifests, Health())
    at_48_khz = msgspec.structs.replace(config, capture=CaptureConfig(rate_hz=48_000))
    assert not isinstance(build_evidence(at_48_khz, manifests, Health()), NoEvidence)
