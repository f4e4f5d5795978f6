"""Reads the clips of the folders into the store, in a thread, the new ones again and again."""

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from soundpost.errors import ReviewError
from soundpost.evidence.store.files import SOUND
from soundpost.review import ReviewEvent, ReviewStore, open_store
from soundpost.review.event import OriginKind
from soundpost.review.origins.clips import read_clips
from soundpost.review.origins.skipped import Skipped
from soundpost.review.store.overview import Overview
from soundpost.system.log_once import LogOnce
from soundpost_web.clips.folders import ClipFolders

_BATCH = 200
"""Events of one transaction, which other programs wait for."""
_EVERY_SECONDS = 15.0
_AGAIN = timedelta(hours=1)
"""Clips of so long ago are read again although they are known: a retraction changes a sidecar."""

_log = logging.getLogger("soundpost.web")


class ClipImporter:
    """Imports clips when a person reviews: all of them at first, later those that are not known.

    Args:
        path: The store.
        folders: The folders of clips.
    """

    def __init__(self, path: Path, folders: ClipFolders) -> None:
        self._path = path
        self._folders = folders
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._due_seconds = float("-inf")
        self._was_read: set[Path] = set()
        self._failure = LogOnce(_log)

    def expire(self) -> None:
        """Has the next call of `refresh` read the folders, because a clip has arrived."""
        self._due_seconds = float("-inf")

    def refresh(self, longest_seconds: float) -> bool:
        """Starts an import if the last one is old; returns whether all that is there was read.

        Args:
            longest_seconds: The longest wait for its end.
        """
        with self._lock:
            is_running = self._thread is not None and self._thread.is_alive()
            if not is_running and time.monotonic() >= self._due_seconds:
                self._thread = threading.Thread(target=self._run, name="import", daemon=True)
                self._thread.start()
            thread = self._thread
        if thread is not None:
            thread.join(longest_seconds)
        return thread is None or not thread.is_alive()

    def _run(self) -> None:
        try:
            with open_store(self._path) as store:
                for folder in self._folders.all:
                    self._read(store, folder)
        except ReviewError as error:
            self._failure.fail("the store of verdicts cannot be used: %s (%s)", error, error.hint)
        else:
            self._failure.recover("the store of verdicts is used again")
        self._due_seconds = time.monotonic() + _EVERY_SECONDS

    def _read(self, store: ReviewStore, folder: Path) -> None:
        origin = store.add_origin(OriginKind.CLIPS, folder.absolute(), folder.absolute())
        skipped, overview = Skipped(), Overview(store)
        known: set[str] = set()
        if folder in self._was_read:
            again = (datetime.now(UTC) - _AGAIN).strftime("%Y%m%dT%H%M%SZ")
            stems = (name.removesuffix(SOUND) for name in overview.files_of(origin.number))
            known = {stem for stem in stems if stem < again}
        is_fetched = folder in self._folders.fetched
        try:
            for batch in _batches(read_clips(folder, skipped, known)):
                owners = overview.origins_of([event.id for event in batch]) if is_fetched else {}
                # A node states the ids of its clips: it must not take the event of another one.
                own = [
                    event for event in batch if owners.get(event.id, origin.number) == origin.number
                ]
                store.add_events(origin, own)
        except OSError as error:
            self._failure.fail("%s cannot be read: %s", folder, error.strerror)
            return
        skipped.log_others()
        self._was_read.add(folder)


def _batches(events: Iterable[ReviewEvent]) -> Iterator[list[ReviewEvent]]:
    iterator = iter(events)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
