"""Work that several models on one source share."""

from collections import Counter
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from tiny_models import tiny_model

from soundpost.audio import Pcm
from soundpost.audio.resample import MonoResampler
from soundpost.capture import ArraySource
from soundpost.classify.model import Model
from soundpost.config import Config, ModelConfig
from soundpost.events import Scores
from soundpost.features import LogMel, Windower
from soundpost.health import Health
from soundpost.manifest import LogMelInput
from soundpost.observer import Observer
from soundpost.pipeline import build_pipeline

RATE_HZ = 48_000
SECONDS = 2


class CountedWindows(Observer):
    """Counts the windows of each model."""

    def __init__(self) -> None:
        self.of_model: Counter[int] = Counter()

    def on_scores(self, scores: Scores) -> None:
        """Counts a window."""
        self.of_model[scores.model] += 1


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Provides the number of windows that are cut, and of frames and samples that are computed."""
    done: Counter[str] = Counter()
    cut, compute, resample = Windower._cut, LogMel.compute, MonoResampler.resample_pcm  # noqa: SLF001 - counts the work that must not be done twice

    def counted_cut(
        self: Windower, samples: Pcm, start_sample: int, utc_ns: int, level_dbfs: float
    ) -> object:
        done["windows"] += 1
        return cut(self, samples, start_sample, utc_ns, level_dbfs)

    def counted_compute(self: LogMel, samples: Pcm) -> object:
        features = compute(self, samples)
        done["frames"] += len(features)
        return features

    def counted_resample(self: MonoResampler, samples: Pcm) -> Pcm:
        resampled = resample(self, samples)
        done["samples"] += len(resampled)
        return resampled

    monkeypatch.setattr(Windower, "_cut", counted_cut)
    monkeypatch.setattr(LogMel, "compute", counted_compute)
    monkeypatch.setattr(MonoResampler, "resample_pcm", counted_resample)
    return done


def run(models: list[Model]) -> Counter[int]:
    """Runs a pipeline on noise; returns the windows of each model."""
    loud = np.random.default_rng(1).normal(0.0, 5_000.0, SECONDS * RATE_HZ).astype(np.int16)
    counted = CountedWindows()
    config = Config(models=[ModelConfig() for _ in models])
    pipeline = build_pipeline(config, models, ArraySource(loud, RATE_HZ), Health(), [counted])
    for _ in pipeline.run():
        pass
    return counted.of_model


def with_stride(model: Model, stride_frames: int) -> Model:
    """Returns a model whose windows are as long, and at another distance."""
    manifest = model.bundle.manifest
    assert isinstance(manifest.input, LogMelInput)
    model_input = msgspec.structs.replace(manifest.input, stride_frames=stride_frames)
    changed = msgspec.structs.replace(manifest, input=model_input)
    return replace(model, bundle=replace(model.bundle, manifest=changed))


def test_windows_that_are_the_same_are_cut_once(work: Counter[str]) -> None:
    """Two of the models take the same windows at 16 kHz."""
    windows = run([tiny_model(RATE_HZ), tiny_model(16_000), tiny_model(16_000)])
    assert windows[1] == windows[2] > 10
    assert work["windows"] == windows[0] + windows[1]


def test_sound_is_resampled_once_for_all_models_of_a_rate(work: Counter[str]) -> None:
    """The filter holds the last milliseconds, which are not counted here."""
    run([tiny_model(RATE_HZ), tiny_model(16_000), with_stride(tiny_model(16_000), 5)])
    assert 0.9 * SECONDS * 16_000 < work["samples"] <= SECONDS * 16_000


def test_frames_of_one_front_end_are_computed_once(work: Counter[str]) -> None:
    """The models take different windows of them."""
    models = [tiny_model(16_000), with_stride(tiny_model(16_000), 5), tiny_model(RATE_HZ)]
    windows = run(models)
    assert windows[1] > windows[0]
    assert 2 * 198 <= work["frames"] <= 2 * (198 + 16)


def test_one_model_has_a_front_end_of_its_own(work: Counter[str]) -> None:
    """Nothing is shared, and nothing is resampled."""
    windows = run([tiny_model(RATE_HZ)])
    assert work["windows"] == windows[0]
    assert work["samples"] == 0
