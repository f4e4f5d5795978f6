"""The choice of recordings: rare labels and small sources are drawn as well."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost_training.sources.recording import SourceRecording
from soundpost_training.tagging.examples.sound_choice import (
    COMPANION_LASTING_SHARE,
    MOST_OF_LABEL,
    SoundChoice,
)

DRAWS = 4000


def recording(source: str, *labels: str, seconds: float = 5.0) -> SourceRecording:
    """Returns a recording whose file is never read."""
    path = Path(f"{source}.wav")
    return SourceRecording(path, source, "", labels, "CC0-1.0", "", held_out=False, seconds=seconds)


def foregrounds(recordings: list[SourceRecording], label_share: float) -> list[int]:
    """Returns the positions of many foregrounds."""
    choice, rng = SoundChoice(recordings, label_share), np.random.default_rng(5)
    return [choice.foreground(rng)[0] for _ in range(DRAWS)]


def share(positions: list[int], recordings: list[SourceRecording], label: str) -> float:
    """Returns the share of the draws that have a label."""
    return sum(label in recordings[position].labels for position in positions) / len(positions)


def test_a_label_beyond_sixty_recordings_is_not_drawn_more_often() -> None:
    """900 recordings of dogs are drawn as often as 60 of sirens."""
    recordings = [recording("us8k", "dog")] * (15 * MOST_OF_LABEL)
    recordings += [recording("us8k", "siren")] * MOST_OF_LABEL
    drawn = foregrounds(recordings, 1.0)
    assert share(drawn, recordings, "dog") == pytest.approx(0.5, abs=0.04)


def test_a_rare_label_is_drawn_by_the_root_of_its_recordings() -> None:
    """15 shots beside 60 or more dogs are a third of the draws, though a sixtieth of the files."""
    recordings = [recording("us8k", "dog")] * 900 + [recording("us8k", "gun_shot")] * 15
    drawn = foregrounds(recordings, 1.0)
    assert share(drawn, recordings, "gun_shot") == pytest.approx(1 / 3, abs=0.04)


def test_sources_are_drawn_by_the_root_of_their_length() -> None:
    """A source of a ninth of the duration gets a quarter of the draws, whatever its files."""
    recordings = [recording("long", seconds=90.0)] * 10 + [recording("short", seconds=1.0)] * 100
    drawn = Counter(recordings[position].source for position in foregrounds(recordings, 0.0))
    assert drawn["short"] / DRAWS == pytest.approx(1 / 4, abs=0.04)


def test_a_source_of_unknown_length_is_drawn_too() -> None:
    """Its durations of 0 count as a second."""
    recordings = [recording("known", seconds=9.0), recording("unknown", seconds=0.0)]
    assert np.mean(foregrounds(recordings, 0.0)) == pytest.approx(1 / 4, abs=0.04)


@settings(max_examples=30)
@given(
    labels=st.lists(st.sets(st.sampled_from(["dog", "rain", "speech", "music"])), min_size=1),
    label_share=st.floats(0.0, 1.0),
    seed=st.integers(0, 2**32),
)
def test_every_draw_is_a_recording_and_lasting_sounds_are_no_events(
    labels: list[set[str]], label_share: float, seed: int
) -> None:
    """Speech, music and ambience last; all other recordings are events, labelled or not."""
    recordings = [recording("esc50", *sorted(some)) for some in labels]
    recordings.append(recording("ambience"))
    choice, rng = SoundChoice(recordings, label_share), np.random.default_rng(seed)
    for draw in (choice.foreground, choice.companion):
        position, is_event = draw(rng)
        chosen = recordings[position]
        assert is_event is not (
            chosen.source == "ambience" or bool({"speech", "music"} & set(chosen.labels))
        )


def test_two_of_three_second_sounds_last() -> None:
    """The others are foregrounds; here these are dogs, as only labels are drawn."""
    recordings = [recording("esc50", "dog", seconds=1e9), recording("ambience", seconds=1.0)]
    choice, rng = SoundChoice(recordings, 1.0), np.random.default_rng(5)
    lasting = sum(not choice.companion(rng)[1] for _ in range(DRAWS))
    assert lasting / DRAWS == pytest.approx(COMPANION_LASTING_SHARE, abs=0.03)


def test_without_labels_foregrounds_are_drawn_by_source() -> None:
    """A label share of 1 is ignored where no recording has a label."""
    assert set(foregrounds([recording("a"), recording("b")], 1.0)) == {0, 1}
