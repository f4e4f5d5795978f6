"""Parts of the daemon that are built for several models."""

import os
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from tiny_models import tiny_model

from soundpost.app.parts import build_evidence, build_joined_source, build_message_builder
from soundpost.capture import JoinedSource
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


@pytest.mark.parametrize(("pace", "is_joined"), [("fast", True), ("real", False)])
def test_a_file_read_as_fast_as_possible_comes_in_long_chunks(
    tmp_path: Path, pace: Literal["fast", "real"], *, is_joined: bool
) -> None:
    """At the pace of a microphone it comes as it would from one."""
    path = tmp_path / "sound.wav"
    path.write_bytes(b"")
    config = Config(capture=CaptureConfig(source=f"wav:{path}", pace=pace))
    source = build_joined_source(config, 16_000, Health())
    assert isinstance(source, JoinedSource) == is_joined


def test_a_pipe_keeps_its_chunks(tmp_path: Path) -> None:
    """Its sound may come as slowly as it is recorded."""
    os.mkfifo(tmp_path / "pipe")
    config = Config(capture=CaptureConfig(source=f"wav:{tmp_path / 'pipe'}", pace="fast"))
    assert not isinstance(build_joined_source(config, 16_000, Health()), JoinedSource)
