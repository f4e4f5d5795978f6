"""The sound of a source at the rates of its models."""

import itertools
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import tiny_model

from soundpost.audio import Chunk, Pcm
from soundpost.config import CaptureConfig
from soundpost.pipeline.rates import OtherRate, Rate, capture_rate_hz, missing_bands

RATES = st.sampled_from([8_000, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 250_000, 384_000])


def noise(samples: int) -> Pcm:
    """Returns loud noise."""
    loud = np.random.default_rng(samples).normal(0.0, 5_000.0, samples)
    return np.asarray(loud, np.int16)


def converted(rate: Rate, chunks: Iterable[Chunk]) -> list[Chunk]:
    """Returns all that a rate makes of some chunks."""
    made = [part for chunk in chunks for part in rate.convert(chunk)]
    return made + list(rate.flush())


def split(start: int, samples: Pcm, sizes: list[int]) -> list[Chunk]:
    """Returns the samples in chunks of these sizes, repeated in turn."""
    chunks: list[Chunk] = []
    at = 0
    for size in itertools.cycle(sizes):
        if at >= len(samples):
            return chunks
        chunks.append(Chunk(start + at, samples[at : at + size], 0))
        at += size
    raise AssertionError("a cycle ends never")


@settings(max_examples=40, deadline=None)
@given(
    capture_hz=RATES,
    model_hz=RATES,
    length=st.integers(1, 60_000),
    sizes=st.lists(st.integers(1, 20_000), min_size=1, max_size=4),
)
def test_the_samples_do_not_depend_on_the_size_of_the_chunks(
    capture_hz: int, model_hz: int, length: int, sizes: list[int]
) -> None:
    """They are equal to the bit, consecutive, and as many as the time they span."""
    samples = noise(length)
    whole = converted(OtherRate(capture_hz, model_hz), [Chunk(0, samples, 0)])
    rate = OtherRate(capture_hz, model_hz)
    parts = converted(rate, split(0, samples, sizes))
    joined = np.concatenate([np.empty(0, np.int16), *(part.samples for part in parts)])
    assert (joined == np.concatenate([joined[:0], *(part.samples for part in whole)])).all()
    assert [part.start_sample for part in parts[1:]] == [part.end_sample for part in parts[:-1]]
    assert abs(len(joined) - length * model_hz / capture_hz) <= 0.5
    assert rate.progress_sample == length


@pytest.mark.parametrize(
    ("capture_hz", "model_hz"),
    [(48_000, 16_000), (44_100, 16_000), (16_000, 48_000), (384_000, 22_050)],
)
def test_a_click_keeps_its_position(capture_hz: int, model_hz: int) -> None:
    """The filter's delay is compensated, in each stretch."""
    rate = OtherRate(capture_hz, model_hz)
    made: list[Chunk] = []
    clicks = [40_001, 40_001 + 123_457]
    for click in clicks:
        samples = np.zeros(40_000, np.int16)
        samples[20_000] = 30_000
        made += rate.convert(Chunk(click - 20_000, samples, 0))
    made += rate.flush()
    positions = np.concatenate([np.arange(part.start_sample, part.end_sample) for part in made])
    loudness = np.abs(np.concatenate([part.samples for part in made]).astype(np.int32))
    peaks = [
        rate.capture_sample(int(position))
        for position in positions[loudness > 0.5 * loudness.max()]
    ]
    nearest = [min(peaks, key=lambda peak: abs(peak - click)) for click in clicks]
    step = -(-capture_hz // model_hz)
    assert all(abs(peak - click) <= step for peak, click in zip(nearest, clicks, strict=True))


def test_a_gap_ends_the_stream_of_the_filter() -> None:
    """Loud sound before it does not ring into the silence after it."""
    rate = OtherRate(48_000, 16_000)
    loud, silent = noise(48_000), np.zeros(48_000, np.int16)
    parts = converted(rate, [Chunk(0, loud, 0), Chunk(100_000, silent, 0)])
    after = [part for part in parts if part.start_sample > 16_000]
    assert sum(len(part.samples) for part in after) == 16_000
    assert not any(part.samples.any() for part in after)
    assert rate.capture_sample(after[0].start_sample) == 100_000


def test_the_rate_of_capture_is_the_highest_of_the_models() -> None:
    """Unless the configuration states one."""
    manifests = [tiny_model(rate).bundle.manifest for rate in (16_000, 48_000, 32_000)]
    assert capture_rate_hz(CaptureConfig(), manifests) == 48_000
    assert capture_rate_hz(CaptureConfig(rate_hz=22_050), manifests) == 22_050


def test_a_model_above_the_rate_of_capture_is_named() -> None:
    """Its upper band stays empty, which no resampling can mend."""
    manifests = [tiny_model(rate).bundle.manifest for rate in (16_000, 48_000)]
    assert missing_bands(manifests, 48_000) == []
    (line,) = missing_bands(manifests, 32_000)
    assert line == (
        "tiny-48000 takes sound at 48000 Hz and gets it at 32000 Hz: its band above 16000 Hz is "
        "empty"
    )
