"""The order in which clips are removed, and its cost."""

from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_clips import HOUR_NS, NOW_NS

from soundpost.evidence.store.files import stem_of
from soundpost.evidence.store.index import FRESH_NS, MOST_MOVED, ClipIndex, StoredClip

DAY_NS = 24 * HOUR_NS


def named_clip(
    number: int, label: str = "dog", score: float = 0.5, age_hours: float = 100.0
) -> StoredClip:
    """Returns a clip whose time is in whole seconds."""
    onset_ns = NOW_NS - round(age_hours * 3600) * 10**9
    return StoredClip(stem_of(onset_ns, label, f"{number:032x}"), score, "synced", 12_288)


def index_of(*clips: StoredClip) -> ClipIndex:
    """Returns an index of clips at the time `NOW_NS`."""
    index = ClipIndex()
    index.set_time(NOW_NS)
    for clip in clips:
        index.add(clip)
    return index


def least_wanted(index: ClipIndex, now_ns: int = NOW_NS) -> str | None:
    """Returns the stem of the clip to remove."""
    slot = index.least_wanted(now_ns)
    return None if slot is None else index.stem(slot)


def test_clips_of_the_last_day_are_removed_last() -> None:
    """A person who comes after an alarm finds its clip, however low its score."""
    fresh = named_clip(1, "dog", 0.1, age_hours=1.0)
    old = named_clip(2, "glass_breaking", 1.0, age_hours=100.0)
    assert least_wanted(index_of(fresh, old)) == old.stem
    assert least_wanted(index_of(fresh)) == fresh.stem
    assert FRESH_NS == DAY_NS


def test_of_equal_clips_the_oldest_is_removed() -> None:
    """Of those of one second the one whose name comes first."""
    clips = [named_clip(number, age_hours=100.0 - number // 2) for number in (5, 2, 0, 1, 4)]
    index, removed = index_of(*clips), []
    while (slot := index.least_wanted(NOW_NS)) is not None:
        removed.append(index.stem(slot)[:16])
        index.remove(slot)
    assert removed == sorted(clip.stem[:16] for clip in clips)


@pytest.mark.parametrize(
    "stem",
    [
        "00010101T000000Z-dog-00000000",
        "99991231T235959Z-a-ffffffff",
        "19691231T235959Z-glass_breaking_2-80000001",
    ],
)
def test_a_name_is_put_together_again(stem: str) -> None:
    """The index keeps numbers instead of names."""
    index = index_of(StoredClip(stem, 0.5, "synced", 4096))
    assert index.oldest() is not None
    assert index.stem(index.oldest() or 0) == stem


@pytest.mark.parametrize(
    "stem",
    ["dog", "20261301T000000Z-dog-00000000", "20260101T240000Z-dog-00000000", "../x", ""],
)
def test_another_name_is_refused(stem: str) -> None:
    """It has no time."""
    with pytest.raises(ValueError, match=r".+"):
        index_of(StoredClip(stem, 0.5, "synced", 4096))


@dataclass
class ListOfClips:
    """The same rules over a plain list: what the index has to agree with."""

    clips: list[StoredClip] = field(default_factory=list)

    def least_wanted(self, now_ns: int) -> str | None:
        """Returns the stem of the clip to remove."""
        stems = {clip.stem[:16]: clip for clip in self.clips}
        assert len(stems) == len(self.clips), "each clip has its own second"
        day_ago = stem_of(now_ns - DAY_NS, "", "")[:16]
        old = [clip for clip in self.clips if clip.stem[:16] <= day_ago] or self.clips
        count = Counter(clip.stem.split("-")[1] for clip in old)
        order = (
            (-count[clip.stem.split("-")[1]], round(clip.score * 1000), clip.stem) for clip in old
        )
        return min(order, default=(0, 0, None))[2]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["dog", "siren", "glass_breaking"]),
            st.integers(0, 1000),
            st.integers(0, 200),
        ),
        max_size=30,
        unique_by=lambda clip: clip[2],
    ),
    st.lists(st.integers(-100, 100), max_size=30),
)
def test_the_choice_is_that_of_the_rules(
    clips: list[tuple[str, int, int]], hours: list[int]
) -> None:
    """This holds for any order of adding and removing, and for a clock that steps back."""
    index, model = index_of(), ListOfClips()
    for number, (label, score, age_hours) in enumerate(clips):
        clip = named_clip(number, label, score / 1000, age_hours)
        index.add(clip)
        model.clips.append(clip)
        if number % 3 == 0:
            oldest = index.oldest()
            assert oldest is not None
            assert index.stem(oldest) == min(clip.stem for clip in model.clips)
    for hour in hours:
        chosen = least_wanted(index, NOW_NS + hour * HOUR_NS)
        assert chosen == model.least_wanted(NOW_NS + hour * HOUR_NS)
        slot = index.least_wanted(NOW_NS + hour * HOUR_NS)
        if slot is not None:
            index.remove(slot)
            model.clips = [clip for clip in model.clips if clip.stem != chosen]
    assert len(index) == len(model.clips)


def test_a_clock_that_is_set_moves_some_clips_at_a_time() -> None:
    """All have moved after as many choices as it takes, and then the lowest score is chosen."""
    count = 3 * MOST_MOVED
    clips = [named_clip(number, score=(number + 1) / count) for number in range(count)]
    index = ClipIndex()
    index.set_time(NOW_NS - 10**4 * DAY_NS)
    for clip in clips:
        index.add(clip)
    chosen = [least_wanted(index) for _ in range(4)]
    assert chosen[-1] == clips[0].stem
    assert len(index) == count


def test_clips_of_one_age_stay_together_when_the_clock_is_set() -> None:
    """Their names differ by the label only; all can be removed after any number of steps."""
    clips = [
        named_clip(number // 4, f"label_{number % 4}", age_hours=100.0 + number // 300)
        for number in range(5 * MOST_MOVED)
    ]
    for days in (-1000, 1000):
        index = index_of(*clips)
        for _ in range(3):
            index.set_time(NOW_NS + days * DAY_NS)
        index.set_time(NOW_NS - days * DAY_NS)
        while (slot := index.least_wanted(NOW_NS)) is not None:
            index.remove(slot)
        assert len(index) == 0


def test_labels_beyond_the_limit_share_a_count() -> None:
    """A folder with a label for each file costs no more than one of a thousand labels."""
    clips = [named_clip(number, f"label_{number}", 0.9) for number in range(1_500)]
    index = index_of(*clips)
    slot = index.least_wanted(NOW_NS)
    assert slot is not None
    assert int(index.stem(slot).split("-")[1].removeprefix("label_")) >= 999
    while (slot := index.least_wanted(NOW_NS)) is not None:
        index.remove(slot)
    assert len(index) == 0
