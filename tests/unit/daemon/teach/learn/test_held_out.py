"""Figures of recordings that a head was not fitted on."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from taught_examples import examples, recording

from soundpost.teach.examples import Examples
from soundpost.teach.learn.held_out import HeldOut, area_under_curve, best, hold_out
from soundpost.teach.learn.rows import FitRows


def held_out(given_examples: Examples) -> HeldOut:
    """Returns the held-out logits of examples."""
    rows = FitRows(given_examples)
    return hold_out(given_examples, rows, rows.fit(), lambda _done, _total: None)


def test_a_recording_unlike_all_others_is_missed_by_its_own_fold() -> None:
    """A head that was fitted on it would detect it."""
    odd = replace(examples(), label=[*examples().label, recording(50, -4.0)])
    rows = FitRows(odd)
    assert best(rows.fit().logits(odd.label[-1].stretch.embeddings)) > best(held_out(odd).label[-1])
    assert best(held_out(odd).label[-1]) < min(map(best, held_out(odd).label[:-1]))


def test_every_window_of_all_examples_is_scored() -> None:
    """In the order of the examples."""
    of_all = examples()
    scored = held_out(of_all)
    lengths = [len(each.stretch.embeddings) for each in of_all.label]
    assert [len(values) for values in scored.label] == lengths
    assert [len(values) for values in scored.negatives] == [
        len(stretch.embeddings) for stretch in of_all.negatives
    ]
    assert len(scored.general) == len(of_all.general)
    finite = [*scored.label, *scored.negatives, scored.general]
    assert all(np.isfinite(values).all() for values in finite)


def test_sounds_apart_are_separated_and_equal_ones_are_not() -> None:
    """The area under the curve is 1, or about one half."""
    assert held_out(examples()).separation == pytest.approx(1.0, abs=0.01)
    alike = held_out(examples(recordings=20, shift=0.0)).separation
    assert alike is not None
    assert 0.0 <= alike < 0.9


def test_without_background_general_sounds_are_compared_with() -> None:
    """Without these either there is no figure."""
    bare = replace(examples(), background=[], others=[])
    assert held_out(bare).separation == pytest.approx(1.0, abs=0.01)
    assert HeldOut([np.ones(3)], [], np.empty(0)).separation is None


@settings(max_examples=30)
@given(
    st.lists(st.integers(-3, 3), min_size=1, max_size=8),
    st.lists(st.integers(-3, 3), min_size=1, max_size=8),
)
def test_the_area_is_the_share_of_pairs_in_order(label: list[int], others: list[int]) -> None:
    """Equal scores count one half (Mann-Whitney)."""
    pairs = [(a > b) + (a == b) / 2 for a in label for b in others]
    area = area_under_curve(np.array(label, float), np.array(others, float))
    assert area == pytest.approx(sum(pairs) / len(pairs))


def test_the_best_score_is_that_of_two_windows() -> None:
    """One window alone starts no event; a clip of one window has its own score."""
    assert best(np.array([0.0, 9.0, 1.0, 6.0, 6.0])) == 6.0
    assert best(np.array([4.0])) == 4.0
