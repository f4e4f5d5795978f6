"""A label is learned with figures of recordings that were held out, or refused with the reason."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from taught_examples import background, examples, recording

from soundpost.teach.examples import Examples
from soundpost.teach.learn.events import count_events
from soundpost.teach.learn.learn import Learned, learn


def learned(given_examples: Examples, budget: float = 1.0) -> Learned:
    """Returns the head of examples."""
    return learn(given_examples, budget, lambda _done, _total: None)


def logits(head: Learned, embeddings: np.ndarray) -> np.ndarray:
    """Returns the logits that the stored weights give."""
    scores = np.clip(head.weights.scores(embeddings).astype(float), 1e-7, 1 - 1e-7)
    values: np.ndarray = np.log(scores / (1 - scores))
    return values


def test_a_sound_unlike_the_others_is_learned() -> None:
    """All recordings are detected by heads that were fitted without them."""
    of_all = examples()
    head = learned(of_all)
    assert head.refusal is None
    assert (head.figures.detected, head.figures.recordings) == (6, 6)
    assert head.figures.missed == []
    assert head.figures.events_per_hour == 0.0
    for each in of_all.label:
        assert count_events([logits(head, each.stretch.embeddings)], [each.stretch], 0.0)


def test_the_stored_head_keeps_to_the_budget_too() -> None:
    """Its own scores of all negatives give no more events than allowed."""
    of_all = examples(shift=1.2, minutes=8.0)
    head = learned(of_all, budget=12.0)
    found = count_events(
        [logits(head, stretch.embeddings) for stretch in of_all.negatives], of_all.negatives, 0.0
    )
    assert len(found) <= 12.0 * sum(stretch.seconds for stretch in of_all.negatives) / 3_600


def test_a_sound_like_the_background_is_refused() -> None:
    """With the events that are in the way, by their time, and what to do."""
    refusal = learned(examples(shift=0.0, minutes=8.0)).refusal
    assert refusal is not None
    assert "would detect" in refusal.reason
    assert refusal.false_events_per_hour > 1.0
    assert refusal.events
    assert {event.name for event in refusal.events} <= {
        "this node",
        *(f"other-{number}.wav" for number in range(3)),
    }
    of_node = [event for event in refusal.events if event.name == "this node"]
    assert all(event.time and event.time.startswith("2026-11-21T") for event in of_node)
    assert "listen to" in refusal.hint
    scores = [event.score for event in refusal.events]
    assert scores == sorted(scores, reverse=True)


def test_a_sound_that_the_background_has_is_named_by_its_time() -> None:
    """The bell that rang in the last hour: 14 times in it, and it is refused for that."""
    node = background(18.0)
    windows = node.embeddings.copy()
    for ring in range(14):
        windows[300 + 300 * ring : 312 + 300 * ring] = recording(70 + ring).stretch.embeddings
    rung = replace(examples(), background=[replace(node, embeddings=windows)])
    refusal = learned(rung, budget=0.5).refusal
    assert refusal is not None
    of_node = {round(event.seconds / 0.24) for event in refusal.events if event.name == "this node"}
    rings = {300 + 300 * ring for ring in range(14)}
    assert len(of_node & {at + ahead for at in rings for ahead in range(6)}) >= 7
    assert learned(rung, budget=60.0).refusal is None


def test_recordings_too_unlike_each_other_need_more_clips() -> None:
    """Nothing is in the way of the label then."""
    unlike = examples()
    odd = [recording(seed, 4.0 if seed % 2 else -4.0) for seed in range(4)]
    refusal = learned(replace(unlike, label=odd), budget=0.5).refusal
    assert refusal is None or "more" in refusal.hint


@settings(max_examples=2, deadline=None)
@given(st.permutations(range(6)))
def test_the_order_of_the_clips_changes_no_figure(order: list[int]) -> None:
    """Nor the weights, but for their rounding."""
    of_all = examples()
    expected = learned(of_all)
    permuted = learned(replace(of_all, label=[of_all.label[at] for at in order]))
    assert permuted.figures == expected.figures
    assert np.allclose(permuted.weights.weights, expected.weights.weights, atol=1e-5)
    assert np.allclose(permuted.weights.bias, expected.weights.bias, atol=1e-3)


def test_golden_vectors_have_the_label_and_other_sounds() -> None:
    """By turns, so that a head with the wrong sign does not verify."""
    scores = learned(examples()).golden.scores
    assert (scores[0::2] > 0.5).all()
    assert (scores[1::2] < 0.5).all()


@pytest.mark.parametrize("left", ["background", "others", "general"])
def test_any_one_kind_of_other_sound_is_enough(left: str) -> None:
    """The figure of false events needs background or other recordings."""
    none = {"background": [], "others": [], "general": examples().general[:0]}
    del none[left]
    figures = learned(replace(examples(), **none)).figures  # type: ignore[arg-type] # any of the fields
    assert (figures.events_per_hour is None) == (left == "general")
    assert figures.has_general == (left == "general")
