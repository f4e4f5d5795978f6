"""`soundpost bench`: measures the cost of each stage on this machine."""

import os
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TextIO

import msgspec
import numpy as np

from soundpost.audio import Pcm
from soundpost.capture import ArraySource
from soundpost.classify.model import Model, load_models
from soundpost.cli.processor import Processor
from soundpost.config import Config, ModelConfig
from soundpost.decide import Mutes, build_tracker
from soundpost.events import AnyWindow, Detection, Scores
from soundpost.health import Health
from soundpost.pipeline import build_pipeline, capture_rate_hz
from soundpost.system.units import BYTES_PER_MEGABYTE

SECONDS = 120  # long enough to hide the cost of the first call
REPEATS = 5


@dataclass(frozen=True, slots=True)
class Costs:
    """Milliseconds of one core for a second of sound, the median of several runs."""

    features_ms: float
    classify_ms: float
    decide_ms: float
    pipeline_ms: float


def measure(config: Config, model: Model) -> Costs:
    """Measures each stage, and the whole pipeline, on noise that comes and goes.

    Args:
        config: With one model only.
        model: This model.
    """
    manifest, rate_hz = model.bundle.manifest, model.sample_rate_hz
    decide_config = config.all_models[0].decide
    source = _noise_source(rate_hz)

    def cut() -> list[AnyWindow]:
        windower = manifest.input.windower()
        return [window for chunk in source.chunks() for window in windower.window(chunk)]

    def classify() -> list[Scores]:
        return [model.classifier.classify(window) for window in windows]

    def decide() -> list[Detection]:
        tracker = build_tracker(manifest, decide_config, Mutes(manifest.label_names), Health())
        return [detection for scores in scored for detection in tracker.update(scores)]

    def run() -> list[list[Detection]]:
        return list(build_pipeline(config, model, source, Health()).run())

    windows = cut()
    scored = classify()
    return Costs(*(_cost_ms(work) for work in (cut, classify, decide, run)))


def measure_together(config: Config, models: Sequence[Model]) -> float:
    """Returns the cost of the pipeline with all models, in milliseconds for a second of sound."""
    manifests = [model.bundle.manifest for model in models]
    source = _noise_source(capture_rate_hz(config.capture, manifests))
    return _cost_ms(lambda: list(build_pipeline(config, models, source, Health()).run()))


def bench(config: Config, out: TextIO) -> None:
    """Prints the costs and the real-time factor of the configured bundles."""
    models = load_models(config.all_models)
    for model, settings in zip(models, config.all_models, strict=True):
        _write_costs(config, model, settings, out)
    if len(models) > 1:
        pipeline_ms = measure_together(config, models)
        out.write(
            f"all {len(models)} models on one source\n"
            f"  pipeline  {pipeline_ms:8.3f}   {1000 / pipeline_ms:.0f} times real time\n"
        )
    out.write(f"  memory    {_peak_mb():8.1f} MB at its peak\n")


def _write_costs(config: Config, model: Model, settings: ModelConfig, out: TextIO) -> None:
    """Measures a model alone, at its own rate, and writes its costs."""
    capture = msgspec.structs.replace(config.capture, rate_hz=model.sample_rate_hz)
    alone = msgspec.structs.replace(config, capture=capture, models=[settings])
    costs = measure(alone, model)
    manifest = model.bundle.manifest
    stride_seconds = manifest.input.stride_samples / model.sample_rate_hz
    out.write(
        f"{manifest.id} {manifest.version}, a window every {stride_seconds:g} s, "
        f"on one of {os.cpu_count()} cores of {Processor.read()}; "
        "milliseconds for a second of sound\n"
        f"  features  {costs.features_ms:8.3f}\n"
        f"  classify  {costs.classify_ms:8.3f}\n"
        f"  decide    {costs.decide_ms:8.3f}\n"
        f"  pipeline  {costs.pipeline_ms:8.3f}   {1000 / costs.pipeline_ms:.0f} times real time\n"
    )


def _noise_source(rate_hz: int) -> ArraySource:
    return ArraySource(np.tile(brown_noise(rate_hz), SECONDS), rate_hz)


def brown_noise(samples: int) -> Pcm:
    """Returns seeded brown noise, int16[samples], its first half quiet and its second loud."""
    rng = np.random.default_rng(0)
    noise = np.cumsum(rng.normal(0.0, 100.0, samples)) % 8192 - 4096
    gain = np.where(np.arange(samples) < samples // 2, 0.05, 1.0)
    return np.asarray(noise * gain, np.int16)


def _cost_ms(work: Callable[[], object]) -> float:
    work()  # warm up
    runs = []
    for _ in range(REPEATS):
        begun = time.process_time()  # processor time, because the machine may be busy
        work()
        runs.append(time.process_time() - begun)
    return 1000 * median(runs) / SECONDS


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / BYTES_PER_MEGABYTE
