"""The assignment of groups to folds."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.dataset import Clip
from soundpost_training.dataset.fold_assignment import assign_folds


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("xyz")), min_size=1),
    st.integers(2, 5),
    st.randoms(use_true_random=False),
)
def test_assignment_never_splits_a_group(
    clips: list[tuple[str, str]], folds: int, random: object
) -> None:
    """Every group is in one fold between 1 and the last, whatever the order of the files."""
    given_clips = [
        Clip(Path(f"{number}.wav"), label, 0, group) for number, (group, label) in enumerate(clips)
    ]
    dealt = assign_folds(given_clips, folds)
    fold_of = {clip.group: clip.fold for clip in dealt}
    assert all(fold_of[clip.group] == clip.fold for clip in dealt)
    assert {clip.fold for clip in dealt} <= set(range(1, folds + 1))
    random.shuffle(given_clips)  # type: ignore[attr-defined]  # hypothesis' seeded Random
    assert {clip.path: clip.fold for clip in assign_folds(given_clips, folds)} == {
        clip.path: clip.fold for clip in dealt
    }
