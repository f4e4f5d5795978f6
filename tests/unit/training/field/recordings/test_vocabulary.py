"""Names of labels in the tables are translated into those of the bundle."""

import pytest

from soundpost_training.errors import DatasetError
from soundpost_training.field.recordings.vocabulary import Vocabulary

WORDS = Vocabulary(
    ["vehicle_horn", "crickets", "insects"],
    aliases=[
        ("vehicle_horn", "car_horn"),
        ("insects", "crickets", "flies"),
        ("gun_shot", "shot"),
    ],
    groups={"security": ["vehicle_horn", "gun_shot"], "insects": ["vehicle_horn"]},
)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("vehicle_horn", "vehicle_horn"),
        ("car_horn", "vehicle_horn"),
        ("crickets", "crickets"),
        ("flies", "insects"),
        ("gun_shot", "gun_shot"),
        ("shot", "gun_shot"),
    ],
)
def test_a_name_stands_for_the_label_of_the_bundle(name: str, label: str) -> None:
    """A sound that the bundle has no label for keeps the first of its names."""
    assert WORDS.label(name, "line 2") == label


def test_a_name_may_stand_for_several_labels_that_may_sound() -> None:
    """Every label of the bundle with the same sound is excused; a label wins over a group."""
    assert WORDS.labels("flies", "line 2") == {"crickets", "insects"}
    assert WORDS.labels("insects", "line 2") == {"crickets", "insects"}
    assert WORDS.labels("security", "line 2") == {"vehicle_horn", "gun_shot"}
    assert WORDS.labels("*", "line 2") == {"*"}


def test_an_unknown_label_is_refused_with_the_nearest() -> None:
    """The hint repairs a typing error."""
    with pytest.raises(DatasetError, match="line 3: expected a label, got 'gun_shoot'") as refused:
        WORDS.label("gun_shoot", "line 3")
    assert refused.value.hint == "did you mean gun_shot?"
    with pytest.raises(DatasetError, match="line 3"):
        WORDS.labels("securty", "line 3")
