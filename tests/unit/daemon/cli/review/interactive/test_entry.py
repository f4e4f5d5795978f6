"""Typing a label."""

from collections.abc import Sequence

import pytest

from soundpost.cli.review.interactive.entry import LONGEST_CHARACTERS, LabelEntry


def typed(keys: str, matches: Sequence[str] = ()) -> tuple[str, str]:
    """Returns the outcome of the last key, and the text."""
    entry = LabelEntry()
    outcome = ""
    for key in keys:
        outcome = entry.press(key, matches)
    return outcome, entry.text


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("fox\n", ("accepted", "fox")),
        ("  red fox \r", ("accepted", "red fox")),
        ("\n", ("cancelled", "")),
        ("   \n", ("cancelled", "")),
        ("fox\x1b", ("cancelled", "fox")),
        ("fix\x7f\x7fox", ("open", "fox")),
        ("\x7f\x7f", ("open", "")),
        ("wolf\x15fox", ("open", "fox")),
        ("a\x01\x02b\u202e", ("open", "ab")),
        ("Füchsin 鳥", ("open", "Füchsin 鳥")),
    ],
)
def test_a_label_is_edited_as_in_a_shell(keys: str, expected: tuple[str, str]) -> None:
    """Without characters that cannot be seen."""
    assert typed(keys) == expected


@pytest.mark.parametrize(
    ("text", "matches", "completed"),
    [
        ("si", ["siren"], "siren"),
        ("s", ["siren", "silence"], "si"),
        ("si", ["siren", "silence"], "siren"),
        ("DO", ["dog", "dogfish"], "dog"),
        ("og", ["dog"], "dog"),
        ("x", [], "x"),
    ],
)
def test_tab_completes_as_far_as_the_labels_agree(
    text: str, matches: list[str], completed: str
) -> None:
    """Then to the first of them."""
    assert typed(f"{text}\t", matches) == ("open", completed)


def test_a_pasted_text_is_bounded() -> None:
    """Memory does not depend on it."""
    assert len(typed("x" * 10_000)[1]) == LONGEST_CHARACTERS
