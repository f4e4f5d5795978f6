"""What is muted does not begin, what has begun ends, and nothing is muted for ever."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import NANOSECONDS
from soundpost.decide import LONGEST_MUTE_SECONDS, Mutes, MutesState

LABELS = ("dog", "siren", "rain")
NOW_NS = 1_800_000_000 * NANOSECONDS
MINUTE_NS = 60 * NANOSECONDS
DOG = frozenset({"dog"})


def allowed(mutes: Mutes, utc_ns: int = NOW_NS) -> set[str]:
    """The labels whose events may begin."""
    return {label for label in LABELS if mutes.may_start(label, utc_ns)}


def test_nothing_is_muted_at_first() -> None:
    """Every label may begin."""
    assert allowed(Mutes(LABELS)) == set(LABELS)


def test_a_mute_holds_for_its_labels_until_its_end() -> None:
    """Up to that nanosecond, and no other label."""
    mutes = Mutes(LABELS)
    mutes.mute(DOG, NOW_NS + MINUTE_NS)
    assert allowed(mutes) == {"siren", "rain"}
    assert not mutes.may_start("dog", NOW_NS + MINUTE_NS - 1)
    assert mutes.may_start("dog", NOW_NS + MINUTE_NS)


def test_all_can_be_muted_and_one_of_them_unmuted() -> None:
    """None means every label, and an unmute takes out of it what it names."""
    mutes = Mutes(LABELS)
    mutes.mute(None, NOW_NS + MINUTE_NS)
    assert allowed(mutes) == set()
    mutes.unmute(DOG)
    assert allowed(mutes) == DOG
    mutes.unmute(None)
    assert allowed(mutes) == set(LABELS)


def test_a_later_word_takes_the_place_of_an_earlier_one() -> None:
    """A mute can be shortened."""
    mutes = Mutes(LABELS)
    mutes.mute(DOG, NOW_NS + 10 * MINUTE_NS)
    mutes.mute(DOG, NOW_NS + MINUTE_NS)
    assert mutes.may_start("dog", NOW_NS + 2 * MINUTE_NS)


def test_a_clock_that_is_set_back_by_years_mutes_nothing() -> None:
    """What ends later than the longest mute from now was said by a wrong clock."""
    mutes = Mutes(LABELS)
    mutes.mute(None, NOW_NS + MINUTE_NS)
    assert allowed(mutes, NOW_NS - 2 * LONGEST_MUTE_SECONDS * NANOSECONDS) == set(LABELS)


def test_the_longest_mute_holds_at_once() -> None:
    """Also for what was heard before it was said, and is decided only now."""
    mutes = Mutes(LABELS)
    mutes.mute(None, NOW_NS + LONGEST_MUTE_SECONDS * NANOSECONDS)
    assert allowed(mutes, NOW_NS - 10 * NANOSECONDS) == set()


def test_an_unknown_label_is_refused() -> None:
    """A mute of a misspelt label would mute nothing."""
    with pytest.raises(ValueError, match="dgo"):
        Mutes(LABELS).mute(frozenset({"dgo"}), NOW_NS)


@given(
    st.dictionaries(st.sampled_from([*LABELS, "gone"]), st.integers(0, 2 * MINUTE_NS)),
    st.integers(0, 2 * MINUTE_NS),
)
def test_a_restart_remembers(ends: dict[str, int], later: int) -> None:
    """The state, written and read again, mutes the same; a label that is gone is left out."""
    mutes = Mutes([*LABELS, "gone"])
    for label, end in ends.items():
        mutes.mute(frozenset({label}), NOW_NS + end)
    written = msgspec.json.encode(mutes.state)
    restored = Mutes(LABELS, msgspec.json.decode(written, type=MutesState))
    assert allowed(restored, NOW_NS + later) == allowed(mutes, NOW_NS + later)
    assert "gone" not in {mute.label for mute in restored.state.mutes}
