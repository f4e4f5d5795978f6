"""Names of licences."""

import pytest
from freesound_server import BY, NC, ZERO

from soundpost_training.freesound.licences import (
    FILTER_NAMES,
    is_chosen,
    licence_filter,
    short_name,
)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (ZERO, "CC0 1.0"),
        (BY, "CC BY 4.0"),
        (NC, "CC BY-NC 3.0"),
        ("http://creativecommons.org/licenses/sampling+/1.0/", "CC SAMPLING+ 1.0"),
        ("https://example.org/", None),
    ],
)
def test_a_licence_is_recognised_by_its_address(url: str, name: str | None) -> None:
    """CC BY-NC is never taken for CC BY."""
    assert short_name(url) == name
    choices = {"CC0 1.0": ["cc0"], "CC BY 4.0": ["by"], "CC BY-NC 3.0": ["by-nc"]}
    chosen = [choice for choice in FILTER_NAMES if name and is_chosen(name, (choice,))]
    assert chosen == choices.get(name or "", [])


def test_the_filter_has_both_spellings_of_a_licence() -> None:
    """The site has used two spellings of NonCommercial."""
    assert licence_filter(("by-nc",)) == (
        'license:("Attribution NonCommercial" OR "Attribution Noncommercial")'
    )
