"""Exponential back-off with jitter."""

import random

from hypothesis import given
from hypothesis import strategies as st

from soundpost.system.backoff import Backoff

RANDOMS = st.randoms(use_true_random=False)


@given(RANDOMS)
def test_waits_double_up_to_a_minute(rng: random.Random) -> None:
    """Each wait lies between half of 1, 2, 4, ... 60 seconds and the whole."""
    backoff = Backoff(rng=rng)
    for full in [1, 2, 4, 8, 16, 32, 60, 60, 60]:
        assert full / 2 <= backoff.next_seconds() <= full


@given(RANDOMS)
def test_the_caller_sets_the_first_and_the_longest_wait(rng: random.Random) -> None:
    """A microphone is retried sooner and more often than a broker."""
    backoff = Backoff(0.25, 2.0, rng=rng)
    for full in [0.25, 0.5, 1.0, 2.0, 2.0]:
        assert full / 2 <= backoff.next_seconds() <= full
    backoff.reset()
    assert backoff.next_seconds() <= 0.25


@given(RANDOMS, st.integers(0, 20))
def test_a_success_restores_the_shortest_wait(rng: random.Random, failures: int) -> None:
    """It does so after any number of failures."""
    backoff = Backoff(rng=rng)
    for _ in range(failures):
        backoff.next_seconds()
    backoff.reset()
    assert backoff.next_seconds() <= 1.0


def test_two_nodes_do_not_reconnect_in_step() -> None:
    """Their waits differ, though both lost the broker at the same moment."""
    first, second = Backoff(), Backoff()
    assert [first.next_seconds() for _ in range(5)] != [second.next_seconds() for _ in range(5)]
