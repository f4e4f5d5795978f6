"""The page about the page."""

from pathlib import Path

from web_events import event

from soundpost_web.history.retention import Limits
from soundpost_web.history.store import HistoryStore
from soundpost_web.nodes.state import LiveState
from soundpost_web.pages.about_page import AboutPage
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.settings.zones import Zones


class Viewers(set[int]):
    """Two viewers.

    Attributes:
        dropped: Others that were too slow.
    """

    dropped = 3


def test_it_has_the_counts_of_the_page(tmp_path: Path) -> None:
    """Refused messages by their reason; the zones, each with its node."""
    store = HistoryStore(tmp_path / "history.db", Limits(36_500, 100))
    store.open()
    store.store([event(1), event(2)])
    state = LiveState()
    state.counts.add_message()
    state.counts.reject("health")
    zones = Zones("UTC", {"far": "Asia/Tokyo"})
    page = AboutPage(store, Limits(30, 50), state, zones, Catalogue())
    facts = dict(page.values(Viewers({1, 2}))["facts"])  # type: ignore[call-overload]  # names and values
    assert facts["Events stored"] == "2"
    assert facts["Browsers that look at the live page"] == "2"
    assert facts["Browsers that were too slow, and were disconnected"] == "3"
    assert facts["Messages received"] == "1"
    assert facts["Messages refused"] == "no health report: 1"
    assert facts["History"] == "Kept for 30 days, at most 50 MB"
    assert facts["Time zone of far"] == "Asia/Tokyo"
    assert facts["Broker"] == "not connected"
    store.close()
