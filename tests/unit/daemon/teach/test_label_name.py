"""The name of a taught label fits topics and files, and is no other sound's."""

import pytest
from streaming_bundle import streaming_bundle

from soundpost.errors import TeachError
from soundpost.teach.label_name import require_new_name

MANIFEST = streaming_bundle().manifest


@pytest.mark.parametrize("name", ["gate_bell", "pump2", "x" * 64])
def test_a_new_name_is_accepted(name: str) -> None:
    """Lower-case letters, digits and underscores."""
    require_new_name(name, MANIFEST)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Gate Bell", "gate_bell"),
        ("Türklingel!", "t_rklingel"),
        ("../heads", "heads"),
        ("", "by its sound"),
        ("\x1b[31m", "31m"),
        ("x" * 65, "x" * 64),
        ("_bell", "bell"),
    ],
)
def test_an_impossible_name_is_refused_with_a_likely_one(name: str, hint: str) -> None:
    """It is part of topics and of file names."""
    with pytest.raises(TeachError) as error:
        require_new_name(name, MANIFEST)
    assert hint in error.value.hint
    assert "\x1b" not in str(error.value)


@pytest.mark.parametrize("name", ["dog", "security", "any", "unknown", "requested"])
def test_names_that_stand_for_other_sounds_are_refused(name: str) -> None:
    """Labels and groups of the model, and the names of clips and topics."""
    with pytest.raises(TeachError) as error:
        require_new_name(name, MANIFEST)
    assert f"my_{name}" in error.value.hint
