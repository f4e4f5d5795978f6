"""Recordings of one label from Freesound, into a folder that training can read."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from soundpost_training.dataset.labels import refuse_bad_labels
from soundpost_training.errors import DownloadError
from soundpost_training.freesound.api import Freesound, Sound, Wait
from soundpost_training.freesound.download import download
from soundpost_training.freesound.ledger import Entry, Ledger
from soundpost_training.freesound.licences import filter_of, is_asked, short_name
from soundpost_training.progress import bar, console


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of Freesound.

    Attributes:
        query: As one types it on the site.
        label: What the recordings are of.
        licences: Any of `cc0`, `by` and `by-nc`.
        folder: Gets `<label>/<id>.ogg` and `labels.csv`.
        count: How many of what is found to take, the most fitting first.
        longest_seconds: Longer sounds are passed over.
        grouped_by: What never spans two folds: all sounds of an uploader, or each sound alone.
    """

    query: str
    label: str
    licences: tuple[str, ...]
    folder: Path
    count: int = 100
    longest_seconds: float = 30.0
    grouped_by: Literal["uploader", "clip"] = "uploader"


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of a wish: how many recordings are there, how many of them new, and what is not."""

    there: int
    new: int
    left_out: tuple[str, ...]


def collect(freesound: Freesound, wish: Wish, wait: Wait = time.sleep) -> Collected:
    """Downloads what is not there yet, and enters each recording into the folder's table.

    Whatever ends it, Ctrl-C included, the same wish goes on from there: what is in the table is
    not asked for again, and a file that broke off goes on where it broke off.

    Raises:
        DownloadError: Freesound refuses, or the folder's table is another's.
        DatasetError: The label cannot be told over MQTT.
    """
    refuse_bad_labels({wish.label}, "--label")
    try:
        (wish.folder / wish.label).mkdir(parents=True, exist_ok=True)
        ledger = Ledger(wish.folder)
        try:
            return _collect(freesound, wish, ledger, wait)
        finally:
            ledger.keep()
    except OSError as error:
        raise DownloadError(
            f"{wish.folder} cannot be written: {error.strerror or error}",
            hint="make room; the same command goes on from there",
        ) from error


def _collect(freesound: Freesound, wish: Wish, ledger: Ledger, wait: Wait) -> Collected:
    there, new, left_out = 0, 0, []
    with bar() as progress:
        task = progress.add_task(wish.label, total=wish.count)
        for sound, found in _found(freesound, wish):
            progress.update(task, total=min(wish.count, found))
            try:
                new += _take(freesound, wish, ledger, sound, wait)
            except DownloadError as error:
                left_out.append(f"{sound.id} by {sound.username}: {error}")
                console.print(
                    f"left out: {left_out[-1]}", style="yellow", markup=False, soft_wrap=True
                )
                continue
            there += 1
            progress.advance(task)
            if there == wish.count:
                break
    return Collected(there, new, tuple(left_out))


def _found(freesound: Freesound, wish: Wish) -> Iterator[tuple[Sound, int]]:
    """The sounds, each with the number of all that are found."""
    only = f"{filter_of(wish.licences)} duration:[* TO {wish.longest_seconds:g}]"
    for page in freesound.search(wish.query, only):
        for sound in page.results:
            yield sound, page.count


def _take(freesound: Freesound, wish: Wish, ledger: Ledger, sound: Sound, wait: Wait) -> bool:
    """Whether the sound was downloaded; it may have been there.

    Raises:
        DownloadError: It is of no use, with the reason.
    """
    known = ledger.entries.get(str(sound.id))
    if known is not None and known.label != wish.label:
        raise DownloadError(f"it is there as {known.label} already", hint="one sound, one label")
    licence = short_name(sound.license)
    if licence is None or not is_asked(licence, wish.licences):
        raise DownloadError(f"its licence is {licence or sound.license}", hint="ask for that too")
    if sound.previews.ogg is None:
        raise DownloadError("it has no preview in Ogg Vorbis", hint="leave it out")
    path = wish.folder / wish.label / f"{sound.id}.ogg"
    missing = not path.is_file()
    if missing:
        download(freesound.pool, sound.previews.ogg, path, wait)
    ledger.entries[str(sound.id)] = Entry(
        path=str(path.relative_to(wish.folder)),
        label=wish.label,
        group=sound.username if wish.grouped_by == "uploader" else str(sound.id),
        licence=licence,
        author=f"{sound.username} (freesound.org)",
        id=str(sound.id),
        name=sound.name,
        url=sound.url or f"https://freesound.org/s/{sound.id}/",
        query=wish.query,
    )
    return missing
