"""Keeps the embeddings of the last hours of a source, in files of a minute."""

import logging
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import NANOSECONDS
from soundpost.classify.network.embeddings import embeddings_of
from soundpost.events import Embedding, Scores
from soundpost.heads.background.minute import (
    MINUTE_NS,
    MOST_WINDOWS,
    BackgroundMinute,
    encode_minute,
    file_name,
    minutes_outside,
)
from soundpost.health import Health
from soundpost.manifest import Manifest
from soundpost.observer import Observer
from soundpost.system.atomic_file import write_atomic
from soundpost.system.log_once import LogOnce

_HOUR_NS = 3_600 * NANOSECONDS
_log = logging.getLogger("soundpost.heads")


_Window = tuple[int, Embedding, NDArray[np.float32]]
"""A window that is not in a file yet: its time, its embedding and its scores."""


class BackgroundRecorder(Observer):
    """Writes a file for each minute of a model's windows, and removes the oldest ones.

    A file is complete or not there, but not forced onto the disk: waiting for the disk would hold
    up the sound, and a minute that a power cut takes is no loss. Nothing of it is sound: an
    embedding is some hundred numbers for two seconds.

    Args:
        folder: The folder of the background; made when it is needed.
        number: Position of the model among those of the source.
        manifest: Of the model, without the labels of heads.
        hours: That are kept.
        health: Counts the minutes that could not be written.
    """

    def __init__(
        self, folder: Path, number: int, manifest: Manifest, hours: float, health: Health
    ) -> None:
        self._folder = folder
        self._number = number
        self._model, self._sha256 = manifest.id, manifest.model.sha256
        self._labels = len(manifest.labels)
        self._kept_ns = round(hours * _HOUR_NS)
        self._health = health
        self._log = LogOnce(_log, logging.ERROR, on_change=False)
        self._minute = -1
        self._windows: list[_Window] = []

    def on_scores(self, scores: Scores) -> None:
        """Keeps the embedding of a window, and writes the minute before it."""
        if scores.model != self._number or scores.embedded is None:
            return
        utc_ns = scores.window.utc_ns
        minute = utc_ns // MINUTE_NS
        if minute != self._minute or len(self._windows) == MOST_WINDOWS:
            self.flush()
            self._minute = minute
        self._windows.append((utc_ns, scores.embedded, scores.values))

    def flush(self) -> None:
        """Writes the windows that are not in a file yet."""
        if not self._windows:
            return
        utc_ns, embeddings, scores = zip(*self._windows, strict=True)
        own = np.concatenate(scores).reshape(len(scores), -1)[:, : self._labels]
        minute = BackgroundMinute(
            np.array(utc_ns, np.int64),
            embeddings_of(embeddings),
            own.argmax(axis=1).astype(np.int16),
            own.max(axis=1),
        )
        newest_ns: int = utc_ns[0]
        self._windows.clear()
        try:
            self._folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            remove_background(self._folder, newest_ns - self._kept_ns, newest_ns)
            path = self._folder / file_name(self._model, newest_ns)
            write_atomic(path, encode_minute(minute, self._sha256), is_durable=False)
        except OSError as error:
            self._health.background_lost = (self._health.background_lost or 0) + 1
            self._log.fail("the background cannot be kept in %s: %s", self._folder, error.strerror)
        else:
            self._log.recover("the background is kept in %s again", self._folder)


def remove_background(folder: Path, from_ns: int, to_ns: int) -> None:
    """Removes the files of all models whose minute does not lie in a time.

    A minute that lies in the future was written before the clock was set back.

    Args:
        folder: The folder; nothing is removed if it cannot be read.
        from_ns: The start of the time that is kept, nanoseconds since 1970 UTC.
        to_ns: Its end.
    """
    with suppress(OSError):
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries]
        for name in minutes_outside(names, from_ns, to_ns):
            with suppress(OSError):  # the next minute tries again
                (folder / name).unlink()
