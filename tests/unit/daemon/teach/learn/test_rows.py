"""Rows are split by recording, and each recording counts the same."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from taught_examples import background, embeddings, examples, recording

from soundpost.teach.learn.rows import MOST_BACKGROUND_ROWS, FitRows

EXAMPLES = examples()


def logits(rows: FitRows, fold: int = -1) -> np.ndarray:
    """Returns the logits that a fit gives to some windows."""
    return rows.fit(without_fold=fold).logits(embeddings(5, 77, 2.0))


@settings(max_examples=3, deadline=None)
@given(st.permutations(range(6)), st.permutations(range(3)))
def test_the_order_of_the_clips_changes_nothing(label: list[int], others: list[int]) -> None:
    """Neither the fit nor the fold of a recording."""
    permuted = replace(
        EXAMPLES,
        label=[EXAMPLES.label[at] for at in label],
        others=[EXAMPLES.others[at] for at in others],
    )
    rows, expected = FitRows(permuted), FitRows(EXAMPLES)
    assert np.allclose(logits(rows), logits(expected), atol=1e-9)
    folds = dict(zip((each.key for each in permuted.label), rows.label_folds, strict=True))
    assert [folds[each.key] for each in EXAMPLES.label] == expected.label_folds


def test_a_recording_is_never_fitted_in_its_own_fold() -> None:
    """Whatever its windows are: they change nothing in the fit of its fold."""
    changed = replace(
        EXAMPLES, label=[recording(0, 900.0), *EXAMPLES.label[1:]], general=EXAMPLES.general
    )
    fold = FitRows(EXAMPLES).label_folds[0]
    assert np.array_equal(logits(FitRows(changed), fold), logits(FitRows(EXAMPLES), fold))
    assert not np.allclose(logits(FitRows(changed)), logits(FitRows(EXAMPLES)))


def test_a_minute_of_background_is_never_fitted_in_its_own_fold() -> None:
    """Nor is another recording, nor a general sound."""
    rows = FitRows(EXAMPLES)
    block = rows.blocks[0]
    changed = EXAMPLES.background[0].embeddings.copy()
    changed[block.first : block.last] += 50.0
    others = replace(EXAMPLES, background=[replace(EXAMPLES.background[0], embeddings=changed)])
    assert np.array_equal(logits(FitRows(others), block.fold), logits(rows, block.fold))
    assert not np.allclose(logits(FitRows(others)), logits(rows))
    last = rows.blocks[-1]
    assert last.stretch == len(EXAMPLES.negatives) - 1
    other = replace(EXAMPLES, others=[*EXAMPLES.others[:-1], recording(102, 90.0)])
    assert np.array_equal(logits(FitRows(other), last.fold), logits(rows, last.fold))
    general = EXAMPLES.general.copy()
    general[2 :: rows.folds] += 30.0
    assert np.array_equal(logits(FitRows(replace(EXAMPLES, general=general)), 2), logits(rows, 2))


def test_blocks_cover_all_negatives_once() -> None:
    """So every window of them has a score by a head that was not fitted on it."""
    rows = FitRows(EXAMPLES)
    for position, stretch in enumerate(EXAMPLES.negatives):
        covered = [
            window
            for block in rows.blocks
            if block.stretch == position
            for window in range(block.first, block.last)
        ]
        assert covered == list(range(len(stretch.embeddings)))
    assert {block.fold for block in rows.blocks} <= set(range(rows.folds))


def test_a_long_recording_counts_as_much_as_a_short_one() -> None:
    """A clip of many windows is one sound."""
    short = replace(EXAMPLES, label=[*EXAMPLES.label[1:], recording(0, windows=3)])
    rows = recording(0, windows=3)
    long = replace(
        rows,
        rows=np.repeat(rows.rows, 9, axis=0),
        stretch=replace(rows.stretch, embeddings=np.repeat(rows.stretch.embeddings, 9, axis=0)),
    )
    assert np.allclose(
        logits(FitRows(replace(short, label=[*short.label[:-1], long]))),
        logits(FitRows(short)),
        atol=1e-9,
    )


def test_an_hour_of_background_is_fitted_on_some_of_its_windows() -> None:
    """Evenly spaced over it: the time and the memory of a fit are bounded."""
    hour = replace(EXAMPLES, background=[background(60.0)])
    assert FitRows(hour).count < MOST_BACKGROUND_ROWS + 300


def test_long_other_recordings_are_fitted_on_some_of_their_windows() -> None:
    """All windows of sixty of a minute would take more memory than a node gives; each counts."""
    others = [recording(100 + number, 0.0, windows=250) for number in range(60)]
    long = replace(EXAMPLES, others=others)
    loud = sum(len(each.rows) for each in others)
    assert FitRows(long).count - FitRows(EXAMPLES).count < MOST_BACKGROUND_ROWS + loud
    changed = replace(long, others=[recording(100, 90.0, windows=250), *others[1:]])
    assert not np.allclose(logits(FitRows(changed)), logits(FitRows(long)))


def test_label_alone_with_general_sounds_can_be_fitted() -> None:
    """A node that was just set up has no background."""
    bare = replace(EXAMPLES, background=[], others=[])
    assert np.isfinite(logits(FitRows(bare), 0)).all()
