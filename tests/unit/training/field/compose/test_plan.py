"""The plan of the negatives names what the sources have, and labels that exist."""

from soundpost_training.audioset.label_map_file import read_label_map
from soundpost_training.field.compose.negatives import MADE
from soundpost_training.field.compose.plan import LASTING_LABELS, URBAN_EVENTS, read_plan
from soundpost_training.field.score.label_names import build_vocabulary


def test_every_label_that_may_sound_is_one_of_the_map() -> None:
    """Or a category of ESC-50, or a group: a typing error would count right events as false."""
    vocabulary = build_vocabulary([], read_label_map())
    for plan in read_plan():
        assert plan.may_sound
        for label in plan.may_sound:
            assert vocabulary.labels(label, plan.name)


def test_the_kinds_that_the_bars_name_are_there() -> None:
    """Speech, music, kitchens, noise of rooms, drones, ambience, and laughs beside cries."""
    kinds = {plan.kind for plan in read_plan()}
    assert {"speech", "music", "kitchen", "room_noise", "drones", "ambience", "laughs"} <= kinds


def test_what_is_annotated_is_no_negative_of_its_own_label() -> None:
    """And security labels may sound in a few kinds of real places only."""
    label_map = read_label_map()
    security = set(label_map.groups["security"])
    allowed = {
        plan.kind for plan in read_plan() if security & set(plan.may_sound) - {"footsteps", "door"}
    }
    assert allowed == {"children", "ambience"}
    assert not {plan.name for plan in read_plan()} & set(URBAN_EVENTS)
    assert set(label_map.names) >= LASTING_LABELS
    assert {plan.name for plan in read_plan() if plan.source == "made"} == set(MADE)
