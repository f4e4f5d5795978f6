"""The self-test: a known sound through all stages, without a microphone or a broker."""

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
from tiny_models import write_tiny_bundle

from soundpost.audio import Pcm
from soundpost.capture import ArraySource
from soundpost.classify import Bundle, Classifier, find_bundle, load_bundle, read_golden
from soundpost.classify.model import Model, load_model, load_models
from soundpost.classify.range import WEEKS, LabelRange, RangeFilter, week_at
from soundpost.commands.self_test import SelfTest, SelfTests, find_sound
from soundpost.config import (
    CaptureConfig,
    ClassifyConfig,
    Config,
    DecideConfig,
    GateConfig,
    ModelConfig,
    Place,
)
from soundpost.errors import BundleError, SelfTestError
from soundpost.events import Detection, Scores
from soundpost.health import Health
from soundpost.manifest import GOLDEN_FILE, MANIFEST_FILE, Artifact
from soundpost.messages import DetectionMessage
from soundpost.pipeline import build_pipeline

TINY = Path(__file__).resolve().parents[3] / "golden"
BUNDLES = [
    *(TINY / name for name in ("tiny-int8", "tiny-float", "tiny-two-outputs", "tiny-variable")),
    *(find_bundle("everyday"), find_bundle("esc10")),
]
# So low that the tiny model's random scores start and end events all the time.
LIVELY = Config(decide=DecideConfig(on_threshold=0.36, off_threshold=0.33, smoothing_windows=2))


@pytest.fixture(scope="module")
def model() -> Model:
    """The tiny model of the tests."""
    bundle = load_bundle(TINY / "tiny-int8")
    return Model(bundle, Classifier(bundle))


def with_golden(folder: Path, **changed: NDArray[Any]) -> Bundle:
    """Returns the tiny int8 bundle with other golden vectors, their hash and size corrected."""
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


def published(self_test: SelfTest) -> list[DetectionMessage]:
    """Runs a self-test; returns all messages of it."""
    return [message for messages in self_test.steps() for message in messages]


@pytest.mark.parametrize("folder", BUNDLES, ids=lambda folder: folder.name)
def test_every_bundle_recognises_a_sound_of_its_own(folder: Path) -> None:
    """An event of one label starts and ends, and every message of it is marked as a test."""
    bundle = load_bundle(folder)
    self_test = SelfTest(Config(), Model(bundle, Classifier(bundle)))
    messages = published(self_test)
    assert {message.label for message in messages} == {self_test.sound.label}
    assert messages[0].state == "started"
    assert messages[-1].state in {"ended", "retracted"}
    assert all(message.test for message in messages)
    assert [message.seq for message in messages] == list(range(1, len(messages) + 1))
    assert self_test.best_score == pytest.approx(self_test.sound.score, abs=0.1)


def test_the_example_with_the_highest_score_is_used_but_never_silence() -> None:
    """The tiny models score silence higher than some sounds; full scale is not silence."""
    golden = read_golden(load_bundle(TINY / "tiny-float"))
    sound = find_sound(load_bundle(TINY / "tiny-float"))
    assert not golden.pcm[0].any()
    assert np.array_equal(sound.samples, golden.pcm[2])
    assert sound.label == "hiss"
    assert sound.needed_score < sound.score == golden.scores[2].max()


def test_a_bundle_without_an_audible_golden_example_is_refused(tmp_path: Path) -> None:
    """A self-test on silence would prove nothing."""
    flat = np.full_like(read_golden(load_bundle(TINY / "tiny-int8")).pcm, 3)
    with pytest.raises(BundleError, match="a golden example that is a sound"):
        find_sound(with_golden(tmp_path / "flat", pcm=flat))


def test_a_sound_that_is_not_recognised_is_reported_with_its_score(tmp_path: Path) -> None:
    """The golden scores are reversed here, as by a model with swapped labels."""
    golden = read_golden(load_bundle(TINY / "tiny-int8"))
    bundle = with_golden(tmp_path / "swapped", scores=golden.scores[:, ::-1].copy() ** 0.1)
    self_test = SelfTest(Config(), Model(bundle, Classifier(bundle)))
    with pytest.raises(
        SelfTestError, match=rf"expected {self_test.sound.label} at 0\.\d+ or more, got 0"
    ):
        published(self_test)


@pytest.mark.parametrize("open_on", ["level", "voice", "level_or_voice", "level_and_voice"])
def test_the_gate_lets_the_sound_pass(model: Model, open_on: str) -> None:
    """A gate that opens for voices only passes the sound, too."""
    config = Config(gate=msgspec.convert({"open_on": open_on}, GateConfig))
    assert published(SelfTest(config, model))


def test_an_excluded_label_can_be_tested(model: Model) -> None:
    """An excluded label, or an on-threshold of 1, is a setting and not a defect."""
    label = find_sound(model.bundle).label
    config = Config(decide=DecideConfig(exclude=[label], on_threshold=1.0))
    assert published(SelfTest(config, model))


def noise(seconds: float) -> Pcm:
    """Returns noise with a random amplitude for each 0.1 s."""
    rng = np.random.default_rng(11)
    amplitude = np.repeat(rng.choice([3.0, 300.0, 9000.0], round(seconds * 10)), 1_600)
    return np.asarray(np.clip(amplitude * rng.normal(size=len(amplitude)), -32768, 32767), np.int16)


def test_a_self_test_between_its_chunks_does_not_change_a_running_pipeline(model: Model) -> None:
    """Its detections are the same, to the last score; and the self-test succeeds."""
    source = ArraySource(noise(6.0), model.sample_rate_hz)
    alone = list(build_pipeline(LIVELY, model, source, Health()).run())
    assert sum(map(len, alone)) > 4

    health = Health()
    steps = SelfTest(LIVELY, model).steps()
    interleaved: list[list[Detection]] = []
    messages: list[DetectionMessage] = []
    for detections in build_pipeline(LIVELY, model, source, health).run():
        interleaved.append(detections)
        messages += next(steps, [])
    messages += [message for step in steps for message in step]
    assert [_without_time(step) for step in interleaved] == [_without_time(step) for step in alone]
    assert health.detections == sum(map(len, alone))
    assert messages


def _without_time(detections: list[Detection]) -> list[Detection]:
    return [
        msgspec.structs.replace(detection, onset_utc_ns=0, offset_utc_ns=None)
        for detection in detections
    ]


def test_a_step_classifies_at_most_one_window(model: Model) -> None:
    """Captured sound waits for one step at most."""
    scored: list[Scores] = []
    self_test = SelfTest(Config(), model)
    on_scores, windows = self_test.on_scores, []

    def counting(scores: Scores) -> None:
        scored.append(scores)
        on_scores(scores)

    self_test.on_scores = counting  # type: ignore[method-assign]  # counted from outside
    for _ in self_test.steps():
        windows.append(len(scored))
        scored.clear()
    assert sum(windows) > 2
    assert max(windows) == 1


def test_a_label_that_does_not_occur_here_is_recognised_all_the_same(model: Model) -> None:
    """A self-test is for the way of a sound through the stages, whatever the season."""
    scores = np.zeros((WEEKS, 3), np.float32)
    nowhere = LabelRange(Place(0.0, 0.0), 0.5, ("hiss", "hum", "hush"), scores)
    filtered = dataclasses.replace(model, range_filter=RangeFilter(nowhere, week_at))
    messages = published(SelfTest(Config(), filtered))
    assert [message.state for message in messages][:1] == ["started"]


@pytest.mark.parametrize("capture_rate_hz", [None, 48_000, 384_000])
def test_each_model_is_tested_through_the_rate_of_capture(
    tmp_path: Path, capture_rate_hz: int | None
) -> None:
    """Its sound is resampled twice, as that of a microphone is once."""
    bundles = [write_tiny_bundle(tmp_path / f"at-{rate}", rate) for rate in (16_000, 22_050)]
    models = load_models([ClassifyConfig(bundle=str(bundle)) for bundle in bundles])
    config = Config(
        capture=CaptureConfig(rate_hz=capture_rate_hz), models=[ModelConfig(), ModelConfig()]
    )
    tests = SelfTests(config, models)
    messages = [message for step in tests.steps() for message in step]
    assert {message.model.id for message in messages} == {"at-16000", "at-22050"}
    for test in tests.tests:
        assert test.best_score >= test.sound.needed_score


def test_a_rate_of_capture_below_the_model_s_is_named_where_it_hides_the_sound() -> None:
    """The rain that the bundle knows has most of its power above 4 kHz."""
    config = Config(capture=CaptureConfig(rate_hz=8_000))
    tests = SelfTests(config, [load_model(ClassifyConfig(bundle="esc50"))])
    with pytest.raises(SelfTestError, match="expected rain") as caught:
        list(tests.steps())
    assert "capture.rate_hz" in caught.value.hint
