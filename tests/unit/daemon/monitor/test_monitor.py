"""Each problem of a microphone, made of samples: raised and cleared."""

import logging
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.audio import NANOSECONDS, Chunk, Pcm, SourceState
from soundpost.health import Problem
from soundpost.monitor import MicrophoneMonitor
from soundpost.monitor.level_drop import LEARNING_MINUTES

RATE_HZ = 1_000
"""Nothing here depends on the rate; a low one makes hours of sound cheap."""


class MonitoredMicrophone:
    """A microphone with a monitor, whose sound comes in chunks of any size."""

    def __init__(self, chunk_samples: int = RATE_HZ // 2) -> None:
        self.delay_seconds = 0.0
        self._now_ns = 0
        self._chunk_samples = chunk_samples
        self._end_sample = 0
        self.monitor = MicrophoneMonitor(RATE_HZ, wall_ns=lambda: self._now_ns)

    def record(self, samples: Pcm, source: SourceState | None = None) -> list[tuple[Problem, ...]]:
        """Returns the problems after each chunk."""
        return [self._record(piece, source) for piece in self._pieces(samples)]

    def lose(self) -> tuple[Problem, ...]:
        """Returns the problems once the microphone is gone."""
        self.monitor.on_waiting()
        return self.monitor.problems

    def skip(self, samples: int) -> None:
        """Leaves a gap."""
        self._end_sample += samples

    def _pieces(self, samples: Pcm) -> Iterable[Pcm]:
        for start in range(0, len(samples), self._chunk_samples):
            yield samples[start : start + self._chunk_samples]

    def _record(self, piece: Pcm, source: SourceState | None) -> tuple[Problem, ...]:
        utc_ns = self._end_sample * NANOSECONDS // RATE_HZ
        self._end_sample += len(piece)
        ended_ns = self._end_sample * NANOSECONDS // RATE_HZ
        self._now_ns = ended_ns + round(self.delay_seconds * NANOSECONDS)
        self.monitor.on_chunk(Chunk(self._end_sample - len(piece), piece, utc_ns, source))
        return self.monitor.problems


def noise(seconds: float, amplitude: float = 300.0, seed: int = 1) -> Pcm:
    """Returns the sound of a place, int16[n]."""
    values = np.random.default_rng(seed).normal(0.0, amplitude, round(seconds * RATE_HZ))
    return np.clip(values, -32_768, 32_767).astype(np.int16)


def steady(seconds: float, value: int) -> Pcm:
    """Returns samples of one value, int16[n]."""
    return np.full(round(seconds * RATE_HZ), value, np.int16)


def clipped(seconds: float) -> Pcm:
    """Returns noise of which two samples in a hundred are clipped."""
    return noise(seconds, 14_000.0)


BAD = [
    (Problem.DIGITAL_SILENCE, steady(10, 0)),
    (Problem.STUCK_VALUE, steady(10, -1)),
    (Problem.STUCK_VALUE, steady(10, 20_000)),
    (Problem.DC_OFFSET, noise(30) + np.int16(2_000)),
    (Problem.DC_OFFSET, noise(30) - np.int16(2_000)),
    (Problem.CLIPPING, clipped(30)),
]


@pytest.mark.parametrize(("problem", "sound"), BAD)
def test_a_lasting_problem_is_raised_and_cleared_when_it_is_over(
    problem: Problem, sound: Pcm
) -> None:
    """It is not raised at once, and no other problem is raised."""
    microphone = MonitoredMicrophone()
    assert microphone.record(noise(40))[-1] == ()
    assert set(microphone.record(sound[: len(sound) // 3])) == {()}
    assert microphone.record(sound)[-1] == (problem,)
    assert microphone.record(noise(40))[-1] == ()


@pytest.mark.parametrize(("problem", "sound"), BAD)
def test_a_short_fault_is_no_problem(problem: Problem, sound: Pcm) -> None:
    """A third of the time that raises it, every half minute; of clipping a thirtieth."""
    microphone = MonitoredMicrophone()
    moment = sound[: len(sound) // (30 if problem is Problem.CLIPPING else 3)]
    for _ in range(4):
        assert set(microphone.record(np.concatenate((moment, noise(30))))) == {()}


def test_ordinary_sound_raises_no_problem() -> None:
    """Loud or faint, steady or with a thunderclap, slow swings included."""
    microphone = MonitoredMicrophone()
    swing = (5_000 * np.sin(np.arange(60 * RATE_HZ) * 2 * np.pi / (7 * RATE_HZ))).astype(np.int16)
    for sound in (noise(60, 1.0), noise(60, 3_000.0), swing, clipped(0.2), noise(60)):
        assert set(microphone.record(sound)) == {()}


def test_a_lost_microphone_is_a_problem_until_a_second_was_captured() -> None:
    """It is raised at once, and clears the other problems."""
    microphone = MonitoredMicrophone()
    assert microphone.record(steady(10, 0))[-1] == (Problem.DIGITAL_SILENCE,)
    assert microphone.lose() == (Problem.NO_SAMPLES,)
    assert microphone.record(noise(0.5))[-1] == (Problem.NO_SAMPLES,)
    assert microphone.record(noise(0.5))[-1] == ()
    assert microphone.record(steady(9, 0))[-1] == ()


def test_a_microphone_that_is_missing_at_the_start_is_lost() -> None:
    """It is raised without any sound before."""
    assert MonitoredMicrophone().lose() == (Problem.NO_SAMPLES,)


def test_a_lasting_delay_is_a_backlog() -> None:
    """A short delay, or a clock that was set, is no backlog."""
    microphone = MonitoredMicrophone()
    microphone.delay_seconds = 86_400.0
    assert set(microphone.record(noise(1))) == {()}
    microphone.delay_seconds = 0.1
    assert set(microphone.record(noise(10))) == {()}
    microphone.delay_seconds = 3.0
    assert microphone.record(noise(5))[-1] == (Problem.BACKLOG,)
    microphone.delay_seconds = 0.1
    assert microphone.record(noise(6))[-1] == ()


def test_a_file_that_is_read_ahead_of_time_has_no_delay() -> None:
    """A file read at full speed runs ahead of the clock."""
    microphone = MonitoredMicrophone()
    microphone.delay_seconds = -3_600.0
    assert set(microphone.record(noise(20))) == {()}


def test_a_covered_microphone_has_a_level_collapse() -> None:
    """It is raised within two minutes, and over when the microphone is free again."""
    microphone = MonitoredMicrophone()
    assert set(microphone.record(noise(60.0 * LEARNING_MINUTES))) == {()}
    assert microphone.record(noise(120, 30.0))[-1] == (Problem.LEVEL_COLLAPSE,)
    assert microphone.record(noise(120))[-1] == ()


def test_a_gap_is_no_problem() -> None:
    """The second in which sound was lost is left out; those after it count."""
    microphone = MonitoredMicrophone()
    microphone.record(steady(9.5, 0))
    microphone.skip(100)
    assert microphone.record(steady(0.5, 0))[-1] == ()
    assert microphone.record(steady(0.5, 0))[-1] == (Problem.DIGITAL_SILENCE,)


@settings(max_examples=30)
@given(
    parts=st.lists(st.sampled_from([sound for _, sound in BAD] + [noise(40)]), max_size=5),
    chunk_samples=st.integers(1, 5_000),
)
def test_problems_do_not_depend_on_the_size_of_the_chunks(
    parts: list[Pcm], chunk_samples: int
) -> None:
    """The same sound gives the same problems."""
    problems = []
    for size in (RATE_HZ, chunk_samples):
        microphone = MonitoredMicrophone(size)
        for part in parts:
            microphone.record(part)
        problems.append(microphone.monitor.problems)
    assert problems[0] == problems[1]


def test_a_problem_is_logged_once_with_its_hint_and_once_when_it_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It may last for any time."""
    caplog.set_level(logging.INFO)
    microphone = MonitoredMicrophone()
    microphone.record(steady(60, 0))
    microphone.record(noise(20))
    lines = [(r.levelname, r.getMessage()) for r in caplog.records]
    assert len(lines) == 2
    assert lines[0][0] == "WARNING"
    assert "digital_silence" in lines[0][1]
    assert "hint: it is muted" in lines[0][1]
    assert lines[1] == ("INFO", "microphone, digital_silence: it is over")


LIVE = SourceState(None, is_antiphase=False)
ZERO = SourceState(0.0, is_antiphase=False)
STUCK = SourceState(0.0214, is_antiphase=False)
ANTIPHASE = SourceState(None, is_antiphase=True)


def test_noise_that_is_rounded_to_zeros_is_not_silence() -> None:
    """A 24-bit card in a very quiet place delivers values below half a step of 16 bits."""
    microphone = MonitoredMicrophone()
    assert set(microphone.record(steady(60, 0), LIVE)) == {()}
    assert microphone.record(steady(12, 0), ZERO)[-1] == (Problem.DIGITAL_SILENCE,)


def test_a_stuck_value_between_two_steps_is_stuck() -> None:
    """Rounding after a filter can give both steps by turns."""
    microphone = MonitoredMicrophone()
    wobbling = (np.arange(12 * RATE_HZ) % 2 + 700).astype(np.int16)
    assert microphone.record(wobbling, STUCK)[-1] == (Problem.STUCK_VALUE,)


def test_two_values_by_turns_are_not_stuck() -> None:
    """Each buffer is constant, but they differ."""
    microphone = MonitoredMicrophone()
    for number in range(40):
        state = SourceState(0.1 * (-1) ** number, is_antiphase=False)
        assert microphone.record(steady(0.5, 3_277 * (-1) ** number), state) == [()]


def test_antiphase_is_raised_and_cleared() -> None:
    """Within three seconds, and no other problem with it."""
    microphone = MonitoredMicrophone()
    assert set(microphone.record(noise(2), ANTIPHASE)) == {()}
    assert microphone.record(noise(1), ANTIPHASE)[-1] == (Problem.ANTIPHASE,)
    assert microphone.record(noise(2), LIVE)[-1] == (Problem.ANTIPHASE,)
    assert microphone.record(noise(2), LIVE)[-1] == ()
    microphone.record(noise(3), ANTIPHASE)
    assert microphone.lose() == (Problem.NO_SAMPLES,)
