"""The errors of the product and their hints."""

import inspect
from typing import Annotated, Literal

import msgspec
import pytest
from msgspec import Meta

from soundpost import errors
from soundpost.errors import EX_CONFIG, BundleError, ConfigError, FeatureError, SoundpostError

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, SoundpostError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_has_a_message_and_a_hint(kind: type[SoundpostError]) -> None:
    """The message is the text of the exception; the hint is an attribute."""
    error = kind("expected a, got b", hint="do c")
    assert (str(error), error.hint) == ("expected a, got b", "do c")


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_without_a_hint_cannot_be_made(kind: type[SoundpostError]) -> None:
    """The person who has to repair it always gets one."""
    with pytest.raises(TypeError, match="hint"):
        kind("expected a, got b")  # type: ignore[call-arg]  # what the test is about


@pytest.mark.parametrize("kind", KINDS)
def test_only_errors_that_a_restart_cannot_repair_exit_with_status_78(
    kind: type[SoundpostError],
) -> None:
    """Systemd does not restart after 78: a wrong file stays wrong, a broker comes back."""
    expected = EX_CONFIG if kind in {ConfigError, BundleError, FeatureError} else 1
    assert kind.exit_status == expected


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("sirne", "did you mean siren?"),
        ("x", "known: dog, siren"),
        ("s" * 1_000_000, "known: dog, siren"),
    ],
)
def test_the_hint_for_an_unknown_name_has_the_nearest_one(name: str, hint: str) -> None:
    """It lists all known names if none is near."""
    assert errors.did_you_mean(name, ["dog", "siren"]) == hint


def test_the_hint_lists_at_most_a_hundred_names() -> None:
    """A model may have thousands of labels."""
    known = [f"{number:04}" for number in range(6_522)]
    hint = errors.did_you_mean("x", known)
    assert hint == f"known: {', '.join(known[:100])} and 6422 more"


def test_another_hint_replaces_the_list_of_known_names() -> None:
    """A list of known names may be too long to print."""
    assert errors.did_you_mean("x", ["dog"], "see the manual") == "see the manual"


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (float, True, "a number"),
        (int, 1.5, "a whole number"),
        (Literal["mute", "listen"], "hush", "one of mute, listen"),
        (Annotated[str, Meta(pattern="^a", description="an a")], "b", "an a"),
        (Annotated[str, Meta(pattern="^a", description="an a")] | None, "b", "an a"),
        (Annotated[float, Meta(ge=0.0)], -1.0, "a number >= 0.0"),
        (float | None, "x", "a number"),
    ],
)
def test_an_expected_value_is_described_in_plain_words(
    kind: type[object], value: object, expected: str
) -> None:
    """The description of the type comes first, then its choices, then the text of msgspec."""
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(value, kind)
    assert errors.expected_value(kind, caught.value) == expected


def test_the_hint_for_a_name_of_thousands_is_short_and_quick() -> None:
    """Names with another first letter are not compared, and a hundred are listed."""
    known = [f"bird_{number}" for number in range(6_522)]
    assert errors.did_you_mean("bird_6521x", known) == "did you mean bird_6521?"
    hint = errors.did_you_mean("ird_6521", known)
    assert hint.startswith("known: bird_0, bird_1, ")
    assert hint.endswith(", bird_99 and 6422 more")
