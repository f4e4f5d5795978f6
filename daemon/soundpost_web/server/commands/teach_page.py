"""The content of the pages of teaching: clips to choose from, and the result."""

import re
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from soundpost.evidence.store.files import CLIP_STEM, SOUND
from soundpost.messages.command import MOST_TAUGHT_CLIPS
from soundpost_web.clips.folders import ClipFolders
from soundpost_web.history.filters import EventFilter
from soundpost_web.history.query import events_with_clip
from soundpost_web.nodes.node import NodeState
from soundpost_web.nodes.reports import NodeResult
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.pages.render import query
from soundpost_web.server.commands.teach_form import Use
from soundpost_web.settings.zones import Zones, to_ms

REQUESTED = "requested"
"""The label in the names of clips that a command has recorded."""
_PERIOD_MS = 30 * 86_400_000
"""The clips of a month are offered: a node removes older ones as a rule."""
_STAMP = "%Y%m%dT%H%M%SZ"
BUDGETS = ("0.5", "1", "2", "5")
_CONTROLS = {
    "again": "teach.again",
    "budget": "teach.budget",
    "not": "teach.use_not",
    "remove": "teach.remove_all",
    "undo": "teach.undo",
}
"""The texts of the controls that set the keys of a command."""
_KEY = re.compile(f"`({'|'.join(_CONTROLS)})`")


class ClipRow(NamedTuple):
    """A clip that can be chosen.

    Attributes:
        name: The name of its file.
        label: The label in its name, or that of its event.
        time: Its time in the zone of the node.
        sound: The address of its sound; empty if the page does not have it.
        page: The address of its page.
        use: The use that is chosen at first.
    """

    name: str
    label: str
    time: str
    sound: str
    page: str
    use: Use


class TeachPage:
    """Collects what the pages of teaching show.

    Args:
        folders: The folders of clips.
        history: The history.
        zones: The zones of nodes.
        text: The texts.
    """

    def __init__(self, folders: ClipFolders, history: Path, zones: Zones, text: Catalogue) -> None:
        self._folders = folders
        self._history = history
        self._zones = zones
        self._text = text

    def choice(self, node: NodeState, chosen: Iterable[str] = ()) -> dict[str, object]:
        """Returns what the page with the clips of a node takes.

        Args:
            node: The node.
            chosen: The names of clips that were chosen already; only these are shown, if there are
                any.

        Raises:
            sqlite3.Error: The history cannot be read.
        """
        names = list(dict.fromkeys(chosen))
        use: Use = "label" if names else "out"
        if not names:
            names = self._offered(node)
        settings = node.settings
        return {
            "node": node.name,
            "clips": [self._row(node.name, name, use) for name in names[:MOST_TAUGHT_CLIPS]],
            "most": MOST_TAUGHT_CLIPS,
            "is_chosen": use == "label",
            "labels": list(settings.thresholds) if settings else [],
            "budgets": BUDGETS,
        }

    def result(self, result: NodeResult | None) -> dict[str, object]:
        """Returns what the page of a result takes.

        Args:
            result: The latest result of the command; None if it is not known, or not yet.
        """
        state = result.status if result else "unknown"
        figures = result.teach if result else None
        false_events = ""
        if figures is not None and figures.false_events_per_hour is not None:
            minutes = figures.negative_hours * 60
            false_events = self._text(
                "teach.false_events",
                count=round(figures.false_events_per_hour * figures.negative_hours),
                minutes=f"{minutes:.{int(minutes < 1)}f}",
                budget=f"{figures.budget:g}",
            )
        return {
            "result": result,
            "hint": self._with_controls(result.hint) if result else "",
            "state": state if state in {"started", "done", "refused", "failed"} else "unknown",
            "figures": figures,
            "false_events": false_events,
        }

    def _with_controls(self, hint: str) -> str:
        """Returns a hint with the controls of the page in place of the keys of a command."""
        return _KEY.sub(lambda key: f"“{self._text(_CONTROLS[key[1]])}”", hint)

    def _offered(self, node: NodeState) -> list[str]:
        """Returns the clips of a node, the latest first, those that a command recorded before."""
        requested = {*node.recorded, *self._folders.named(node.name, f"-{REQUESTED}-", 60)}
        now_ms = round(time.time() * 1_000)
        wanted = EventFilter(now_ms - _PERIOD_MS, now_ms, node.name)
        events = events_with_clip(self._history, wanted, MOST_TAUGHT_CLIPS)
        of_events = [event.clip for event in events if event.clip]
        names = [*sorted(requested, reverse=True), *of_events]
        return [name for name in dict.fromkeys(names) if CLIP_STEM.fullmatch(name[: -len(SOUND)])]

    def _row(self, node: str, name: str, use: Use) -> ClipRow:
        stem = CLIP_STEM.fullmatch(name.removesuffix(SOUND))
        address: Mapping[str, str] = {"node": node, "name": name}
        is_here = self._folders.has(node, name)
        return ClipRow(
            name=name,
            label=stem[2] if stem else "",
            time=self._time(node, stem[1]) if stem else "",
            sound=f"/clip/file?{query(address.items())}" if is_here else "",
            page=f"/clip?{query(address.items())}",
            use=use,
        )

    def _time(self, node: str, stamp: str) -> str:
        try:
            time_utc = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
        except ValueError:  # the thirtieth of February
            return stamp
        return self._zones.local(node, to_ms(time_utc)).strftime("%Y-%m-%d %H:%M:%S")
