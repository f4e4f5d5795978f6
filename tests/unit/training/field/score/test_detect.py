"""Events are those that the daemon's pipeline detects, whatever the gate is."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.capture.file_source import FileSource
from soundpost.classify import Bundle, Classifier
from soundpost.classify.model import Model
from soundpost.config import Config, DecideConfig, GateConfig
from soundpost.decide import build_rules
from soundpost.errors import CaptureError
from soundpost.health import Health
from soundpost.pipeline import build_pipeline
from soundpost_training.field.score.detect import detect_events
from soundpost_training.soundscape.detect.events import DetectedEvent, merge_states
from soundpost_training.soundscape.detect.models import BundleModel

LOW = DecideConfig(on_threshold=0.36, off_threshold=0.3, smoothing_windows=2, minimum_seconds=1.0)

BY_LEVEL = GateConfig(open_on="level", floor_seconds=2.0)
"""A gate that knows the noise floor after two seconds."""


@pytest.fixture
def bursts(tmp_path: Path) -> Path:
    """Provides a recording with loud noise at two places, and silence between them."""
    rng = np.random.default_rng(3)
    sound = rng.normal(0.0, 20.0, 30 * 16_000)
    for first in (6, 20):
        sound[first * 16_000 : (first + 4) * 16_000] *= 200.0
    path = tmp_path / "bursts.wav"
    soundfile.write(path, np.clip(sound, -32768, 32767).astype(np.int16), 16_000)
    return path


@pytest.mark.parametrize("gate", [GateConfig(), BY_LEVEL], ids=["always", "level"])
def test_the_events_are_those_of_the_pipeline(
    bursts: Path, tiny_bundle: Bundle, gate: GateConfig
) -> None:
    """The same gate, windows, network and tracker give the same events."""
    config = Config(gate=gate, decide=LOW)
    rules = build_rules(tiny_bundle.manifest.labels, LOW, 16_000)
    model = BundleModel(tiny_bundle, "tiny")
    detected = detect_events(bursts, model, config.gate, rules, [], rules)
    assert detected.seconds == pytest.approx(30.0)
    own, without_rules, again = detected.events
    assert own == again == pipeline_events(bursts, tiny_bundle, config)
    assert own
    assert not without_rules


def pipeline_events(path: Path, bundle: Bundle, config: Config) -> list[DetectedEvent]:
    """Returns the events of the daemon's pipeline on a file."""
    with FileSource(path, 16_000, pace="fast", starts_at_ns=0, health=Health()) as source:
        model = Model(bundle, Classifier(bundle))
        pipeline = build_pipeline(config, model, source, Health())
        detections = [detection for decided in pipeline.run() for detection in decided]
    return merge_states(detections, 16_000)


def test_the_gate_keeps_sound_from_the_network(bursts: Path, tiny_bundle: Bundle) -> None:
    """Otherwise the comparison above would say nothing of it."""
    rules = build_rules(tiny_bundle.manifest.labels, LOW, 16_000)
    model = BundleModel(tiny_bundle, "tiny")
    (open_events,) = detect_events(bursts, model, GateConfig(), rules).events
    (gated_events,) = detect_events(bursts, model, BY_LEVEL, rules).events
    assert open_events != gated_events


def test_a_file_that_is_no_recording_is_an_error(tmp_path: Path, tiny_bundle: Bundle) -> None:
    """With its name."""
    path = tmp_path / "notes.wav"
    path.write_text("no sound")
    rules = build_rules(tiny_bundle.manifest.labels, LOW, 16_000)
    with pytest.raises(CaptureError, match=r"notes\.wav"):
        detect_events(path, BundleModel(tiny_bundle, "tiny"), GateConfig(), rules)


def test_a_recording_that_was_cut_off_is_read_as_far_as_it_goes(
    bursts: Path, tiny_bundle: Bundle
) -> None:
    """With what is wrong with it: its hours are fewer than the header says."""
    rules = build_rules(tiny_bundle.manifest.labels, LOW, 16_000)
    model = BundleModel(tiny_bundle, "tiny")
    assert not detect_events(bursts, model, GateConfig(), rules).damage
    content = bursts.read_bytes()
    bursts.write_bytes(content[: len(content) // 3])
    detected = detect_events(bursts, model, GateConfig(), rules)
    assert detected.seconds == pytest.approx(10.0, abs=0.1)
    assert "cut short: it holds 10.0 s of 30.0 s" in detected.damage
