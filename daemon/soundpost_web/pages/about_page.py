"""The page about the page: its version, its counts, its history."""

from collections.abc import Sized
from pathlib import Path
from typing import Protocol

from soundpost import __version__
from soundpost.sqlite.open_file import open_reader
from soundpost.system.units import BYTES_PER_MEGABYTE
from soundpost_web.history.retention import Limits, used_bytes
from soundpost_web.history.store import HistoryStore
from soundpost_web.nodes.state import LiveState
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.settings.zones import Zones


class Viewers(Sized, Protocol):
    """The viewers of the live page.

    Attributes:
        dropped: Those that were too slow.
    """

    dropped: int


class AboutPage:
    """Collects the facts of the page.

    Args:
        store: The history.
        limits: The limits of the history.
        state: The state of the nodes.
        zones: The zones of nodes.
        text: The texts.
    """

    def __init__(
        self,
        store: HistoryStore,
        limits: Limits,
        state: LiveState,
        zones: Zones,
        text: Catalogue,
    ) -> None:
        self._store = store
        self._limits = limits
        self._state = state
        self._zones = zones
        self._text = text

    def values(self, viewers: Viewers) -> dict[str, object]:
        """Returns names and values.

        Raises:
            sqlite3.Error: The history cannot be read.
        """
        text, traffic = self._text, self._state.counts.read()
        events, size_bytes = _measure(self._store.path)
        broker = (
            "about.broker_connected" if self._state.broker.is_connected else "about.broker_away"
        )
        rejected = [
            f"{text.get(f'about.rejected_{name}', name)}: {count}"
            for name, count in sorted(traffic.rejected.items())
        ]
        limits = text(
            "about.history_limits", days=self._limits.days, megabytes=self._limits.megabytes
        )
        facts: dict[str, object] = {
            "version": __version__,
            "broker": text(broker),
            "viewers": len(viewers),
            "viewers_dropped": viewers.dropped,
            "messages": traffic.messages,
            "repeated": traffic.repeated,
            "lost": traffic.lost,
            "rejected": ", ".join(rejected) or text("about.none"),
            "history": limits,
            "history_events": events,
            "history_size": text("about.megabytes", size=f"{size_bytes / BYTES_PER_MEGABYTE:.1f}"),
            "faults": self._store.faults,
            "zone": self._zones.page.key,
        }
        named = [(text(f"about.{name}"), str(value)) for name, value in facts.items()]
        named += [
            (text("about.zone_of", node=node), zone.key)
            for node, zone in sorted(self._zones.others.items())
        ]
        return {"facts": named}


def _measure(path: Path) -> tuple[int, int]:
    with open_reader(path) as connection:
        (events,) = connection.execute("SELECT count(*) FROM events").fetchone()
        return events, used_bytes(connection)
