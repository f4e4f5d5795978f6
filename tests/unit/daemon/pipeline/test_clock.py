"""The clock of a model: positions on the clock of capture, in whole numbers."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import NANOSECONDS, Chunk
from soundpost.pipeline.clock import ModelClock

RATES = st.integers(8_000, 384_000)
MONTHS_OF_SAMPLES = 384_000 * 3600 * 24 * 365
STRETCHES = st.lists(
    st.tuples(st.integers(0, MONTHS_OF_SAMPLES), st.integers(1, 10_000_000)), min_size=1, max_size=5
)
"""The gap before each stretch, and its length, in capture samples."""


@given(capture_hz=RATES, model_hz=RATES, stretches=STRETCHES, share=st.fractions(0, 1))
def test_a_position_is_off_by_half_a_capture_sample_at_most(
    capture_hz: int, model_hz: int, stretches: list[tuple[int, int]], share: Fraction
) -> None:
    """At any two rates, after any gaps and after months: nothing adds up."""
    clock, end = ModelClock(capture_hz, model_hz), 0
    for gap, length in stretches:
        start, end = end + gap, end + gap + length
        first = clock.begin_stretch(start)
        ahead = int(share * length * model_hz / capture_hz)
        exact = start + Fraction(ahead * capture_hz, model_hz)
        assert abs(clock.capture_sample(first + ahead) - exact) <= Fraction(1, 2)
        clock.end_stretch(end, first + length * model_hz // capture_hz)


@given(capture_hz=RATES, model_hz=RATES, stretches=STRETCHES)
def test_time_between_stretches_is_kept_on_the_clock_of_the_model(
    capture_hz: int, model_hz: int, stretches: list[tuple[int, int]]
) -> None:
    """To a few samples: a refractory time of seconds spans a gap as it should."""
    clock, end = ModelClock(capture_hz, model_hz), 0
    for number, (gap, length) in enumerate(stretches):
        start, end = end + gap, end + gap + length
        first = clock.begin_stretch(start)
        late = first - Fraction(start * model_hz, capture_hz)
        assert 0 <= late <= 2 + 2 * number
        clock.end_stretch(end, first + round(Fraction(length * model_hz, capture_hz)))


def test_the_end_of_a_stretch_is_the_end_of_its_sound() -> None:
    """The last sample of the model may lie beyond it by a part of a sample."""
    clock = ModelClock(48_000, 16_000)
    first = clock.begin_stretch(100)
    clock.end_stretch(108, first + 3)
    assert clock.capture_sample(first + 2) == 106
    assert clock.capture_sample(first + 3) == 108


def test_positions_of_the_stretch_before_are_still_known() -> None:
    """An event ends with the first window after the stretch that it began in."""
    clock = ModelClock(48_000, 16_000)
    first = clock.begin_stretch(1_000)
    clock.end_stretch(49_000, first + 16_000)
    clock.begin_stretch(100_001)
    assert clock.capture_sample(first + 8_000) == 25_000


def test_a_stretch_without_a_sample_of_the_model_leaves_no_trace() -> None:
    """Hundreds of them between two windows do not push out the stretch of an open event."""
    clock = ModelClock(384_000, 8_000)
    first = clock.begin_stretch(7)
    clock.end_stretch(384_007, first + 8_000)
    for number in range(100):
        start = clock.begin_stretch(400_000 + 2 * number)
        clock.end_stretch(400_001 + 2 * number, start)
    assert clock.capture_sample(first + 1) == 55


@given(
    capture_hz=RATES,
    model_hz=RATES,
    start=st.integers(0, MONTHS_OF_SAMPLES),
    second=st.integers(0, 1_000),
    block=st.integers(1, 10_000_000),
)
def test_whole_seconds_after_the_start_have_whole_times(
    capture_hz: int, model_hz: int, start: int, second: int, block: int
) -> None:
    """A time that is cut to milliseconds is not one too low, whatever chunk it is counted from."""
    clock = ModelClock(capture_hz, model_hz)
    first = clock.begin_stretch(start)
    began_ns = 1_800_000_000 * NANOSECONDS
    chunk = Chunk(
        start + block, np.zeros(1, np.int16), began_ns + block * NANOSECONDS // capture_hz
    )
    assert clock.utc_ns(first + second * model_hz, chunk) == began_ns + second * NANOSECONDS
