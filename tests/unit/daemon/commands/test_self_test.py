"""A known sound through the rooms, without a microphone and without a broker."""

import dataclasses
import hashlib
import io
import shutil
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from soundpost.audio import Pcm
from soundpost.capture import ArraySource
from soundpost.classify import Bundle, Classifier, find_bundle, load_bundle, read_golden
from soundpost.classify.model import Model
from soundpost.commands.self_test import SelfTest, find_sound
from soundpost.config import Config, DecideConfig, GateConfig
from soundpost.errors import BundleError, SelfTestError
from soundpost.events import Detection, Scores
from soundpost.health import Health
from soundpost.manifest import GOLDEN_FILE, MANIFEST_FILE, Artifact
from soundpost.messages import DetectionMessage
from soundpost.pipeline import build_pipeline

TINY = Path(__file__).resolve().parents[3] / "golden"
BUNDLES = [TINY / "tiny-int8", TINY / "tiny-float", find_bundle("esc50"), find_bundle("esc10")]
# So low that the tiny model's random scores start and end events all the time.
LIVELY = Config(decide=DecideConfig(on_threshold=0.36, off_threshold=0.33, smoothing_windows=2))


@pytest.fixture(scope="module")
def model() -> Model:
    """The tiny model of the tests."""
    bundle = load_bundle(TINY / "tiny-int8")
    return Model(bundle, Classifier(bundle))


def with_golden(folder: Path, **changed: NDArray[Any]) -> Bundle:
    """The tiny int8 bundle with other golden vectors, their hash and size as they should be."""
    shutil.copytree(TINY / "tiny-int8", folder)
    bundle = load_bundle(folder)
    file = io.BytesIO()
    np.savez(file, **(dataclasses.asdict(read_golden(bundle)) | changed))
    content = file.getvalue()
    artifact = Artifact(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    manifest = msgspec.structs.replace(bundle.manifest, golden=artifact)
    (folder / MANIFEST_FILE).write_bytes(msgspec.json.encode(manifest))
    (folder / GOLDEN_FILE).write_bytes(content)
    return load_bundle(folder)


def listened(self_test: SelfTest) -> list[DetectionMessage]:
    """Everything that is told in a trial."""
    return [message for told in self_test.steps() for message in told]


@pytest.mark.parametrize("folder", BUNDLES, ids=lambda folder: folder.name)
def test_every_bundle_recognises_a_sound_of_its_own(folder: Path) -> None:
    """Whatever it was trained on: an event of one label begins and ends, and says it is a test."""
    bundle = load_bundle(folder)
    self_test = SelfTest(Config(), Model(bundle, Classifier(bundle)))
    told = listened(self_test)
    assert {message.label for message in told} == {self_test.sound.label}
    assert told[0].state == "started"
    assert told[-1].state in {"ended", "retracted"}
    assert all(message.test for message in told)
    assert [message.seq for message in told] == list(range(1, len(told) + 1))
    assert self_test.best_score == pytest.approx(self_test.sound.score, abs=0.1)


def test_the_surest_example_is_taken_and_silence_is_none() -> None:
    """The tiny models are surer of silence than of some sounds; and full scale is no silence."""
    golden = read_golden(load_bundle(TINY / "tiny-float"))
    sound = find_sound(load_bundle(TINY / "tiny-float"))
    assert not golden.pcm[0].any()
    assert np.array_equal(sound.samples, golden.pcm[2])
    assert sound.label == "hiss"
    assert sound.needed_score < sound.score == golden.scores[2].max()


def test_a_bundle_that_holds_no_sound_cannot_be_tried(tmp_path: Path) -> None:
    """To recognise nothing in silence would prove nothing."""
    flat = np.full_like(read_golden(load_bundle(TINY / "tiny-int8")).pcm, 3)
    with pytest.raises(BundleError, match="a golden example that is a sound"):
        find_sound(with_golden(tmp_path / "flat", pcm=flat))


def test_what_is_not_recognised_is_told_with_its_score(tmp_path: Path) -> None:
    """Here the golden vectors promise that hiss is hum, as a model with swapped labels would."""
    golden = read_golden(load_bundle(TINY / "tiny-int8"))
    bundle = with_golden(tmp_path / "swapped", scores=golden.scores[:, ::-1].copy() ** 0.1)
    self_test = SelfTest(Config(), Model(bundle, Classifier(bundle)))
    with pytest.raises(
        SelfTestError, match=rf"expected {self_test.sound.label} at 0\.\d+ or more, got 0"
    ):
        listened(self_test)


@pytest.mark.parametrize("open_on", ["level", "voice", "level_or_voice", "level_and_voice"])
def test_the_gate_lets_the_sound_pass(model: Model, open_on: str) -> None:
    """Also one that opens for voices only, which the sound is not."""
    config = Config(gate=msgspec.convert({"open_on": open_on}, GateConfig))
    assert listened(SelfTest(config, model))


def test_a_label_that_nobody_listens_for_can_be_tried(model: Model) -> None:
    """What is excluded, or needs a score of 1, is a matter of taste and no defect."""
    label = find_sound(model.bundle).label
    config = Config(decide=DecideConfig(exclude=[label], on_threshold=1.0))
    assert listened(SelfTest(config, model))


def noise(seconds: float) -> Pcm:
    """Noise that is as loud as it likes, every 0.1 s anew."""
    rng = np.random.default_rng(11)
    loudness = np.repeat(rng.choice([3.0, 300.0, 9000.0], round(seconds * 10)), 1_600)
    return np.asarray(np.clip(loudness * rng.normal(size=len(loudness)), -32768, 32767), np.int16)


def test_a_live_pipeline_notices_nothing_of_a_trial_between_its_chunks(model: Model) -> None:
    """The same detections, to the last score, as without it; and the trial succeeds."""
    source = ArraySource(noise(6.0), model.sample_rate_hz)
    alone = list(build_pipeline(LIVELY, model, source, Health()).run())
    assert sum(map(len, alone)) > 4

    health = Health()
    steps = SelfTest(LIVELY, model).steps()
    beside: list[list[Detection]] = []
    told: list[DetectionMessage] = []
    for detections in build_pipeline(LIVELY, model, source, health).run():
        beside.append(detections)
        told += next(steps, [])
    told += [message for messages in steps for message in messages]
    assert [_without_time(step) for step in beside] == [_without_time(step) for step in alone]
    assert health.detections == sum(map(len, alone))
    assert told


def _without_time(detections: list[Detection]) -> list[Detection]:
    return [
        dataclasses.replace(detection, onset_utc_ns=0, offset_utc_ns=None)
        for detection in detections
    ]


def test_a_step_takes_no_longer_than_a_chunk_of_sound_does(model: Model) -> None:
    """At most one window is classified in it, so that nobody waits who hears meanwhile."""
    scored: list[Scores] = []
    self_test = SelfTest(Config(), model)
    weigh, windows = self_test.on_scores, []

    def counting(scores: Scores) -> None:
        scored.append(scores)
        weigh(scores)

    self_test.on_scores = counting  # type: ignore[method-assign]  # counted from outside
    for _ in self_test.steps():
        windows.append(len(scored))
        scored.clear()
    assert sum(windows) > 2
    assert max(windows) == 1
