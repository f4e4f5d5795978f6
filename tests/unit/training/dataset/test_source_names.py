"""Clips that were cut from one recording, as their names have it."""

from pathlib import Path

import pytest

from soundpost_training.dataset.clip import Clip
from soundpost_training.dataset.source_names import source_keys


def groups(*stems: str, folds: int = 2, label: str = "fox") -> set[frozenset[str]]:
    """Returns the sets of names that are one recording, of files in one label's folder."""
    clips = [Clip(Path(label, f"{stem}.wav"), label, 0, f"{label}/{stem}") for stem in stems]
    keys = source_keys(clips, folds)
    return {
        frozenset(stem for stem, other in zip(stems, keys, strict=True) if other == key)
        for key in keys
    }


@pytest.mark.parametrize(
    "pieces",
    [
        ("123456__ann__fox bark", "123456__ann__fox_bark_2"),
        ("1-100032-A-0", "3-100032-B-0"),
        ("100032-3-0-0", "100032-3-0-12"),
        ("123456_left", "123456_right"),
        ("dawn", "dawn copy"),
        ("dawn", "dawn - Copy"),
        ("dawn", "dawn - Copy (2)"),
        ("dawn", "Copy of dawn"),
        ("dawn", "dawn (1)"),
        ("dawn", "dawn_1"),
        ("dawn_1", "dawn_2"),
        ("dawn-a", "dawn-b"),
        ("dawn part 1", "dawn part 2"),
        ("dawn_segment_01", "dawn_segment_02"),
    ],
)
def test_pieces_and_copies_are_one_recording(pieces: tuple[str, str]) -> None:
    """Numbers of Freesound, words for a copy, and numbers behind an equal name."""
    assert groups(*pieces, "other", "third") == {
        frozenset(pieces),
        frozenset({"other"}),
        frozenset({"third"}),
    }


@pytest.mark.parametrize(
    "names",
    [
        tuple(f"fox_{take:02}" for take in range(40)),
        tuple(f"fox ({take})" for take in range(1, 41)),
        tuple(f"{take:02}" for take in range(40)),
        tuple(f"rec-{take}" for take in range(40)),
        ("20240115_063000", "20240115_070000", "20240116_063000"),
        ("siren", "silent", "other"),
    ],
)
def test_numbers_may_count_recordings(names: tuple[str, ...]) -> None:
    """A label whose names differ by a number only has as many recordings as names."""
    assert groups(*names, folds=3) == {frozenset({name}) for name in names}


def test_a_name_that_would_empty_a_fold_is_not_trusted() -> None:
    """Pieces of two nights are two recordings for two folds, and six for three."""
    names = [f"{night}_{piece}" for night in ("mon", "tue") for piece in range(3)]
    assert len(groups(*names, folds=2)) == 2
    assert len(groups(*names, folds=3)) == 6


def test_the_same_name_in_another_format_is_the_same_recording() -> None:
    """`1.mp3` beside `1.wav` was made of it."""
    clips = [Clip(Path("fox", name), "fox", 0, name) for name in ("1.wav", "1.mp3", "2.wav")]
    first, second, third = source_keys(clips, 2)
    assert first == second != third


def test_names_count_within_their_label_only() -> None:
    """`1` of two labels are two recordings, but a number of Freesound is one everywhere."""
    clips = [
        Clip(Path(label, f"{stem}.wav"), label, 0, f"{label}/{stem}")
        for stem in ("1", "123456__ann__dawn")
        for label in ("fox", "owl")
    ]
    fox, owl, fox_sound, owl_sound = source_keys(clips, 2)
    assert fox != owl
    assert fox_sound == owl_sound


def test_the_pieces_of_a_folder_are_one_recording_whatever_their_names() -> None:
    """A group that the reader found already is kept."""
    clips = [Clip(Path("fox/night", f"{name}.wav"), "fox", 0, "fox/night") for name in "ab"]
    assert len(set(source_keys(clips, 2))) == 1
