"""Labels for speech: marked by the bundle, or found by their name."""

import msgspec
import pytest
from tagging_bundle import tagging_manifest

from soundpost.evidence.privacy import SPEECH_SCORE, speech_labels, speech_scores


def test_marked_labels_are_speech_from_their_off_threshold() -> None:
    """They take the place of names, which say nothing of a score."""
    manifest = tagging_manifest()
    assert speech_scores(manifest.labels) == {1: 0.4}
    renamed = [
        msgspec.structs.replace(label, name=name)
        for label, name in zip(manifest.labels, ("shouting", "clatter", "hush"), strict=True)
    ]
    assert speech_scores(renamed) == {1: 0.4}


def test_a_bundle_that_marks_no_speech_is_searched_for_names() -> None:
    """From a score far below every threshold on."""
    unmarked = [
        msgspec.structs.replace(label, name=name, speech=False)
        for label, name in zip(tagging_manifest().labels, ("shouting", "dog", "hush"), strict=True)
    ]
    assert speech_scores(unmarked) == {0: SPEECH_SCORE}


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("speech", True),
        ("male_speech_man_speaking", True),
        ("conversation", True),
        ("child_singing", True),
        ("human_voice", True),
        ("whispering", True),
        ("laughing", True),
        ("chatter", True),
        ("crowd", True),
        ("glass_breaking", False),
        ("chirping_birds", False),
        ("singing_bowl", True),
        ("raptor", False),
        ("trapdoor", False),
        ("crying_baby", False),
        ("talon", False),
        ("single_shot", False),
    ],
)
def test_speech_labels_are_found_by_their_words(label: str, *, expected: bool) -> None:
    """In doubt a label counts as speech: a silenced bowl does less harm than a stored word."""
    assert bool(speech_labels([label])) == expected
