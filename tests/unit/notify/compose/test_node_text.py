"""The messages about nodes."""

from notify_parts import ZONES
from web_events import NOON, ms

from soundpost_notify.compose.node_text import NodeChange, node_content

AT_MS = ms(NOON)


def test_a_silent_node_has_a_reason() -> None:
    """And the time from which it was silent."""
    change = NodeChange("nodes", "gate", "silent", AT_MS, 20.0, reason="It is offline")
    content = node_content(change, ZONES)
    assert content.title == "gate is silent"
    assert content.text == (
        "20 Nov 2026 13:00:00 CET\nIt is offline. Nothing is detected there, or nothing arrives."
    )


def test_a_deaf_node_has_its_problems_in_words() -> None:
    """A problem that this version does not know has its name; a milder one another title."""
    problems = ("no_samples", "solar_flare")
    content = node_content(
        NodeChange("nodes", "gate", "deaf", AT_MS, 20.0, problems=problems), ZONES
    )
    assert content.title == "gate captures no sound"
    assert "no sound arrives from the microphone (no_samples)" in content.text
    assert "a problem of a later version (solar_flare)" in content.text
    clipping = NodeChange("nodes", "gate", "deaf", AT_MS, 20.0, problems=("clipping",))
    assert node_content(clipping, ZONES).title == "gate has a problem"


def test_a_node_that_is_back_was_away_for_a_while() -> None:
    """The last message for now says so."""
    change = NodeChange("nodes", "gate", "back", AT_MS, 7_500.0, is_last=True)
    content = node_content(change, ZONES)
    assert content.title == "gate is back"
    assert "It was away for 2 h 5 min." in content.text
    assert "further changes are held back" in content.text
