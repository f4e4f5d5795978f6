"""The stages of the daemon as pieces of work that can be timed, or counted in instructions.

PYTHONPATH=tests/support python tests/bench/stages.py [BUNDLE]

prints the time of each on this machine; `instructions.py` counts them on an emulated processor.
"""

import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# The number of threads is set before numpy is imported.
import numpy as np
from heads_cost import (
    background,
    embedding_size,
    full_background,
    scores_of_a_minute,
    with_embeddings,
    with_heads,
)
from recording import write_quiet
from wide_bundle import wide_manifest

from soundpost.app.build import build
from soundpost.audio.channels import ChannelMixer
from soundpost.capture import ArraySource
from soundpost.capture.live.timeline import Buffer, Timeline
from soundpost.classify.interpreter import Interpreter
from soundpost.classify.model import Model, load_model
from soundpost.cli.bench import brown_noise
from soundpost.config import CaptureConfig, ClassifyConfig, Config, DecideConfig, LiveConfig
from soundpost.decide import Mutes, build_tracker
from soundpost.events import AnyWindow, Scores, Window
from soundpost.health import Health
from soundpost.observer import Observer
from soundpost.pipeline import build_pipeline

RATE_HZ, BUFFERS_PER_SECOND = 16_000, 20
SETTLED_SECONDS, SECONDS = 3, 12
"""Of sound for each stage: before what is measured, which has the first window, then fifty windows
of the default bundle."""
QUIET_CHUNKS, FILE_CHUNKS_PER_SECOND = 15, 10
"""Chunks of a file, all before the first window is complete, which takes 1.9 s."""
DECISIONS = 50
LABELS = (50, 521)
YAMNET_SAMPLES = 15_600
"""0.975 s at 16 kHz, the input of the network."""

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Stage:
    """A piece of work.

    Attributes:
        name: Its name.
        unit: What its cost is stated for.
        units: How many of these it processes.
        prepare: Returns the work, ready to be run once; what it does itself is not measured.
    """

    name: str
    unit: str
    units: float
    prepare: Callable[[], Work]


def stages(bundle: str, yamnet: Path, folder: Path) -> Iterator[Stage]:
    """Yields all stages.

    Args:
        bundle: Name or folder of the bundle; one of 16 kHz.
        yamnet: YAMNet as a TFLite file.
        folder: An empty folder for files.
    """
    config = Config(classify=ClassifyConfig(bundle=bundle))
    model = load_model(config.classify)
    yield _per_second("capture, mono", lambda: _capture(1))
    yield _per_second("capture, 2 channels", lambda: _capture(2))
    yield _per_second("features", lambda: _features(model))
    yield _per_second("classify", lambda: _classify(model))
    yield _per_second("decide", lambda: _decide(model, config))
    yield _per_second("pipeline", lambda: _pipeline(model, config))
    yield from _heads_stages(bundle, config, folder)
    quiet_seconds = QUIET_CHUNKS / FILE_CHUNKS_PER_SECOND
    quiet = partial(_quiet, bundle, folder)
    yield Stage("daemon, no window", "second of sound", quiet_seconds, quiet)
    for labels in LABELS:
        decide = partial(_decide_wide, labels)
        yield Stage(f"decide, {labels} labels", "window", DECISIONS, decide)
    yield Stage("YAMNet", "window", 1, lambda: _yamnet(yamnet))


def stride_seconds(bundle: str) -> float:
    """Returns the time from one window of a bundle to the next."""
    model = load_model(ClassifyConfig(bundle=bundle))
    return model.bundle.manifest.input.stride_samples / model.sample_rate_hz


def _per_second(name: str, prepare: Callable[[], Work]) -> Stage:
    return Stage(name, "second of sound", SECONDS, prepare)


def _source() -> ArraySource:
    return ArraySource(np.tile(brown_noise(RATE_HZ), SETTLED_SECONDS + SECONDS), RATE_HZ)


def _capture(channels: int) -> Work:
    """Returns the work of the main thread on the buffers of a microphone."""
    frames = RATE_HZ // BUFFERS_PER_SECOND
    noise = np.random.default_rng(0).normal(0.0, 0.05, (SECONDS * RATE_HZ, channels))
    sound = noise.astype(np.float32)
    buffers = [
        Buffer(start, sound[start : start + frames], start * 62_500, has_overflowed=False)
        for start in range(0, len(sound), frames)
    ]
    mixer = ChannelMixer("auto", RATE_HZ)
    timeline = Timeline(RATE_HZ, RATE_HZ, health=Health(), mixer=mixer)
    return lambda: [chunk for buffer in buffers for chunk in timeline.place(buffer)]


def _features(model: Model) -> Work:
    chunks = list(_source().chunks())
    windower = model.bundle.manifest.input.windower()
    settled = SETTLED_SECONDS * BUFFERS_PER_SECOND
    for chunk in chunks[:settled]:
        list(windower.window(chunk))
    return lambda: [window for chunk in chunks[settled:] for window in windower.window(chunk)]


def _windows(model: Model) -> list[AnyWindow]:
    """Returns the windows of as many seconds as are measured, and one before them."""
    model_input = model.bundle.manifest.input
    windower = model_input.windower()
    windows = [window for chunk in _source().chunks() for window in windower.window(chunk)]
    return windows[: 1 + round(SECONDS * RATE_HZ / model_input.stride_samples)]


def _classify(model: Model) -> Work:
    first, *windows = _windows(model)
    model.classifier.classify(first)
    return lambda: [model.classifier.classify(window) for window in windows]


def _decide(model: Model, config: Config) -> Work:
    manifest = model.bundle.manifest
    first, *scored = [model.classifier.classify(window) for window in _windows(model)]
    mutes = Mutes(manifest.label_names)
    tracker = build_tracker(manifest, config.all_models[0].decide, mutes, Health())
    list(tracker.update(first))
    return lambda: [detection for scores in scored for detection in tracker.update(scores)]


def _heads_stages(bundle: str, config: Config, folder: Path) -> Iterator[Stage]:
    """Yields the pipeline with heads and background, of a bundle that has an embedding."""
    embedding = with_embeddings(bundle)
    if not embedding_size(embedding):
        return
    for count in (1, 10):
        headed = with_heads(count, bundle)
        name = f"pipeline, heads: {count}"
        yield _per_second(name, partial(_pipeline, headed, config))
    minutes = folder / "background"
    minutes.mkdir()
    recorder = background(embedding, minutes)
    prepare = partial(_pipeline, embedding, config, [recorder])
    yield _per_second("pipeline, background", prepare)
    scores = scores_of_a_minute(embedding, brown_noise(RATE_HZ))
    yield Stage(
        "background, its file",
        "minute",
        1,
        lambda: full_background(embedding, minutes, scores).flush,
    )


def _pipeline(model: Model, config: Config, observers: Sequence[Observer] = ()) -> Work:
    passes = build_pipeline(config, model, _source(), Health(), observers).run()
    list(islice(passes, SETTLED_SECONDS * BUFFERS_PER_SECOND))
    return lambda: list(islice(passes, SECONDS * BUFFERS_PER_SECOND))


def _quiet(bundle: str, folder: Path) -> Work:
    """Returns the main loop of the daemon for chunks of a file that complete no window.

    At the pace of real time, because otherwise a file has larger chunks.
    """
    path = folder / "quiet.wav"
    write_quiet(path, 3.0)
    capture = CaptureConfig(source=f"wav:{path}", pace="real")
    config = Config(classify=ClassifyConfig(bundle=bundle), capture=capture)
    daemon = build(LiveConfig(lambda _: config, None, None))
    daemon.source.__enter__()
    passes = daemon.pipeline.run()
    next(passes)

    def run() -> None:
        for _ in islice(passes, QUIET_CHUNKS):
            daemon.pipeline.pop_summaries()
            status = daemon.status()
            for tickable in daemon.tickables:
                tickable.tick(status)

    return run


def _decide_wide(labels: int) -> Work:
    manifest = wide_manifest(labels)
    tracker = build_tracker(manifest, DecideConfig(), Mutes(manifest.label_names), Health())
    values = np.random.default_rng(1).random((DECISIONS, labels), np.float32) * 0.3
    stride = manifest.input.stride_samples
    scored = [
        Scores(Window(at, at + 2 * stride, np.zeros((16, 64), np.float32), -30.0, at), row)
        for at, row in zip(range(0, DECISIONS * stride, stride), values, strict=True)
    ]
    return lambda: [detection for scores in scored for detection in tracker.update(scores)]


def _yamnet(file: Path) -> Work:
    interpreter = Interpreter(file.read_bytes(), 1)
    waveform = np.random.default_rng(0).uniform(-0.3, 0.3, YAMNET_SAMPLES).astype(np.float32)
    shaped = waveform.reshape(interpreter.input.shape)
    return lambda: interpreter.invoke(shaped)


ROUNDS = 9
"""Of which the least time counts: whatever else runs only adds to it."""


def main(bundle: str, yamnet: Path) -> None:
    """Prints the time of each stage."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="soundpost-stages-") as folder:
        for stage in stages(bundle, yamnet, Path(folder)):
            times = []
            for _ in range(ROUNDS):
                work = stage.prepare()
                begun = time.process_time_ns()
                work()
                times.append(time.process_time_ns() - begun)
            cost = min(times) / stage.units / 1e3
            print(f"{stage.name:20} {cost:9.1f} µs for a {stage.unit}", flush=True)


if __name__ == "__main__":
    data = Path(os.environ.get("SOUNDPOST_DATA", "../shared/data"))
    main(sys.argv[1] if len(sys.argv) > 1 else "everyday", data / "yamnet" / "yamnet.tflite")
