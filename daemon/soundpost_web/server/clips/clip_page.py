"""The page of a clip: its event, its sound, its spectrogram, or where it is."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from soundpost.evidence.store.files import CLIP_STEM, PICTURE, SOUND
from soundpost_web.clips.fetch import ClipFetcher
from soundpost_web.clips.fetch_state import Fetch, FetchStatus
from soundpost_web.clips.folders import ClipFolders
from soundpost_web.history.event import Event
from soundpost_web.history.query import event_of_clip
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.pages.event_view import EventView, view_event
from soundpost_web.pages.render import query
from soundpost_web.settings.zones import Zones, to_ms

_STAMP = "%Y%m%dT%H%M%SZ"


class ClipId(NamedTuple):
    """A clip: its node, and its name without a suffix."""

    node: str
    stem: str

    @property
    def label(self) -> str:
        """The label in the name."""
        found = CLIP_STEM.fullmatch(self.stem)
        return found[2] if found else ""

    @property
    def onset(self) -> datetime:
        """The time in the name, to the second; 1970 if it is no time."""
        try:
            return datetime.strptime(self.stem.partition("-")[0], _STAMP).replace(tzinfo=UTC)
        except ValueError:
            return datetime.fromtimestamp(0, UTC)

    def address(self, suffix: str, download: str = "") -> str:
        """Returns the address of one of its files; with `download` the browser stores it."""
        values = query(node=self.node, name=f"{self.stem}{suffix}", download=download)
        return f"/clip/file?{values}"


class ClipPage:
    """Collects what the page of a clip shows.

    Args:
        folders: The folders of clips.
        fetcher: Requests clips of nodes; None if none are.
        history: The history.
        zones: The zones of nodes.
        text: The texts.
    """

    def __init__(
        self,
        folders: ClipFolders,
        fetcher: ClipFetcher | None,
        history: Path,
        zones: Zones,
        text: Catalogue,
    ) -> None:
        self._folders = folders
        self._fetcher = fetcher
        self._history = history
        self._zones = zones
        self._text = text

    def values(self, clip: ClipId) -> dict[str, object]:
        """Returns what the template takes.

        Raises:
            sqlite3.Error: The history cannot be read.
        """
        event = event_of_clip(self._history, clip.node, f"{clip.stem}{SOUND}", to_ms(clip.onset))
        onset = self._zones.local(clip.node, to_ms(clip.onset))
        return {
            "clip": clip,
            "view": self._view(event),
            "shown": event.shown if event else clip.label,
            "time": onset.strftime("%Y-%m-%d %H:%M:%S"),
            "clip_zone": self._zones.of(clip.node).key,
            "is_here": self._folders.has(clip.node, f"{clip.stem}{SOUND}"),
            "has_picture": self._folders.has(clip.node, f"{clip.stem}{PICTURE}"),
            "can_fetch": self._fetcher is not None,
            **self.progress(clip),
        }

    def progress(self, clip: ClipId) -> dict[str, object]:
        """Returns the state of its request: its name, and in words."""
        fetch = self._fetcher.state(*clip) if self._fetcher else None
        return {
            "fetch": fetch.status.value if fetch else "",
            "fetch_text": progress_text(fetch, self._text) if fetch else "",
        }

    def _view(self, event: Event | None) -> EventView | None:
        return None if event is None else view_event(event, self._zones, self._text, set())


def progress_text(fetch: Fetch, text: Catalogue) -> str:
    """Returns the state of a request in words."""
    is_requested = fetch.status is FetchStatus.RECEIVING and not fetch.size_bytes
    return text(
        "clip.requested" if is_requested else f"clip.{fetch.status}",
        received=fetch.received_bytes // 1_000,
        size=fetch.size_bytes // 1_000,
        message=fetch.message,
    )
