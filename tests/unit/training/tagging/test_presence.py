"""Labels that are present or absent, as far as data sets say so."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost_training.audioset.label_map import LabelMap
from soundpost_training.audioset.label_map_file import read_label_map
from soundpost_training.errors import DatasetError
from soundpost_training.sources.recording import SourceRecording
from soundpost_training.tagging.examples.mixtures import Components
from soundpost_training.tagging.presence import (
    CHECKED_GROUPS,
    LOUD_DB,
    QUIET_DB,
    RELATED_FILE,
    Presence,
    known_presence,
)

LABELS = read_label_map()
DOG, SIREN, SPEECH, MUSIC, FORMER, STREET = range(6)

NO_SNR = np.zeros(1, np.float32)


def recording(source: str, *labels: str) -> SourceRecording:
    """Returns a recording whose file is never read."""
    return SourceRecording(Path("a.wav"), source, "", labels, "CC0-1.0", "", held_out=False)


RECORDINGS = (
    recording("esc50", "dog"),
    recording("esc50", "siren"),
    recording("debian:voices", "speech"),
    recording("debian:tunes", "music"),
    recording("debian:game"),
    recording("urbansound8k", "dog"),
)


def presence_of(
    first: int, second: int = -1, *, snr_db: float = 0.0, levels: tuple[float, float] = (0.0, 0.0)
) -> Presence:
    """Returns what is known of one example."""
    components = Components(
        np.array([[first, second]]), np.array([levels], np.float32), np.array([snr_db], np.float32)
    )
    return known_presence(components, RECORDINGS, LABELS)


def present(presence: Presence) -> dict[str, float]:
    """Returns the labels that are present, and how certainly."""
    (row,) = presence.present
    return {name: float(value) for name, value in zip(LABELS.names, row, strict=True) if value}


def absent(presence: Presence) -> set[str]:
    """Returns the labels that are known not to sound."""
    (row,) = presence.absent
    return {name for name, value in zip(LABELS.names, row, strict=True) if value}


def in_groups(*groups: str) -> set[str]:
    """Returns the labels of some groups."""
    return {label.name for label in LABELS.labels if label.group in groups}


def test_a_clip_has_its_label_and_no_unrelated_one() -> None:
    """A dog of ESC-50 excludes sirens and rain; howling, which dogs do, is left open."""
    presence = presence_of(DOG)
    assert present(presence) == {"dog": 1.0}
    assert {"siren", "rain", "gun_shot"} <= absent(presence)
    assert not {"dog", "howling", "speech"} & absent(presence)


def test_labels_that_the_authors_did_not_look_for_are_open() -> None:
    """Streets always have people, cars and birds; a person who speaks may be at home, or shout."""
    assert absent(presence_of(STREET)) == in_groups("security", "tools")
    assert not absent(presence_of(SPEECH)) & in_groups("people", "home", "nature", "media")
    checked = in_groups("security", "animals", "vehicles", "tools")
    assert checked - absent(presence_of(SPEECH)) == {"dog", "shouting"}
    assert absent(presence_of(MUSIC)) <= checked


def test_a_recording_without_labels_of_an_unknown_source_excludes_nothing() -> None:
    """The sounds of a game are left to the teachers."""
    presence = presence_of(FORMER)
    assert not present(presence)
    assert not absent(presence)


def test_a_mixture_has_both_labels_and_lacks_what_both_lack() -> None:
    """A dog in front of an unknown sound excludes nothing."""
    assert present(presence_of(DOG, SIREN)) == {"dog": 1.0, "siren": 1.0}
    assert not {"dog", "siren"} & absent(presence_of(DOG, SIREN))
    assert absent(presence_of(DOG, SIREN)) == (
        absent(presence_of(DOG)) & absent(presence_of(SIREN))
    )
    assert not absent(presence_of(DOG, FORMER))


@pytest.mark.parametrize(
    ("snr_db", "expected"),
    [
        (0.0, {"dog": 1.0, "siren": 1.0}),
        (8.0, {"dog": 1.0}),
        (-8.0, {"siren": 1.0}),
        (4.0, {"dog": 1.0, "siren": 0.5}),
    ],
)
def test_a_sound_that_is_lost_in_the_other_is_not_present(
    snr_db: float, expected: dict[str, float]
) -> None:
    """8 dB below the other it is inaudible, 4 dB below it half certain; it is never absent."""
    presence = presence_of(DOG, SIREN, snr_db=snr_db)
    assert present(presence) == pytest.approx(expected)
    assert not {"dog", "siren"} & absent(presence)


@pytest.mark.parametrize(("level_db", "expected"), [(LOUD_DB, 1.0), (-9.0, 0.5), (QUIET_DB, 0.0)])
def test_a_crop_in_a_pause_of_its_recording_has_no_label(level_db: float, expected: float) -> None:
    """A window between two barks states nothing of dogs: neither their presence nor absence."""
    presence = presence_of(DOG, levels=(level_db, 0.0))
    assert present(presence).get("dog", 0.0) == pytest.approx(expected)
    assert "dog" not in absent(presence)
    assert "siren" in absent(presence)


@settings(max_examples=200)
@given(
    first=st.integers(0, len(RECORDINGS) - 1),
    second=st.integers(-1, len(RECORDINGS) - 1),
    snr_db=st.floats(-30.0, 30.0),
    levels=st.tuples(st.floats(-100.0, 3.0), st.floats(-100.0, 3.0)),
)
def test_no_label_is_both_present_and_absent(
    first: int, second: int, snr_db: float, levels: tuple[float, float]
) -> None:
    """Certainties are between 0 and 1; a recording's own labels are never absent."""
    presence = presence_of(first, second, snr_db=snr_db, levels=levels)
    assert presence.present.min() >= 0.0
    assert presence.present.max() <= 1.0
    assert not ((presence.present > 0.0) & presence.absent).any()
    own = {*RECORDINGS[first].labels, *(RECORDINGS[second].labels if second >= 0 else ())}
    assert present(presence).keys() <= own
    assert not own & absent(presence)


def test_a_label_that_the_map_lacks_is_an_error() -> None:
    """The error names the recording and the label."""
    components = Components(
        np.array([[0, -1]]), np.zeros((1, 2), np.float32), np.zeros(1, np.float32)
    )
    with pytest.raises(DatasetError, match=r"a\.wav has the label unicorn"):
        known_presence(components, [recording("esc50", "unicorn")], LABELS)


def test_related_labels_are_of_the_map_and_each_pair_stands_once() -> None:
    """A misspelt name would relate nothing, without an error."""
    with RELATED_FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["first"] for row in rows} | {row["second"] for row in rows} <= {*LABELS.names}
    pairs = [frozenset((row["first"], row["second"])) for row in rows]
    assert len(set(pairs)) == len(pairs) > 40
    assert all(len(pair) == 2 for pair in pairs)
    assert all(row["reason"] for row in rows)


def test_checked_groups_are_groups_of_the_map() -> None:
    """A misspelt group would exclude nothing, without an error."""
    assert {group for groups in CHECKED_GROUPS.values() for group in groups} <= {*LABELS.groups}


def test_a_map_of_fewer_labels_ignores_the_other_pairs() -> None:
    """A related label that a map does not have is no error."""
    fewer = LabelMap(tuple(label for label in LABELS.labels if label.name != "howling"), "few.csv")
    components = Components(
        np.array([[0, -1]]), np.zeros((1, 2), np.float32), np.zeros(1, np.float32)
    )
    presence = known_presence(components, RECORDINGS, fewer)
    assert presence.present.shape == presence.absent.shape == (1, len(LABELS.names) - 1)
