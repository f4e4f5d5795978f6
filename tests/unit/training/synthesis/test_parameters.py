"""Parameters for training and for evaluation."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.synthesis.parameters import SLOTS, Parameters


@given(st.integers(0, 2**32 - 1))
def test_no_slot_of_a_range_serves_both_parts(seed: int) -> None:
    """A pitch for evaluation is never one for training."""
    rng = np.random.default_rng(seed)
    training = {int(Parameters(rng).between(0, 1) * SLOTS) for _ in range(100)}
    evaluation = {int(Parameters(rng, held_out=True).between(0, 1) * SLOTS) for _ in range(100)}
    assert not training & evaluation
    assert training | evaluation <= set(range(SLOTS))
    assert len(evaluation) > 1


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_a_tolerance_is_kept(seed: int, held_out: object) -> None:
    """Of the value, in both directions."""
    parameters = Parameters(np.random.default_rng(seed), bool(held_out))
    assert 0.9 <= parameters.close_to(1.0, 0.1) <= 1.1
