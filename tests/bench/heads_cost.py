"""Measures the processor time of heads and background in the pipeline, interleaved.

python tests/bench/heads_cost.py RECORDING [ROUNDS]
"""

import sys
import tempfile
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np
import soundfile

from soundpost.app import build_evidence
from soundpost.audio import Pcm
from soundpost.audio.resample import resample_whole
from soundpost.capture import ArraySource
from soundpost.classify import Classifier
from soundpost.classify.model import Model, load_model
from soundpost.config import ClassifyConfig, Config
from soundpost.events import Scores
from soundpost.heads.background.minute import MINUTE_NS, file_name
from soundpost.heads.background.recorder import BackgroundRecorder
from soundpost.heads.headed_classifier import HeadedClassifier
from soundpost.heads.weights import HeadWeights
from soundpost.health import Health
from soundpost.observer import Observer
from soundpost.pipeline import build_pipeline

SECONDS = 10
FILES = 40
"""That are written, of which the quickest counts."""
DEFAULT_BUNDLE = ClassifyConfig().bundle


def heads(size: int, count: int) -> list[HeadWeights | None]:
    """Returns heads of small random weights, whose scores stay below the threshold."""
    rng = np.random.default_rng(0)
    return [
        HeadWeights(
            (0.01 * rng.normal(size=size)).astype(np.float32),
            np.array([-6.0], np.float32),
            np.zeros(size, np.float32),
            np.ones(size, np.float32),
        )
        for _ in range(count)
    ]


def with_heads(count: int, bundle: str = DEFAULT_BUNDLE) -> Model:
    """Returns a model with so many heads."""
    model = load_model(ClassifyConfig(bundle=bundle))
    assert isinstance(model.classifier, Classifier)
    labels = list(model.bundle.manifest.labels)
    taught = [
        msgspec.structs.replace(labels[0], name=f"taught_{number}") for number in range(count)
    ]
    manifest = model.bundle.manifest
    tensor = msgspec.structs.replace(manifest.output.tensor, shape=[1, len(labels) + count])
    output = msgspec.structs.replace(manifest.output, tensor=tensor)
    extended = msgspec.structs.replace(manifest, labels=labels + taught, output=output)
    weights = heads(model.classifier.embedding_size, count)
    return replace(model, classifier=HeadedClassifier(model.classifier, weights), extended=extended)


def with_embeddings(bundle: str = DEFAULT_BUNDLE) -> Model:
    """Returns a model that gives embeddings, if it has any."""
    model = load_model(ClassifyConfig(bundle=bundle))
    assert isinstance(model.classifier, Classifier)
    model.classifier.embeds = True
    return model


def embedding_size(model: Model) -> int:
    """Returns the values of an embedding of a model without heads; 0 if it has none."""
    assert isinstance(model.classifier, Classifier)
    return model.classifier.embedding_size


def background(model: Model, folder: Path) -> BackgroundRecorder:
    """Returns a recorder of background in a folder with that of an hour."""
    for minute in range(60):
        (folder / file_name(model.bundle.manifest.id, minute * MINUTE_NS)).touch()
    return BackgroundRecorder(folder, 0, model.bundle.manifest, 1.0, Health())


def scores_of_a_minute(model: Model, pcm: Pcm) -> list[Scores]:
    """Returns the scores of the windows of a minute of sound, which is repeated."""
    model_input = model.bundle.manifest.input
    count = round(60 * model.sample_rate_hz / model_input.stride_samples)
    sound = np.tile(pcm, 1 + 62 * model.sample_rate_hz // len(pcm))
    chunks = ArraySource(sound, model.sample_rate_hz).chunks()
    windower = model_input.windower()
    windows = (window for chunk in chunks for window in windower.window(chunk))
    return [model.classifier.classify(window) for window in islice(windows, count)]


def full_background(model: Model, folder: Path, scores: list[Scores]) -> BackgroundRecorder:
    """Returns a recorder with the windows of a minute that it has not written yet."""
    recorder = background(model, folder)
    start_ns = 60 * MINUTE_NS
    stride_ns = MINUTE_NS // len(scores)
    for number, each in enumerate(scores):
        window = replace(each.window, utc_ns=start_ns + number * stride_ns)
        recorder.on_scores(msgspec.structs.replace(each, window=window))
    return recorder


def flush_seconds(recorder: BackgroundRecorder) -> float:
    """Returns the processor time of writing the file of a minute."""
    started = time.process_time()
    recorder.flush()
    return time.process_time() - started


def run_seconds(model: Model, observers: list[Observer], pcm: Pcm) -> float:
    """Returns the processor time of a pipeline, chunk by chunk as a microphone brings them."""
    config, rate_hz = Config(), model.sample_rate_hz
    evidence = build_evidence(config, [model.manifest], Health())
    source = ArraySource(pcm, rate_hz)
    pipeline = build_pipeline(config, model, source, Health(), [evidence, *observers])
    started = time.process_time()
    for _ in pipeline.run():
        pass
    return time.process_time() - started


def main(recording: Path, rounds: int, folder: Path) -> None:
    """Prints the least time of each variant in any round, and its share over the model alone.

    Rounds are short and the variants take turns, so that the least times are of quiet moments.
    """
    sound, rate_hz = soundfile.read(recording, dtype="int16", always_2d=True)
    pcm = resample_whole(np.ascontiguousarray(sound[: SECONDS * rate_hz, 0]), rate_hz, 16_000)
    plain, embedding = load_model(ClassifyConfig()), with_embeddings()
    one, ten = with_heads(1), with_heads(10)
    variants: dict[str, tuple[Model, list[Observer]]] = {
        "model alone": (plain, []),
        "with background": (embedding, [background(embedding, folder)]),
        "with 1 head": (one, []),
        "with 10 heads": (ten, []),
        "with 1 head and background": (one, [background(one, folder)]),
    }
    least: dict[str, float] = {}
    for _ in range(rounds):
        for name, (model, observers) in variants.items():
            least[name] = min(least.get(name, 1e9), run_seconds(model, observers, pcm))
            for observer in observers:
                if isinstance(observer, BackgroundRecorder):
                    observer.flush()  # outside of what is measured, see below
    for name, seconds in least.items():
        share = 100.0 * seconds / least["model alone"] - 100.0
        per_second = 1_000.0 * seconds * 16_000 / len(pcm)
        print(f"{name:27} {per_second:.3f} ms a second of sound, {share:+.1f} %")
    of_minute = scores_of_a_minute(embedding, pcm)
    flushes = [flush_seconds(full_background(embedding, folder, of_minute)) for _ in range(FILES)]
    per_second = 1_000.0 * min(flushes) / 60.0
    share = 100.0 * min(flushes) / 60.0 * len(pcm) / 16_000 / least["model alone"]
    print(f"{'file of background':27} {per_second:.3f} ms a second of sound, {share:+.1f} %")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 60, Path(temporary))
