"""Copyright files: the machine-readable format, its patterns, and plain text."""

import pytest
from made_debs import COPYRIGHT

from soundpost_training.sources.debian.copyright import UNNAMED, Copyright, Rights, attribution

TEXT = COPYRIGHT.decode()


def test_the_last_paragraph_that_matches_a_file_holds() -> None:
    """The pattern is for a path in the source; the installed path only ends with it."""
    rights = Copyright(TEXT)
    assert rights.is_machine_readable
    bark = rights.rights("usr/share/games/p/data/bark1.wav")
    assert bark == Rights("CC0-1.0", ("2002 Bob Recordist",))
    assert rights.rights("usr/share/games/p/data/meow.wav").licence == "GPL-2+"
    assert rights.rights("usr/share/games/p/otherdata/bark1.wav").licence == "GPL-2+"


def test_a_pattern_of_the_table_replaces_the_path() -> None:
    """A package that renames its files says which paragraph is theirs."""
    assert Copyright(TEXT).rights("x.wav", "data/bark*.wav").licence == "CC0-1.0"


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("a?c.wav", "x/abc.wav", True),
        ("a?c.wav", "x/ac.wav", False),
        (r"a\*c.wav", "x/a*c.wav", True),
        (r"a\*c.wav", "x/abc.wav", False),
        ("s[1].wav", "x/s[1].wav", True),
        ("s[1].wav", "x/s1.wav", False),
        ("./data/*", "x/data/y/z.wav", True),
    ],
)
def test_patterns_are_those_of_the_format(pattern: str, path: str, matches: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """`*` and `?` match a slash too, a backslash quotes them, and brackets are plain."""
    text = TEXT + f"\nFiles: {pattern}\nCopyright: C\nLicense: MIT\n"
    assert (Copyright(text).rights(path).licence == "MIT") is matches


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("see /usr/share/common-licenses/GPL-2", "GPL-2+"),
        ("licensed under the Creative Commons Attribution-ShareAlike\n3.0 license", "CC-BY-SA"),
        ("It is in the public domain.", "public-domain"),
        ("You may do as you like.", UNNAMED),
    ],
)
def test_plain_text_is_searched_for_the_names_of_licences(text: str, licence: str) -> None:
    """Debian main has only free licences, so an unknown text is still free."""
    assert Copyright(text).rights("a.wav").licence == licence


def test_an_attribution_has_the_package_and_its_holders() -> None:
    """The first holders are named, the others counted in words."""
    text = "\n".join(f"Copyright (C) 200{year} Author {year}" for year in range(7))
    line = attribution("p", "1.0-1", Copyright(text).rights("a.wav"))
    assert line.startswith("Debian package p 1.0-1")
    assert "Author 4" in line
    assert "Author 5" not in line
    assert line.endswith("and others")
