"""Models from other projects, from samples to events: YAMNet, mn04, two outputs, ONNX."""

import importlib.util
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from foreign_bundle import (
    BareModel,
    ForeignModel,
    tiny_model,
    write_bundle,
    yamnet,
)

from soundpost.audio import Chunk, Pcm, samples_to_ns
from soundpost.capture import ArraySource
from soundpost.classify import Classifier
from soundpost.classify.model import Model
from soundpost.cli import main
from soundpost.config import Config, DecideConfig
from soundpost.events import Detection, Scores
from soundpost.health import Health
from soundpost.observer import Observer
from soundpost.pipeline import build_pipeline

WINDOWS = 100
TOLERANCE = 1e-6
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("onnxruntime") is None and not os.environ.get("CI"),
    reason="onnxruntime is an extra: pip install 'soundpost[onnx]'",
)


def mn04(shared_data: Path) -> ForeignModel:
    """Returns a network of AudioSet in ONNX that leaves all sizes open, with an embedding."""
    return ForeignModel(
        content=(shared_data / "mn04" / "mn04_as.onnx").read_bytes(),
        runtime="onnx",
        sample_rate_hz=32_000,
        window_samples=32_000,
        labels=tuple(f"class_{index}" for index in range(527)),
        activation="sigmoid",
        stride_samples=16_000,
        embedding=1,
    )


@pytest.fixture(params=["yamnet", "mn04", "tiny-two-outputs", "tiny-variable", "tiny-onnx"])
def foreign(request: pytest.FixtureRequest, shared_data: Path) -> ForeignModel:
    """Provides each of the models."""
    if request.param == "yamnet":
        return yamnet(shared_data)
    if request.param == "mn04":
        return mn04(shared_data)
    return tiny_model(request.param)


class ScoreList(Observer):
    """Keeps the scores of all windows."""

    def __init__(self) -> None:
        self.scores: list[Scores] = []

    def on_scores(self, scores: Scores) -> None:
        """Keeps the scores of one more window."""
        self.scores.append(scores)


class ChunkedSource(ArraySource):
    """A source of chunks of one size."""

    def __init__(self, samples: Pcm, rate_hz: int, size: int) -> None:
        super().__init__(samples, rate_hz)
        self._chunk_samples = size

    def chunks(self) -> Iterator[Chunk]:
        """Yields all samples once; their time starts with 1970."""
        for at in range(0, len(self._samples), self._chunk_samples):
            samples = self._samples[at : at + self._chunk_samples]
            yield Chunk(at, samples, samples_to_ns(at, self._rate_hz))


def sound(model: ForeignModel, windows: int) -> Pcm:
    """Returns tones and noise of many levels, as long as a number of windows."""
    rng = np.random.default_rng(7)
    count = (windows - 1) * model.stride_samples + model.window_samples
    seconds = np.arange(count) / model.sample_rate_hz
    levels = np.repeat(10.0 ** rng.uniform(-2.0, 0.0, 40), -(-count // 40))[:count]
    pitches = np.repeat(rng.uniform(100.0, 3_500.0, 40), -(-count // 40))[:count]
    tones = np.sin(2.0 * np.pi * pitches * seconds)
    mixture = levels * 20_000.0 * (0.7 * tones + 0.2 * rng.normal(0.0, 1.0, count))
    return np.asarray(np.clip(np.rint(mixture), -32_768, 32_767), np.int16)


def run(
    model: Model, samples: Pcm, size: int, config: Config, observers: list[Observer]
) -> list[Detection]:
    """Returns the detections of samples in chunks of one size."""
    source = ChunkedSource(samples, model.sample_rate_hz, size)
    pipeline = build_pipeline(config, model, source, Health(), observers)
    return [detection for detections in pipeline.run() for detection in detections]


def test_scores_in_the_daemon_are_those_of_the_bare_runtime(
    foreign: ForeignModel, tmp_path: Path
) -> None:
    """100 windows through all stages differ by at most 1e-6 from those of the runtime alone."""
    bundle = write_bundle(tmp_path / "foreign", foreign)
    samples, kept, bare = sound(foreign, WINDOWS), ScoreList(), BareModel(foreign)
    run(Model(bundle, Classifier(bundle)), samples, 1_000, Config(), [kept])
    assert len(kept.scores) == WINDOWS
    for number, scores in enumerate(kept.scores):
        start = number * foreign.stride_samples
        assert scores.window.start_sample == start
        expected = bare.scores(samples[start : start + foreign.window_samples])
        assert np.abs(scores.values - expected).max() <= TOLERANCE
    assert np.ptp([scores.values.max() for scores in kept.scores]) > 0.1  # not one score for all


def test_the_size_of_chunks_changes_no_event(shared_data: Path, tmp_path: Path) -> None:
    """The same samples give the same events with YAMNet, however they arrive."""
    bundle = write_bundle(tmp_path / "yamnet", replace(yamnet(shared_data), on_threshold=0.3))
    model, samples = Model(bundle, Classifier(bundle)), sound(yamnet(shared_data), 30)
    whole, *others = [run(model, samples, size, Config(), []) for size in (800, 1, 15_601)]
    assert len({detection.label for detection in whole}) > 3
    assert all(detections == whole for detections in others)


def test_sounds_without_a_label_are_detected_without_log_mel(tmp_path: Path) -> None:
    """`unknown` and `any` depend on the level and the scores alone."""
    bundle = write_bundle(
        tmp_path / "tiny", replace(tiny_model("tiny-two-outputs"), on_threshold=0.9)
    )
    decide = DecideConfig(unknown=True, any=True, floor_seconds=1.0, over_floor_db=6.0)
    quiet = np.random.default_rng(1).integers(-30, 30, 48_000).astype(np.int16)
    samples = np.concatenate((quiet, sound(tiny_model("tiny-two-outputs"), 40), quiet))
    model = Model(bundle, Classifier(bundle))
    detections = run(model, samples, 800, Config(decide=decide), [])
    assert {"any", "unknown"} <= {detection.label for detection in detections}


def test_the_commands_work_with_such_a_bundle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`bundles`, `labels` and `listen` as with the included ones."""
    import soundfile  # noqa: PLC0415 - writes the recording of this test only

    model = replace(tiny_model("tiny-onnx"), on_threshold=0.55)
    write_bundle(tmp_path / "models" / "tiny", model)
    monkeypatch.setenv("SOUNDPOST_MODELS", str(tmp_path / "models"))
    assert main(["bundles", "--json"]) == 0
    (row,) = [row for row in json.loads(capsys.readouterr().out) if row["name"] == "tiny"]
    assert (row["labels"], row["sample_rate_hz"]) == (3, 16_000)
    assert main(["labels", "--bundle", "tiny", "--json"]) == 0
    assert [row["label"] for row in json.loads(capsys.readouterr().out)] == ["hiss", "hum", "hush"]
    recording = tmp_path / "sound.wav"
    soundfile.write(recording, sound(model, 60), 16_000)
    assert main(["listen", "--bundle", "tiny", str(recording)]) == 0
    messages = [msgspec.json.decode(line) for line in capsys.readouterr().out.splitlines()]
    assert {message["model"]["id"] for message in messages} == {"tiny"}
    assert {"started", "ended"} <= {message["state"] for message in messages}
