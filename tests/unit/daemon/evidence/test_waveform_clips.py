"""Clips of models that take waveforms: their pictures are drawn from the samples."""

import random
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from soundpost.audio import Chunk, samples_to_ns
from soundpost.config import EvidenceConfig
from soundpost.events import Detection, Scores, State, WaveformWindow
from soundpost.evidence import Evidence, RecordedModel, build_recorder
from soundpost.evidence.encode.spectrogram import draw
from soundpost.features import FeatureSpec, LogMel
from soundpost.health import Health
from soundpost.manifest import WaveformInput, read_manifest
from soundpost.messages import MessageBuilder, ModelIdentity, NodeName, Origin

TINY = Path(__file__).resolve().parents[3] / "golden" / "tiny-two-outputs"
WINDOW_SECONDS, STRIDE_SECONDS = 3, 1
SECONDS = 12


def build(folder: Path, rate_hz: int) -> Evidence:
    """Returns a recorder for a model of three seconds at a rate."""
    manifest = read_manifest(TINY)
    assert isinstance(manifest.input, WaveformInput)
    tensor = msgspec.structs.replace(manifest.input.tensor, shape=[1, WINDOW_SECONDS * rate_hz, 1])
    model_input = WaveformInput(
        sample_rate_hz=rate_hz,
        window_samples=WINDOW_SECONDS * rate_hz,
        stride_samples=STRIDE_SECONDS * rate_hz,
        tensor=tensor,
    )
    changed = msgspec.structs.replace(manifest, input=model_input)
    config = EvidenceConfig(folder=str(folder), pre_roll_seconds=0.5, post_roll_seconds=0.5)
    return build_recorder(config, [RecordedModel(changed, 1)], rate_hz, Health())


@pytest.mark.parametrize("rate_hz", [16_000, 48_000, 256_000])
def test_the_picture_is_that_of_the_stored_sound(folder: Path, rate_hz: int) -> None:
    """The front end of its rate shows it, at 256 kHz up to 120 kHz."""
    noise = np.random.default_rng(3).integers(-3_000, 3_000, SECONDS * rate_hz).astype(np.int16)
    recorder = build(folder, rate_hz)
    for second in range(SECONDS):
        samples = noise[second * rate_hz : (second + 1) * rate_hz]
        recorder.on_chunk(Chunk(second * rate_hz, samples, samples_to_ns(second, 1)))
        start = (second + 1 - WINDOW_SECONDS) * rate_hz
        if start >= 0:
            end = start + WINDOW_SECONDS * rate_hz
            window = WaveformWindow(start, end, noise[start:end], -20.0, 0)
            recorder.on_scores(Scores(window, np.zeros(3, np.float32)))
    name = publish(recorder, rate_hz, onset_seconds=2, offset_seconds=4)
    clip, stored_rate_hz = soundfile.read(folder / name, dtype="int16")
    assert stored_rate_hz == rate_hz
    assert np.array_equal(clip, noise[round(1.5 * rate_hz) : round(4.5 * rate_hz)])
    spec, event = FeatureSpec.at_rate(rate_hz), (rate_hz // 2, rate_hz * 5 // 2)
    expected = draw(LogMel(spec).compute(clip), len(clip), spec, event, [])
    assert (folder / name).with_suffix(".png").read_bytes() == expected


def publish(recorder: Evidence, rate_hz: int, onset_seconds: int, offset_seconds: int) -> str:
    """Has the clip of an event attached to its messages; returns its name."""
    builder = MessageBuilder(
        Origin(
            NodeName("north-gate"), [ModelIdentity(id="tiny", version="1.0.0", sha256="5e" * 32)]
        ),
        sample_rate_hz=rate_hz,
        clock=lambda: "synced",
        rng=random.Random(7),  # noqa: S311 - the same ids in every run
    )
    started = Detection(
        event=0,
        state=State.STARTED,
        label="hum",
        score=0.9,
        threshold=0.5,
        onset_sample=onset_seconds * rate_hz,
        offset_sample=None,
        decided_sample=4 * rate_hz,
        onset_utc_ns=samples_to_ns(onset_seconds, 1),
        offset_utc_ns=None,
        level_dbfs=-20.0,
    )
    confirmed = msgspec.structs.replace(started, state=State.CONFIRMED, decided_sample=5 * rate_hz)
    ended = msgspec.structs.replace(
        confirmed,
        state=State.ENDED,
        offset_sample=offset_seconds * rate_hz,
        offset_utc_ns=samples_to_ns(offset_seconds, 1),
        decided_sample=7 * rate_hz,
    )
    for detection in (started, confirmed, ended):
        message = recorder.attach_clip(detection, builder.detection(detection))
    assert message.clip is not None
    return message.clip
