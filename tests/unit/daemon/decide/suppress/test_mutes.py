"""Mutes: muted events do not start, and no mute lasts for ever."""

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
    """Returns the labels whose events may start."""
    return {label for label in LABELS if mutes.may_start(label, utc_ns)}


def test_nothing_is_muted_at_first() -> None:
    """Events of every label may start."""
    assert allowed(Mutes(LABELS)) == set(LABELS)


def test_a_mute_holds_for_its_labels_until_its_end() -> None:
    """It ends at that nanosecond, and no other label is muted."""
    mutes = Mutes(LABELS)
    mutes.mute(DOG, NOW_NS + MINUTE_NS)
    assert allowed(mutes) == {"siren", "rain"}
    assert not mutes.may_start("dog", NOW_NS + MINUTE_NS - 1)
    assert mutes.may_start("dog", NOW_NS + MINUTE_NS)


def test_all_can_be_muted_and_one_of_them_unmuted() -> None:
    """None means every label; an unmute ends the mute of the labels that it names."""
    mutes = Mutes(LABELS)
    mutes.mute(None, NOW_NS + MINUTE_NS)
    assert allowed(mutes) == set()
    mutes.unmute(DOG)
    assert allowed(mutes) == DOG
    mutes.unmute(None)
    assert allowed(mutes) == set(LABELS)


def test_a_later_mute_replaces_an_earlier_one() -> None:
    """A mute can be shortened."""
    mutes = Mutes(LABELS)
    mutes.mute(DOG, NOW_NS + 10 * MINUTE_NS)
    mutes.mute(DOG, NOW_NS + MINUTE_NS)
    assert mutes.may_start("dog", NOW_NS + 2 * MINUTE_NS)


def test_a_mute_has_no_effect_after_the_clock_was_set_back_by_years() -> None:
    """A mute that ends later than the longest one from now was set by a wrong clock."""
    mutes = Mutes(LABELS)
    mutes.mute(None, NOW_NS + MINUTE_NS)
    assert allowed(mutes, NOW_NS - 2 * LONGEST_MUTE_SECONDS * NANOSECONDS) == set(LABELS)


def test_the_longest_mute_applies_at_once() -> None:
    """It applies to sound that was captured before the command and is decided on after it."""
    mutes = Mutes(LABELS)
    mutes.mute(None, NOW_NS + LONGEST_MUTE_SECONDS * NANOSECONDS)
    assert allowed(mutes, NOW_NS - 10 * NANOSECONDS) == set()


def test_an_unknown_label_is_refused() -> None:
    """A mute of a misspelt label would have no effect."""
    with pytest.raises(ValueError, match="dgo"):
        Mutes(LABELS).mute(frozenset({"dgo"}), NOW_NS)


@given(
    st.dictionaries(st.sampled_from([*LABELS, "gone"]), st.integers(0, 2 * MINUTE_NS)),
    st.integers(0, 2 * MINUTE_NS),
)
def test_a_restart_restores_the_mutes(ends: dict[str, int], later: int) -> None:
    """The saved state mutes the same labels; one that no longer exists is left out."""
    mutes = Mutes([*LABELS, "gone"])
    for label, end in ends.items():
        mutes.mute(frozenset({label}), NOW_NS + end)
    written = msgspec.json.encode(mutes.state)
    restored = Mutes(LABELS, msgspec.json.decode(written, type=MutesState))
    assert allowed(restored, NOW_NS + later) == allowed(mutes, NOW_NS + later)
    assert "gone" not in {mute.label for mute in restored.state.mutes}
