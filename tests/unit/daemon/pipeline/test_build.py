"""Confounders and summaries of several models of one source, whatever their sample rates."""

from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from tiny_models import tiny_model

from soundpost.audio import Chunk, samples_to_ns
from soundpost.capture import ArraySource
from soundpost.config import CaptureConfig, Config, DecideConfig, LabelConfig, ModelConfig
from soundpost.errors import ConfigError
from soundpost.events import Detection, Summary
from soundpost.health import Health
from soundpost.pipeline import build_pipeline

CAPTURE_HZ = 48_000
DECIDE = DecideConfig(
    on_threshold=0.5,
    off_threshold=0.45,
    smoothing_windows=1,
    minimum_seconds=0.0,
    refractory_seconds=0.0,
)


def tone_and_hiss(seconds: float) -> np.ndarray:
    """Returns a tone, loud noise, and a tone again: a hum, a hiss, a hum."""
    samples = round(seconds * CAPTURE_HZ)
    rng = np.random.default_rng(5)
    tone = 3_000.0 * np.sin(2 * np.pi * 1_500 * np.arange(samples) / CAPTURE_HZ)
    noise = rng.normal(0.0, 10_000.0, samples)
    return np.concatenate([tone, noise, tone]).clip(-32_768, 32_767).astype(np.int16)


def decided(birds: DecideConfig, sizes: list[int]) -> tuple[list[Detection], list[Summary], Health]:
    """Returns what two models decide: the labels of one are hiss and hum, of the other owls."""
    config = Config(
        capture=CaptureConfig(rate_hz=CAPTURE_HZ),
        models=[
            ModelConfig(bundle="sounds", decide=DECIDE),
            ModelConfig(bundle="birds", decide=birds),
        ],
    )
    models = [tiny_model(16_000), tiny_model(22_050, ("crow", "owl", "tit"))]
    health = Health()
    source = ChunkedSource(tone_and_hiss(1.5), sizes)
    pipeline = build_pipeline(config, models, source, health)
    detections = [detection for each in pipeline.run() for detection in each]
    return detections, pipeline.pop_summaries(), health


class ChunkedSource(ArraySource):
    """A source that delivers samples in chunks of given sizes, repeated in turn."""

    def __init__(self, samples: np.ndarray, sizes: list[int]) -> None:
        super().__init__(samples, CAPTURE_HZ)
        self._sound, self._sizes = samples, sizes

    def chunks(self) -> Iterator[Chunk]:
        """Yields all samples once; their time starts with 1970."""
        at, turn = 0, 0
        while at < len(self._sound):
            part = self._sound[at : at + self._sizes[turn % len(self._sizes)]]
            yield Chunk(at, part, samples_to_ns(at, CAPTURE_HZ))
            at, turn = at + len(part), turn + 1


OWLS = LabelConfig(confounders=["hiss"], confounder_seconds=0.5, of_windows=8)


def with_owls(owls: LabelConfig) -> DecideConfig:
    """Returns the settings of the second model."""
    return DecideConfig(
        include=["owl"],
        on_threshold=0.45,
        off_threshold=0.4,
        smoothing_windows=1,
        minimum_seconds=0.0,
        refractory_seconds=0.0,
        labels={"owl": owls},
    )


def test_a_label_of_one_model_retracts_an_event_of_another() -> None:
    """The tone is an owl to one model; the hiss after it is known to the other one only."""
    detections, _, health = decided(with_owls(OWLS), [4_800])
    owls = [d.state.value for d in detections if d.label == "owl"]
    assert owls[:3] == ["started", "confirmed", "retracted"]
    assert health.events_confounded > 0
    alone, _, health = decided(with_owls(LabelConfig(of_windows=8)), [4_800])
    assert "retracted" not in [d.state.value for d in alone if d.label == "owl"][:3]
    assert health.events_confounded == 0


@pytest.mark.parametrize("sizes", [[1_000], [7_001, 313], [50_000], [1_000_000]], ids=str)
def test_confounders_of_other_models_do_not_depend_on_the_chunk_size(sizes: list[int]) -> None:
    """Windows of all models are decided in the order of their ends; times are right to 1 ns."""
    found, expected = (
        [
            msgspec.structs.replace(detection, onset_utc_ns=0, offset_utc_ns=None)
            for detection in decided(with_owls(OWLS), each)[0]
        ]
        for each in (sizes, [4_800])
    )
    assert found == expected


def test_summaries_name_their_model() -> None:
    """The owl of the second model lasts for a second, which is long here."""
    owls = LabelConfig(of_windows=8, lasting_minutes=1 / 60)
    _, summaries, _ = decided(with_owls(owls), [4_800])
    assert {(summary.label, summary.model) for summary in summaries} == {("owl", 1)}


def test_a_confounder_that_no_model_knows_is_refused() -> None:
    """The nearest name may be that of another model."""
    with pytest.raises(ConfigError, match="there is no label 'hisss'") as refusal:
        decided(with_owls(LabelConfig(confounders=["hisss"])), [4_800])
    assert refusal.value.hint == "did you mean hiss?"
