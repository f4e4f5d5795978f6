"""Rows of recordings."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.archive.tables.camtrap.media import file_path, media_type

PATTERN = re.compile(r"^(?=^[^./~])(^((?!\.{2}).)*$).*$")
"""Of `filePath`, as the standard has it."""


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("night/a.wav", "night/a.wav"),
        ("a..b...c.wav", "a.%2Eb.%2E.c.wav"),
        (".hidden/a.wav", "%2Ehidden/a.wav"),
        ("~a.wav", "%7Ea.wav"),
        ("=1+1.wav", "=1+1.wav"),
    ],
)
def test_a_path_is_as_it_is_but_for_what_the_standard_forbids(file: str, path: str) -> None:
    """Such characters are encoded as in a URL."""
    assert file_path(file) == path


@given(st.text(min_size=1))
def test_every_path_has_the_form_of_the_standard(file: str) -> None:
    """Whatever a card has."""
    assert PATTERN.fullmatch(file_path(file))


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("a.WAV", "audio/wav"),
        ("b.flac", "audio/flac"),
        ("b.mp3", "audio/mpeg"),
        ("b.opus", "audio/ogg"),
        ("nvr.mp4", "video/mp4"),
        ("a.aac", "audio/aac"),
        ("recording", "audio/x-unknown"),
        ("a.wäv", "audio/x-unknown"),
    ],
)
def test_a_media_type_follows_from_the_suffix(file: str, expected: str) -> None:
    """It is that of sound, or of a video with sound."""
    assert media_type(file) == expected
