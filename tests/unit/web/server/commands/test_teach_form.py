"""The form that teaches a sound."""

import pytest

from soundpost.messages.command import MOST_TAUGHT_CLIPS
from soundpost_web.server.commands.sender import new_command
from soundpost_web.server.commands.teach_form import (
    MOST_FIELDS,
    TeachForm,
    WrongTeachError,
    read_teach_form,
)

BELL = "20261120T073121Z-requested-6da2fa14.flac"
DOG = "20261120T073151Z-dog-6da2fa15.flac"
RADIO = "20261120T073221Z-music-6da2fa16.flac"
FIELDS = [
    ("token", "x"),
    ("node", "gate"),
    ("label", " gate_bell "),
    (f"use:{BELL}", "label"),
    (f"use:{DOG}", "not"),
    (f"use:{RADIO}", "out"),
    ("budget", "1"),
    ("action", "teach"),
]


def test_a_form_becomes_a_command() -> None:
    """Clips that are left out are in neither list."""
    form = read_teach_form(FIELDS)
    assert form == TeachForm(
        "gate", "gate_bell", "teach", budget=1.0, uses={BELL: "label", DOG: "not", RADIO: "out"}
    )
    assert form.command == {
        "label": "gate_bell",
        "clips": [BELL],
        "not": [DOG],
        "again": False,
        "dry_run": False,
        "budget": 1.0,
    }
    assert new_command("teach", form.command).name == "teach"


def test_names_that_were_typed_are_clips_of_the_sound() -> None:
    """Whatever is between them; other forms have no budget."""
    fields = [("more", f"{DOG}\r\n\r\n  {RADIO}"), ("action", "try"), ("again", "1")]
    form = read_teach_form([*FIELDS[:5], *fields])
    assert form.named("label") == [BELL, DOG, RADIO]
    assert form.command["not"] == []
    assert (form.command["dry_run"], form.command["again"]) == (True, True)
    assert "budget" not in form.command


@pytest.mark.parametrize("action", ["undo", "remove"])
def test_to_take_back_needs_the_label_alone(action: str) -> None:
    """The command would be refused with anything else."""
    form = read_teach_form([*FIELDS[:-1], ("action", action)])
    assert form.command == {"label": "gate_bell", action: True}


@pytest.mark.parametrize(
    "field",
    [
        ("action", "forget"),
        ("action", ""),
        ("budget", "much"),
        ("budget", "nan"),
        (f"use:{BELL}", "sound"),
        (f"use:{BELL}", ""),
    ],
)
def test_a_value_that_no_form_sends_is_an_error(field: tuple[str, str]) -> None:
    """It may come from anywhere."""
    with pytest.raises(WrongTeachError):
        read_teach_form([*FIELDS, field])


def test_the_largest_form_fits() -> None:
    """As many clips as a command takes, each of them of the sound or another."""
    assert len(FIELDS) + 2 * MOST_TAUGHT_CLIPS <= MOST_FIELDS
