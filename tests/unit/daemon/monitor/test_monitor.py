"""Each problem of a microphone, made in samples: raised, and cleared again."""

import logging
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.audio import NANOSECONDS, Chunk, Pcm
from soundpost.health import Problem
from soundpost.monitor import MicrophoneMonitor
from soundpost.monitor.level_drop import LEARNING_MINUTES

RATE_HZ = 1_000
"""Nothing here depends on the rate; a low one makes hours of sound cheap."""


class Listener:
    """A microphone's sound on its way to a condition, in chunks of any size."""

    def __init__(self, chunk_samples: int = RATE_HZ // 2) -> None:
        self.late_seconds = 0.0
        self._now_ns = 0
        self._chunk_samples = chunk_samples
        self._end_sample = 0
        self.condition = MicrophoneMonitor(RATE_HZ, wall_ns=lambda: self._now_ns)

    def hear(self, samples: Pcm) -> list[tuple[Problem, ...]]:
        """The problems after each chunk of it."""
        return [self._hear(piece) for piece in self._pieces(samples)]

    def lose(self) -> tuple[Problem, ...]:
        """The problems once the microphone is gone."""
        self.condition.on_waiting()
        return self.condition.problems

    def skip(self, samples: int) -> None:
        """Leave a gap."""
        self._end_sample += samples

    def _pieces(self, samples: Pcm) -> Iterable[Pcm]:
        for start in range(0, len(samples), self._chunk_samples):
            yield samples[start : start + self._chunk_samples]

    def _hear(self, piece: Pcm) -> tuple[Problem, ...]:
        utc_ns = self._end_sample * NANOSECONDS // RATE_HZ
        self._end_sample += len(piece)
        ended_ns = self._end_sample * NANOSECONDS // RATE_HZ
        self._now_ns = ended_ns + round(self.late_seconds * NANOSECONDS)
        self.condition.on_chunk(Chunk(self._end_sample - len(piece), piece, utc_ns))
        return self.condition.problems


def noise(seconds: float, amplitude: float = 300.0, seed: int = 1) -> Pcm:
    """int16[n] of the sound of a place."""
    values = np.random.default_rng(seed).normal(0.0, amplitude, round(seconds * RATE_HZ))
    return np.clip(values, -32_768, 32_767).astype(np.int16)


def steady(seconds: float, value: int) -> Pcm:
    """int16[n] of one value."""
    return np.full(round(seconds * RATE_HZ), value, np.int16)


def clipped(seconds: float) -> Pcm:
    """Noise of which two samples in a hundred hit the rails."""
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
def test_a_problem_is_raised_when_it_has_lasted_and_cleared_when_it_is_over(
    problem: Problem, sound: Pcm
) -> None:
    """Not at its first moment, alone, and not for ever."""
    listener = Listener()
    assert listener.hear(noise(40))[-1] == ()
    assert set(listener.hear(sound[: len(sound) // 3])) == {()}
    assert listener.hear(sound)[-1] == (problem,)
    assert listener.hear(noise(40))[-1] == ()


@pytest.mark.parametrize(("problem", "sound"), BAD)
def test_what_comes_and_goes_is_no_problem(problem: Problem, sound: Pcm) -> None:
    """A moment of it now and then raises nothing; of clipping, a moment a minute."""
    listener = Listener()
    moment = sound[: len(sound) // (30 if problem is Problem.CLIPPING else 3)]
    for _ in range(4):
        assert set(listener.hear(np.concatenate((moment, noise(30))))) == {()}


def test_a_sound_place_has_no_problem() -> None:
    """Loud or faint, steady or with a thunderclap in it, slow swings included."""
    listener = Listener()
    swing = (5_000 * np.sin(np.arange(60 * RATE_HZ) * 2 * np.pi / (7 * RATE_HZ))).astype(np.int16)
    for sound in (noise(60, 1.0), noise(60, 3_000.0), swing, clipped(0.2), noise(60)):
        assert set(listener.hear(sound)) == {()}


def test_a_lost_microphone_is_one_until_a_second_is_heard() -> None:
    """At once, and what else was wrong with it is no longer known."""
    listener = Listener()
    assert listener.hear(steady(10, 0))[-1] == (Problem.DIGITAL_SILENCE,)
    assert listener.lose() == (Problem.NO_SAMPLES,)
    assert listener.hear(noise(0.5))[-1] == (Problem.NO_SAMPLES,)
    assert listener.hear(noise(0.5))[-1] == ()
    assert listener.hear(steady(9, 0))[-1] == ()


def test_a_microphone_that_never_was_is_lost() -> None:
    """Without a card at the start, too."""
    assert Listener().lose() == (Problem.NO_SAMPLES,)


def test_sound_that_is_late_for_long_is_a_backlog() -> None:
    """A moment's delay, or a clock that is set, is none."""
    listener = Listener()
    listener.late_seconds = 86_400.0
    assert set(listener.hear(noise(1))) == {()}
    listener.late_seconds = 0.1
    assert set(listener.hear(noise(10))) == {()}
    listener.late_seconds = 3.0
    assert listener.hear(noise(5))[-1] == (Problem.BACKLOG,)
    listener.late_seconds = 0.1
    assert listener.hear(noise(6))[-1] == ()


def test_a_file_ahead_of_its_time_is_never_late() -> None:
    """One that is played as fast as it goes runs ahead of the clock."""
    listener = Listener()
    listener.late_seconds = -3_600.0
    assert set(listener.hear(noise(20))) == {()}


def test_a_microphone_that_is_covered_has_collapsed() -> None:
    """Known within two minutes, and over when it is free again."""
    listener = Listener()
    assert set(listener.hear(noise(60.0 * LEARNING_MINUTES))) == {()}
    assert listener.hear(noise(120, 30.0))[-1] == (Problem.LEVEL_COLLAPSE,)
    assert listener.hear(noise(120))[-1] == ()


def test_a_gap_is_no_problem() -> None:
    """The second in which sound was lost is not judged, and what follows is."""
    listener = Listener()
    listener.hear(steady(9.5, 0))
    listener.skip(100)
    assert listener.hear(steady(0.5, 0))[-1] == ()
    assert listener.hear(steady(0.5, 0))[-1] == (Problem.DIGITAL_SILENCE,)


@settings(max_examples=30)
@given(
    parts=st.lists(st.sampled_from([sound for _, sound in BAD] + [noise(40)]), max_size=5),
    chunk_samples=st.integers(1, 5_000),
)
def test_problems_do_not_depend_on_the_size_of_the_chunks(
    parts: list[Pcm], chunk_samples: int
) -> None:
    """The same sound ends with the same problems."""
    told = []
    for size in (RATE_HZ, chunk_samples):
        listener = Listener(size)
        for part in parts:
            listener.hear(part)
        told.append(listener.condition.problems)
    assert told[0] == told[1]


def test_a_problem_is_logged_once_with_its_hint_and_once_when_it_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """However long it lasts."""
    caplog.set_level(logging.INFO)
    listener = Listener()
    listener.hear(steady(60, 0))
    listener.hear(noise(20))
    lines = [(r.levelname, r.getMessage()) for r in caplog.records]
    assert len(lines) == 2
    assert lines[0][0] == "WARNING"
    assert "digital_silence" in lines[0][1]
    assert "hint: it is muted" in lines[0][1]
    assert lines[1] == ("INFO", "microphone, digital_silence: it is over")
