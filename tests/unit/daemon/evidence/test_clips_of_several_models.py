"""Clips of the events of several models: at the rate of capture, whatever model detected."""

from datetime import datetime
from pathlib import Path

import numpy as np
import soundfile
from tiny_models import tiny_model

from soundpost.app import build_evidence, build_message_builder
from soundpost.audio import Pcm
from soundpost.capture import FileSource
from soundpost.config import CaptureConfig, Config, DecideConfig, EvidenceConfig, ModelConfig
from soundpost.events import Detection, Scores, State, Window
from soundpost.evidence.privacy import Privacy
from soundpost.health import Health
from soundpost.messages.payload import DetectionMessage
from soundpost.pipeline import build_pipeline

RATE_HZ = 48_000
DECIDE = DecideConfig(on_threshold=0.36, off_threshold=0.33, smoothing_windows=2)


def write_sound(path: Path) -> Pcm:
    """Writes noise that comes and goes, at the rate of capture; returns its samples."""
    rng = np.random.default_rng(5)
    steps = np.repeat(rng.choice([3.0, 3_000.0, 12_000.0], 40), RATE_HZ // 3)
    samples = np.clip(steps * rng.normal(0.0, 0.5, len(steps)), -32_768, 32_767).astype(np.int16)
    soundfile.write(path, samples, RATE_HZ, "PCM_16")
    return samples


def run(folder: Path, path: Path) -> list[tuple[Detection, DetectionMessage]]:
    """Runs two models on a file with evidence; returns the states of events with their messages."""
    models = [tiny_model(16_000), tiny_model(22_050, ("owl", "crow", "bell"))]
    config = Config(
        capture=CaptureConfig(rate_hz=RATE_HZ),
        evidence=EvidenceConfig(folder=str(folder), clip_seconds=4.0),
        models=[ModelConfig(decide=DECIDE) for _ in models],
    )
    manifests, health = [model.bundle.manifest for model in models], Health()
    evidence = build_evidence(config, manifests, health)
    builder = build_message_builder(config, manifests, lambda: "synced")
    source = FileSource(path, RATE_HZ, pace="fast", starts_at_ns=0, health=health)
    found = []
    with source:
        for detections in build_pipeline(config, models, source, health, [evidence]).run():
            found += [(d, evidence.attach_clip(d, builder.detection(d))) for d in detections]
    assert health.clips_lost == 0
    return found


def test_a_clip_has_the_captured_samples_around_the_event(tmp_path: Path) -> None:
    """To the sample, for events of both models, neither of which takes the rate of capture."""
    samples = write_sound(tmp_path / "sound.wav")
    found = run(tmp_path / "clips", tmp_path / "sound.wav")
    models = set()
    for detection, message in found:
        if detection.state is not State.ENDED:
            continue
        assert message.clip is not None
        clip, rate_hz = soundfile.read(tmp_path / "clips" / message.clip, dtype="int16")
        assert rate_hz == RATE_HZ
        start = max(0, detection.onset_sample - RATE_HZ)
        assert (clip == samples[start : start + len(clip)]).all()
        assert detection.offset_sample is not None
        lasts_to = min(detection.offset_sample, start + 4 * RATE_HZ)
        assert start + len(clip) >= min(lasts_to, detection.decided_sample)
        onset = datetime.fromisoformat(message.onset).timestamp()
        assert abs(onset - detection.onset_sample / RATE_HZ) < 0.001
        assert (tmp_path / "clips" / message.clip).with_suffix(".png").stat().st_size > 100
        models.add(detection.model)
    assert models == {0, 1}


def test_speech_is_recorded_by_the_labels_of_each_model() -> None:
    """The second label of one model is speech, the first of the other is."""
    privacy = Privacy("mute-speech", [{1: 0.5}, {0: 0.5}], 16_000)
    silence = np.zeros(160_000, np.int16)

    def silenced(model: int, *values: float) -> list[tuple[int, int]]:
        window = Window(0, 80_000, np.empty((0, 64), np.float32), -20.0, 0)
        privacy.on_scores(Scores(window, np.array(values, np.float32), model))
        kept = privacy.filter(silence, silence, 0, 160_000)
        assert kept is not None
        return kept[1]

    assert silenced(0, 0.9, 0.1) == []
    assert silenced(1, 0.1, 0.9) == []
    ((start, end),) = silenced(1, 0.9, 0.1)
    assert start == 0
    assert 80_000 <= end < 100_000
