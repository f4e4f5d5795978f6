"""Collects recordings of one label from Freesound into a folder that training can read."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from soundpost_training.dataset.labels import refuse_bad_labels
from soundpost_training.errors import DownloadError
from soundpost_training.files import explain_write_errors
from soundpost_training.freesound.api import Freesound, Sound, Wait
from soundpost_training.freesound.download import download
from soundpost_training.freesound.ledger import Ledger, LedgerRow
from soundpost_training.freesound.licences import is_chosen, licence_filter, short_name
from soundpost_training.progress import bar, console


@dataclass(frozen=True, slots=True)
class CollectRequest:
    """A search on Freesound, and the folder for its results.

    Attributes:
        query: The text to search for, as on the site.
        label: The label of the recordings.
        licences: Any of `cc0`, `by` and `by-nc`.
        folder: Gets `<label>/<id>.ogg` and `labels.csv`.
        count: The number of results to take, the best matches first.
        longest_seconds: Longer sounds are not taken.
        grouped_by: The group of a sound, which never spans two folds: its uploader, or itself.
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
    """The result of a request.

    Attributes:
        total: Recordings that are in the folder now.
        new: Recordings that were downloaded.
        left_out: Sounds that were not taken, each with the reason.
    """

    total: int
    new: int
    left_out: tuple[str, ...]


def collect(freesound: Freesound, request: CollectRequest, wait: Wait = time.sleep) -> Collected:
    """Downloads the recordings that are missing, and adds each to the folder's table.

    After any interruption, Ctrl-C included, the same request resumes: recordings in the table are
    not downloaded again, and an interrupted file is resumed where it ended.

    Raises:
        DownloadError: Freesound refuses, or another program wrote the folder's table.
        DatasetError: The label cannot be part of an MQTT topic.
    """
    refuse_bad_labels({request.label}, "--label")
    hint = "make room; the same command resumes from there"
    with explain_write_errors(request.folder, hint, DownloadError):
        (request.folder / request.label).mkdir(parents=True, exist_ok=True)
        ledger = Ledger(request.folder)
        try:
            return _collect(freesound, request, ledger, wait)
        finally:
            ledger.save()


def _collect(
    freesound: Freesound, request: CollectRequest, ledger: Ledger, wait: Wait
) -> Collected:
    total, new, left_out = 0, 0, []
    with bar() as progress:
        task = progress.add_task(request.label, total=request.count)
        for sound, found in _search(freesound, request):
            progress.update(task, total=min(request.count, found))
            try:
                new += _add(freesound, request, ledger, sound, wait)
            except DownloadError as error:
                left_out.append(f"{sound.id} by {sound.username}: {error}")
                console.print(
                    f"left out: {left_out[-1]}", style="yellow", markup=False, soft_wrap=True
                )
                continue
            total += 1
            progress.advance(task)
            if total == request.count:
                break
    return Collected(total, new, tuple(left_out))


def _search(freesound: Freesound, request: CollectRequest) -> Iterator[tuple[Sound, int]]:
    """Yields each sound with the number of all results."""
    filter_text = f"{licence_filter(request.licences)} duration:[* TO {request.longest_seconds:g}]"
    for page in freesound.search(request.query, filter_text):
        for sound in page.results:
            yield sound, page.count


def _add(
    freesound: Freesound, request: CollectRequest, ledger: Ledger, sound: Sound, wait: Wait
) -> bool:
    """Adds a sound to the folder; returns whether it was downloaded now.

    Raises:
        DownloadError: The sound cannot be used; the message is the reason.
    """
    known = ledger.rows.get(str(sound.id))
    if known is not None and known.label != request.label:
        raise DownloadError(f"it is there as {known.label} already", hint="one sound, one label")
    licence = short_name(sound.license)
    if licence is None or not is_chosen(licence, request.licences):
        raise DownloadError(
            f"its licence is {licence or sound.license}", hint="add its licence to --license"
        )
    if sound.previews.ogg is None:
        raise DownloadError("it has no preview in Ogg Vorbis", hint="leave it out")
    path = request.folder / request.label / f"{sound.id}.ogg"
    is_missing = not path.is_file()
    if is_missing:
        download(freesound.pool, sound.previews.ogg, path, wait)
    ledger.rows[str(sound.id)] = LedgerRow(
        path=str(path.relative_to(request.folder)),
        label=request.label,
        group=sound.username if request.grouped_by == "uploader" else str(sound.id),
        licence=licence,
        author=f"{sound.username} (freesound.org)",
        id=str(sound.id),
        name=sound.name,
        url=sound.url or f"https://freesound.org/s/{sound.id}/",
        query=request.query,
    )
    return is_missing
