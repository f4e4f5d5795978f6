"""Minutes of streams: the same figures for any chunks, gaps, and flat memory."""

import gc
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.acoustics.figures import MinuteFigures, Reason
from soundpost.acoustics.meter import MinuteMeter
from soundpost.acoustics.minutes import RecordingMinutes, UtcMinutes
from soundpost.audio import Chunk, samples_to_ns

RATE_HZ = 8_000
SECOND_NS = 1_000_000_000
NOON_NS = 1_795_176_000 * SECOND_NS  # 2026-11-20T12:00:00Z


def noise(seconds: float, rate_hz: int = RATE_HZ, seed: int = 3) -> np.ndarray:
    """Returns noise whose loudness changes, as int16."""
    rng = np.random.default_rng(seed)
    samples = round(seconds * rate_hz)
    loudness = np.repeat(rng.uniform(30.0, 3_000.0, samples // 997 + 1), 997)[:samples]
    return np.round(rng.normal(size=samples) * loudness).astype(np.int16)


def figures_of(
    pieces: Sequence[tuple[int, np.ndarray]],
    rate_hz: int = RATE_HZ,
    starts_at_ns: int | None = None,
) -> list[MinuteFigures]:
    """Returns the figures of pieces at their positions, of a recording or, with a time, live."""
    minutes = RecordingMinutes(rate_hz) if starts_at_ns is None else UtcMinutes(rate_hz)
    meter = MinuteMeter(rate_hz, minutes)
    figures: list[MinuteFigures] = []
    for start, samples in pieces:
        utc_ns = (starts_at_ns or 0) + samples_to_ns(start, rate_hz)
        figures += meter.process(Chunk(start, samples, utc_ns))
    return [*figures, *meter.finish()]


def cut(
    samples: np.ndarray, lengths: Sequence[int], start: int = 0
) -> Iterator[tuple[int, np.ndarray]]:
    """Yields pieces of these lengths, again and again, with their positions."""
    number = begin = 0
    while begin < len(samples):
        length = lengths[number % len(lengths)]
        yield start + begin, samples[begin : begin + length]
        begin += length
        number += 1


@given(
    st.lists(st.integers(1, 20_000), min_size=1, max_size=5).filter(lambda x: sum(x) > 200),
    st.sampled_from([RATE_HZ, 11_025, 16_000]),
    st.one_of(st.none(), st.integers(NOON_NS, NOON_NS + 60 * SECOND_NS)),
)
@settings(max_examples=25, deadline=None)
def test_figures_are_the_same_to_the_bit_for_any_chunks(
    lengths: list[int], rate_hz: int, starts_at_ns: int | None
) -> None:
    """Of a recording and of live sound, with a gap in it, from one call to thousands."""
    first, second = noise(33.0, rate_hz), noise(70.0, rate_hz, seed=4)
    resumed = len(first) + 1_234
    whole = [(0, first), (resumed, second)]
    pieces = [*cut(first, lengths), *cut(second, lengths, resumed)]
    assert figures_of(pieces, rate_hz, starts_at_ns) == figures_of(whole, rate_hz, starts_at_ns)


def test_each_minute_is_measured_as_if_it_were_alone_but_for_its_filters() -> None:
    """Indices and the unweighted level are those of the minute's samples."""
    samples = noise(180.0)
    together = figures_of([(0, samples)])
    assert [figures.start_ns for figures in together] == [0, 60 * SECOND_NS, 120 * SECOND_NS]
    assert not any(figures.is_partial for figures in together)
    for number, figures in enumerate(together):
        alone = figures_of([(0, samples[number * 480_000 : (number + 1) * 480_000])])[0]
        assert (figures.leq_dbfs, figures.aci) == (alone.leq_dbfs, alone.aci)
        assert figures.laeq_dbfs == pytest.approx(alone.laeq_dbfs, abs=0.01)


def test_a_recording_ends_with_a_partial_minute() -> None:
    """The seconds that it covers are stated."""
    figures = figures_of([(0, noise(72.5))])
    assert [(each.seconds, each.is_partial) for each in figures] == [(60.0, False), (12.5, True)]


def test_a_gap_makes_a_minute_partial() -> None:
    """Lost sound is not sound; the next minutes are where they would have been."""
    samples = noise(180.0)
    pieces = [(0, samples[:160_000]), (400_000, samples[400_000:])]
    figures = figures_of(pieces)
    assert [each.seconds for each in figures] == [30.0, 60.0, 60.0]
    assert [each.is_partial for each in figures] == [True, False, False]
    whole = figures_of([(0, samples)])
    assert [each.aci for each in figures[1:]] == [each.aci for each in whole[1:]]


def test_minutes_without_sound_have_no_figures() -> None:
    """A gap of minutes leaves them out."""
    samples = noise(30.0)
    figures = figures_of([(0, samples), (60 * 5 * RATE_HZ, samples)])
    assert [each.start_ns // SECOND_NS for each in figures] == [0, 300]


def test_live_minutes_are_those_of_utc() -> None:
    """The first and the last are partial."""
    figures = figures_of([(0, noise(150.0))], starts_at_ns=NOON_NS + 20 * SECOND_NS)
    assert [(each.start_ns - NOON_NS) // SECOND_NS for each in figures] == [0, 60, 120]
    assert [each.seconds for each in figures] == [40.0, 60.0, 50.0]


def test_a_minute_that_lost_its_sound_is_finished_once_it_is_over() -> None:
    """Not before; and once."""
    meter = MinuteMeter(RATE_HZ, UtcMinutes(RATE_HZ))
    assert not list(meter.finish_before(NOON_NS + 90 * SECOND_NS))
    assert not list(meter.process(Chunk(0, noise(30.0), NOON_NS)))
    assert not list(meter.finish_before(NOON_NS + 60 * SECOND_NS - 1))
    assert [each.seconds for each in meter.finish_before(NOON_NS + 60 * SECOND_NS)] == [30.0]
    assert not list(meter.finish_before(NOON_NS + 90 * SECOND_NS))
    assert not list(meter.finish())


@pytest.mark.parametrize("samples", [1, 2, 39, 40, 1_023, 1_024, 1_536])
def test_any_length_has_finite_figures(samples: int) -> None:
    """Figures that need more sound are missing, with the reason."""
    figures = figures_of([(0, noise(samples / 16_000, 16_000))], 16_000)[0]
    values = (figures.leq_dbfs, figures.laeq_dbfs, figures.lafmax_dbfs, figures.aci, figures.bi)
    assert all(value is None or np.isfinite(value) for value in values)
    names = {"laf10", "laf50", "laf90", "lafmax"} if samples < 80 else set()
    names |= {"aci", "ndsi", "bi"} if samples < 1_024 else set()
    names |= {"aci"} if samples < 1_536 else set()
    if samples > 2:  # of one or two samples nothing but their level is known
        assert figures.missing.keys() == names
    assert set(figures.missing.values()) <= {Reason.TOO_SHORT, Reason.SILENCE}


def test_a_recording_of_a_low_rate_lacks_what_its_band_lacks() -> None:
    """It was resampled to a rate that has the band, which is empty."""
    figures = figures_of([(0, noise(5.0, 16_000))], 16_000)[0]
    assert figures.limited_to(16_000) == figures
    limited = figures.limited_to(8_000)
    assert limited.missing == dict.fromkeys(("ndsi", "bi"), Reason.RATE_TOO_LOW)
    assert limited.rate_hz == 8_000
    rest = replace(limited, rate_hz=16_000, ndsi=figures.ndsi, bi=figures.bi, missing={})
    assert rest == figures


def test_memory_does_not_grow_with_the_sound() -> None:
    """After twelve minutes it is as it was after four."""
    meter = MinuteMeter(RATE_HZ, RecordingMinutes(RATE_HZ))
    minute, sizes = noise(60.0), []
    tracemalloc.start()
    try:
        for number in range(12):
            figures = list(meter.process(Chunk(number * len(minute), minute, 0)))
            assert len(figures) == 1
            del figures
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert sizes[-1] < sizes[3] + 10_000
    assert sizes[-1] < 1_000_000
