"""Reasons of a broker as text."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.mqtt.reasons import MOST_CHARACTERS, reason_name, reason_text, too_large


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        ({}, "Not authorized"),
        ({"ReasonString": "no policy"}, "Not authorized (no policy)"),
        ({"ServerReference": "b2:1883"}, "Not authorized; it names b2:1883"),
        ({"ReasonString": "x", "ServerReference": "b2"}, "Not authorized (x); it names b2"),
    ],
)
def test_a_reason_has_the_brokers_words(properties: dict[str, str], text: str) -> None:
    """The name of the code can be read from it again."""
    assert reason_text("Not authorized", SimpleNamespace(**properties)) == text
    assert reason_name(text) == "Not authorized"


@given(st.text(), st.text())
def test_any_words_are_one_short_printable_line(words: str, server: str) -> None:
    """A broker can neither forge a line of the log nor fill it."""
    properties = SimpleNamespace(ReasonString=words, ServerReference=server)
    text = reason_text("Banned", properties)
    assert text.isprintable()
    assert reason_name(text) == "Banned"
    assert len(reason_text("", SimpleNamespace(ReasonString="x" * 9_999))) < MOST_CHARACTERS + 10


def test_a_size_is_named_with_the_limit() -> None:
    """As far as the broker gave one."""
    assert too_large(500, 400) == "Packet too large (500 bytes, at most 400 are accepted)"
    assert reason_name(too_large(500, None)) == "Packet too large"
