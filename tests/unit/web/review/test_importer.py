"""Clips of folders that come into the store while people review."""

from pathlib import Path

import pytest
from review_events import event_id, write_event_clip

from soundpost.errors import ReviewError
from soundpost.review import Decision, Selection, Verdict, open_store
from soundpost_web.clips.cache import ClipCache
from soundpost_web.clips.folders import ClipFolders
from soundpost_web.review.importer import ClipImporter

PATIENCE_SECONDS = 60.0


class Import:
    """A store, a folder of clips, a cache, and what reads them.

    Attributes:
        store: The path of the store.
        folder: The folder of clips.
        cache: The clips that were fetched.
    """

    def __init__(self, tmp_path: Path) -> None:
        self.store, self.folder = tmp_path / "review.db", tmp_path / "clips"
        self.cache = ClipCache(tmp_path / "cache", 10)
        self._folders = ClipFolders(self.folder, {"barn": tmp_path / "missing"}, self.cache)
        self.restart()

    def restart(self) -> None:
        """Forgets what was read, as a page that starts."""
        self._importer = ClipImporter(self.store, self._folders)

    def run(self) -> list[str]:
        """Reads what is new; returns the ids in the store."""
        self._importer._due_seconds = float("-inf")  # noqa: SLF001 - as if some seconds had passed
        assert self._importer.refresh(PATIENCE_SECONDS)
        with open_store(self.store) as store:
            return [event.event.id for event in store.events(Selection())]


@pytest.fixture
def imported(tmp_path: Path) -> Import:
    """Provides a folder with two clips, and a missing one."""
    found = Import(tmp_path)
    for number in range(2):
        write_event_clip(found.folder, number, "dog")
    return found


def test_new_clips_are_read_and_verdicts_stay(imported: Import) -> None:
    """A folder that is missing costs nothing."""
    assert imported.run() == [event_id(0), event_id(1)]
    with open_store(imported.store) as store:
        store.record([Decision(event_id(0), Verdict.WRONG)])
    write_event_clip(imported.folder, 2, "owl")
    write_event_clip(imported.cache.folder_of("gate"), 3, "owl")
    assert imported.run() == [event_id(number) for number in range(4)]
    with open_store(imported.store) as store:
        assert store.event(event_id(0)).decision == Decision(event_id(0), Verdict.WRONG)


def test_a_sidecar_is_read_again_after_a_restart_of_the_page(imported: Import) -> None:
    """Until then a clip that is known, and older than an hour, is not opened."""
    imported.run()
    write_event_clip(imported.folder, 0, "dog", score=0.99)
    for score in (0.8, 0.99):
        imported.run()
        with open_store(imported.store) as store:
            assert store.event(event_id(0)).event.score == score
        imported.restart()


def test_garbage_in_a_folder_is_left_out(imported: Import) -> None:
    """The others are read."""
    name = "20261118T110640Z-cat-0000000{}"
    for number, content in enumerate([b"", b"{", b"[" * 100_000, b"\xff", b"{}", b"null"]):
        (imported.folder / f"{name.format(number)}.json").write_bytes(content)
        (imported.folder / f"{name.format(number)}.flac").write_bytes(b"fLaC")
    (imported.folder / f"{name.format(9)}.json").symlink_to("/etc/passwd")
    assert imported.run() == [event_id(0), event_id(1)]


def test_a_node_does_not_take_the_event_of_another_one(imported: Import) -> None:
    """The sidecar of a fetched clip may state any id."""
    imported.run()
    folder = imported.cache.folder_of("gate")
    write_event_clip(folder, 1, "siren")
    write_event_clip(folder, 5, "siren")
    assert imported.run() == [event_id(0), event_id(1), event_id(5)]
    with open_store(imported.store) as store:
        event = store.event(event_id(1))
    assert (event.event.label, event.origin.folder) == ("dog", imported.folder)


def test_a_store_that_cannot_be_used_is_no_end(imported: Import) -> None:
    """It is tried again."""
    imported.store.write_bytes(b"no database" * 100)
    with pytest.raises(ReviewError):
        imported.run()
    imported.store.unlink()
    assert imported.run() == [event_id(0), event_id(1)]
