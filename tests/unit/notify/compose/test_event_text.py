"""The messages about events."""

from dataclasses import replace
from typing import Any

import pytest
from notify_parts import ZONES
from web_events import event

from soundpost_notify.compose.event_text import EventComposer


def test_a_message_has_names_score_and_the_time_at_the_node() -> None:
    """The name that people use comes first."""
    owl = event(
        label="tawny_owl",
        common_name="Tawny Owl",
        scientific_name="Strix aluco",
        node="lodge",
        state="ended",
        offset_ms=event().onset_ms + 2_340,
    )
    content = EventComposer(ZONES, None).event("owls", owl, ["picture"])
    assert content.title == "Tawny Owl at lodge"
    assert content.text == (
        "Tawny Owl (Strix aluco, tawny_owl), score 0.90\n20 Nov 2026 15:00:00 EAT, 2.3 s long"
    )
    assert (content.time, content.link) == ("2026-11-20T12:00:00.000Z", "")
    assert (content.state, content.label, content.attach) == ("ended", "tawny_owl", ["picture"])


def test_a_message_links_to_the_page() -> None:
    """To the history of the sound at the node."""
    link = EventComposer(ZONES, "http://gate:8473/").event("all", event(node="a/b"), []).link
    assert link == "http://gate:8473/label?label=dog&node=a%2Fb"


def test_a_retraction_says_so() -> None:
    """It belongs to the same event, and is another message."""
    composer = EventComposer(ZONES, None)
    message = event(state="retracted")
    first, second = composer.event("all", message, []), composer.retraction("all", message)
    assert second.title == "Withdrawn: dog at gate"
    assert first.key("phone") != second.key("phone")
    assert first.thread("phone") == second.thread("phone")


@pytest.mark.parametrize("name", ["label", "common_name", "scientific_name"])
@pytest.mark.parametrize(
    "text", ["dog\nFrom: x", "dog\r\n\r\nhi", "\x1b[2J", "\u202egod", "x" * 200]
)
def test_a_hostile_name_is_one_short_printable_line(name: str, text: str) -> None:
    """It can neither forge a line nor a header, nor turn the direction of writing."""
    changed: dict[str, Any] = {name: text}
    content = EventComposer(ZONES, None).event("all", replace(event(), **changed), [])
    assert content.title.isprintable()
    assert all(line.isprintable() for line in content.text.split("\n"))
    assert len(content.text.split("\n")) == 2
    assert len(content.title) <= 110
