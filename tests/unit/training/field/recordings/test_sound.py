"""Annotated sounds have valid times, and overlapping ones of a label become one."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from soundpost_training.errors import DatasetError
from soundpost_training.field.recordings.sound import (
    Sound,
    merge_overlapping,
    parse_salience,
    parse_sound,
)

SOUNDS = st.builds(
    lambda onset, length, label: Sound(onset / 10, (onset + length) / 10, label),
    st.integers(0, 300),
    st.integers(1, 60),
    st.sampled_from(["dog", "siren"]),
)


def test_times_may_have_a_decimal_comma() -> None:
    """Spreadsheets in many countries write them so."""
    assert parse_sound("dog", "1,5", "2.25", "line 2") == Sound(1.5, 2.25, "dog")


@pytest.mark.parametrize(
    ("onset", "offset", "expected"),
    [
        ("", "2", "expected the onset in seconds, got ''"),
        ("1", "two", "expected the offset in seconds, got 'two'"),
        ("nan", "2", "expected the onset in seconds, got 'nan'"),
        ("1", "inf", "expected the offset in seconds, got 'inf'"),
        ("-1", "2", "expected the onset in seconds, got '-1'"),
        ("1e9", "2e9", "expected the onset in seconds, got '1e9'"),
        ("00:01", "2", "expected the onset in seconds, got '00:01'"),
        ("2", "2", "expected an offset after the onset, got 2 to 2"),
        ("3", "2", "expected an offset after the onset, got 3 to 2"),
    ],
)
def test_a_wrong_time_is_refused_with_its_line(onset: str, offset: str, expected: str) -> None:
    """The error says where it is written, and what was expected."""
    with pytest.raises(DatasetError) as refused:
        parse_sound("dog", onset, offset, "annotations.csv, line 7")
    assert str(refused.value) == f"annotations.csv, line 7: {expected}"
    assert refused.value.hint


def test_a_sound_without_a_label_is_refused() -> None:
    """Nothing could be scored with it."""
    with pytest.raises(DatasetError, match="line 7: expected a label, got none"):
        parse_sound("", "1", "2", "line 7")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", False), ("Foreground", False), ("1", False), ("background", True), ("2", True)],
)
def test_salience_is_a_word_or_a_number_of_urbansound8k(text: str, *, expected: bool) -> None:
    """A sound without one is in the foreground."""
    assert parse_salience(text, "line 2") is expected


@pytest.mark.parametrize("text", ["3", "faint", "0.5", "\x00"])
def test_another_salience_is_refused_with_its_line(text: str) -> None:
    """The error says what was expected."""
    with pytest.raises(DatasetError, match="line 7: expected a salience, foreground or backgr"):
        parse_salience(text, "annotations.csv, line 7")


def test_a_faint_sound_beside_a_loud_one_is_loud() -> None:
    """The two are one event, which the loud one is enough for."""
    faint, loud = Sound(1.0, 5.0, "dog", is_background=True), Sound(4.0, 6.0, "dog")
    assert merge_overlapping([faint, loud]) == [Sound(1.0, 6.0, "dog")]
    assert merge_overlapping([faint]) == [faint]


@given(st.lists(SOUNDS, max_size=12))
@example([Sound(0.0, 0.1, "dog"), Sound(0.0, 0.1, "siren"), Sound(0.0, 0.2, "dog")])
def test_merging_keeps_every_moment_and_leaves_no_overlap(sounds: list[Sound]) -> None:
    """A tenth of a second sounds afterwards exactly if it did before, label by label."""
    merged = merge_overlapping(sounds)
    assert _tenths(merged) == _tenths(sounds)
    for label in ("dog", "siren"):
        own = [sound for sound in merged if sound.label == label]
        pairs = itertools.pairwise(own)
        assert all(first.offset_seconds < second.onset_seconds for first, second in pairs)
    assert merged == sorted(merged)


def _tenths(sounds: list[Sound]) -> set[tuple[str, int]]:
    return {
        (sound.label, tenth)
        for sound in sounds
        for tenth in range(round(sound.onset_seconds * 10), round(sound.offset_seconds * 10))
    }
