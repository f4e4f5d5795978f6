"""The content of the pages of teaching."""

from pathlib import Path

import pytest
from web_clips import write_clip

from soundpost_web.clips.cache import ClipCache
from soundpost_web.clips.folders import ClipFolders
from soundpost_web.history.retention import Limits
from soundpost_web.history.store import HistoryStore
from soundpost_web.nodes.node import NodeState
from soundpost_web.nodes.reports import NodeResult, TeachFigures
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.server.commands.teach_page import ClipRow, TeachPage
from soundpost_web.settings.zones import Zones

RECORDED = "20261118T{hour:02}0000Z-requested-6da2fa14.flac"
FIGURES = TeachFigures("gate_bell", 1, 10, 9, 0.5, negative_hours=2.0, false_events_per_hour=1.5)


@pytest.fixture
def page(tmp_path: Path) -> TeachPage:
    """Provides the page of a folder with one clip, and of an empty history."""
    write_clip(tmp_path / "clips", 0, "requested")
    folders = ClipFolders(tmp_path / "clips", {}, ClipCache(tmp_path / "cache", 1))
    store = HistoryStore(tmp_path / "history.db", Limits(30, 100))
    store.open()
    return TeachPage(folders, store.path, Zones("Europe/Berlin", {}), Catalogue())


def rows(values: dict[str, object]) -> list[ClipRow]:
    """Returns the clips of the page."""
    found = values["clips"]
    assert isinstance(found, list)
    return found


def test_recorded_clips_are_offered_the_latest_first(page: TeachPage, tmp_path: Path) -> None:
    """With their time at the node, and the sound where the page has it; others are none."""
    (tmp_path / "clips" / "notes-requested-.txt").write_text("no clip")
    node = NodeState("gate", recorded=(RECORDED.format(hour=12), RECORDED.format(hour=13)))
    offered = rows(page.choice(node))
    assert [(row.label, row.time, row.use, bool(row.sound)) for row in offered] == [
        ("requested", "2026-11-18 14:00:00", "out", False),
        ("requested", "2026-11-18 13:00:00", "out", False),
        ("requested", "2026-11-18 12:06:40", "out", True),
    ]
    assert offered[0].page == f"/clip?node=gate&name={RECORDED.format(hour=13)}"


def test_chosen_clips_stand_alone(page: TeachPage) -> None:
    """Each is the sound at first, whatever its name is."""
    names = [RECORDED.format(hour=12), "20261118T990000Z-x-6da2fa14.flac", "x"]
    chosen = rows(page.choice(NodeState("gate"), [*names, names[0]]))
    assert [(row.name, row.label, row.use) for row in chosen] == [
        (names[0], "requested", "label"),
        (names[1], "", "label"),
        (names[2], "", "label"),
    ]


def test_a_result_has_its_figures_in_words(page: TeachPage) -> None:
    """Of a state that the page does not know nothing is claimed."""
    done = page.result(NodeResult("a", "teach", "done", "taught", teach=FIGURES))
    assert done["state"] == "done"
    assert done["false_events"] == (
        "3 in 120 minutes of background and other sounds; you accept 0.5 an hour"
    )
    few = TeachFigures("gate_bell", 1, 10, 9, 0.5, negative_hours=0.005, false_events_per_hour=0.0)
    short = page.result(NodeResult("a", "teach", "done", "taught", teach=few))
    assert str(short["false_events"]).startswith("0 in 0.3 minutes")
    assert page.result(None)["state"] == "unknown"
    odd = page.result(NodeResult("a", "teach", "paused", "later"))
    assert (odd["state"], odd["figures"], odd["false_events"]) == ("unknown", None, "")
