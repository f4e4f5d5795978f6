"""Events in the words and the zone in which they are shown."""

from datetime import timedelta

import pytest
from web_events import NOON, event, ms

from soundpost_web.history.event import Event
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.pages.event_view import (
    EventView,
    anchor,
    clock_length,
    length,
    signed,
    view_event,
)
from soundpost_web.settings.zones import Zones

TEXT = Catalogue()


def view(zones: Zones | None = None, *, is_running: bool = True, **fields: object) -> EventView:
    """Returns what is shown of an event."""
    message = event(**fields)  # type: ignore[arg-type]  # the fields of a test
    running = {(message.node, message.id)} if is_running else set()
    return view_event(Event.of(message), zones or Zones("UTC"), TEXT, running)


def test_the_time_is_that_of_the_node() -> None:
    """The zone is named unless it is that of the page."""
    zones = Zones("Europe/Berlin", {"far": "Asia/Tokyo"})
    here, far = view(zones), view(zones, node="far")
    assert (here.time, here.zone) == ("2026-11-20 13:00:00", "")
    assert (far.time, far.zone) == ("2026-11-20 21:00:00", "Asia/Tokyo")
    assert here.instant == far.instant == "2026-11-20T12:00:00.000+00:00"


@pytest.mark.parametrize(
    ("state", "is_running", "shown"),
    [
        ("started", True, "started"),
        ("confirmed", True, "confirmed"),
        ("confirmed", False, "unfinished"),
        ("ended", False, "ended"),
        ("retracted", False, "retracted"),
    ],
)
def test_an_open_event_that_does_not_run_has_an_unknown_end(
    state: str,
    is_running: bool,  # noqa: FBT001 - a case of the test
    shown: str,
) -> None:
    """Its node is offline, or has forgotten it."""
    found = view(is_running=is_running, state=state)
    assert (found.state, found.state_text) == (shown, TEXT(f"event.{shown}"))


def test_an_event_of_a_recording_has_its_place_in_it() -> None:
    """It lies where it was received."""
    found = view(clock="file", onset_ms=75_000)
    assert found.position == "at 1:15 of a recording"
    assert found.time == "2026-11-20 12:00:00"


def test_a_wrong_clock_is_shown() -> None:
    """The time may be far off."""
    assert view(clock="untrusted").is_clock_wrong
    assert not view().is_clock_wrong


def test_a_length_is_in_words() -> None:
    """An open event has none."""
    assert view().length == ""
    end_ms = ms(NOON + timedelta(seconds=3.25))
    assert view(state="ended", offset_ms=end_ms).length == "3.2 s"
    assert length(87.4, TEXT) == "1 min 27 s"
    assert length(93_720.0, TEXT) == "26 h 2 min"
    assert clock_length(3_723.9) == "1:02:03"
    assert clock_length(-5.0) == "0:00"


def test_a_level_has_a_minus_sign() -> None:
    """A screen reader does not read a hyphen as minus."""
    assert signed(-31.2) == "\N{MINUS SIGN}31"


def test_no_name_can_choose_the_id_of_an_element() -> None:
    """Two events never have the same."""
    assert anchor("event", "<b>", '" onload="') != anchor("event", "<b>\n", 'onload="')
    assert anchor("event", "a", "b").replace("event-", "").isalnum()
