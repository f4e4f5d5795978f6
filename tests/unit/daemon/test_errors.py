"""What every error of the product has in common."""

import inspect

import pytest

from soundpost import errors
from soundpost.errors import EX_CONFIG, BundleError, ConfigError, FeatureError, SoundpostError

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, SoundpostError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_says_what_happened_and_what_to_do(kind: type[SoundpostError]) -> None:
    """The message is the text of the exception; the hint stands beside it."""
    error = kind("expected a, got b", hint="do c")
    assert (str(error), error.hint) == ("expected a, got b", "do c")


@pytest.mark.parametrize("kind", KINDS)
def test_no_error_goes_without_a_hint(kind: type[SoundpostError]) -> None:
    """The person on the ladder is never left with a message alone."""
    with pytest.raises(TypeError, match="hint"):
        kind("expected a, got b")  # type: ignore[call-arg]  # what the test is about


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_a_restart_cannot_mend_exits_as_a_configuration_error(
    kind: type[SoundpostError],
) -> None:
    """Status 78 tells systemd not to restart: a wrong file stays wrong, a broker comes back."""
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
def test_an_unknown_name_is_answered_with_the_nearest(name: str, hint: str) -> None:
    """The nearest known name, or all of them."""
    assert errors.did_you_mean(name, ["dog", "siren"]) == hint


def test_a_hint_of_ones_own_stands_where_nothing_is_near() -> None:
    """A list of known names may be too long to print."""
    assert errors.did_you_mean("x", ["dog"], "see the manual") == "see the manual"
