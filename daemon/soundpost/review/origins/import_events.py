"""Imports the events of a folder, of whichever kind it is, into the store."""

from dataclasses import dataclass
from pathlib import Path

from soundpost.errors import ReviewError
from soundpost.review.event import Origin, OriginKind
from soundpost.review.origins.archive import DETECTIONS_FILE, read_archive
from soundpost.review.origins.clips import read_clips
from soundpost.review.origins.skipped import Skipped
from soundpost.review.store.store import ReviewStore


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import.

    Attributes:
        origin: The folder.
        new: Events that were not in the store before.
        damaged: Entries that cannot be read.
        withdrawn: Retracted events, and clips that are of no event.
    """

    origin: Origin
    new: int
    damaged: int
    withdrawn: int


def import_events(store: ReviewStore, path: Path, recordings: Path | None = None) -> Imported:
    """Imports the events of a folder; those that are in the store keep their verdicts.

    Args:
        store: The store.
        path: The folder of a node's clips, or the folder of an archive's tables, or its file
            `detections.jsonl`.
        recordings: The folder of the recordings that an archive was made of; None for the one that
            the store has. Clips need none.

    Raises:
        ReviewError: It is neither, or its recordings are not named, or it cannot be read.
    """
    folder = (path.parent if path.name == DETECTIONS_FILE else path).absolute()
    try:
        is_archive = (folder / DETECTIONS_FILE).is_file()
        if not is_archive and not folder.is_dir():
            raise ReviewError(
                f"{path} is not a folder",
                hint="name a folder of clips, or the folder of `soundpost analyze --out`",
            )
        skipped = Skipped()
        if is_archive:
            origin = _archive_origin(store, folder, recordings)
            new = store.add_events(origin, read_archive(folder / DETECTIONS_FILE, skipped))
        else:
            origin = store.add_origin(OriginKind.CLIPS, folder, folder)
            new = store.add_events(origin, read_clips(folder, skipped))
    except OSError as error:
        raise ReviewError(
            f"{error.filename or path}: {error.strerror}", hint="check its owner and its mode"
        ) from error
    skipped.log_others()
    return Imported(origin, new, skipped.damaged, skipped.withdrawn)


def _archive_origin(store: ReviewStore, folder: Path, recordings: Path | None) -> Origin:
    if recordings is None:
        known = store.find_origin(OriginKind.ARCHIVE, folder)
        if known is not None:
            return known
        raise ReviewError(
            f"{folder} states no folder of its recordings",
            hint="name the folder that was analyzed: --recordings DIR",
        )
    if not recordings.is_dir():
        raise ReviewError(
            f"{recordings} is not a folder",
            hint="name the folder that was analyzed, with --recordings DIR",
        )
    return store.add_origin(OriginKind.ARCHIVE, folder, recordings.absolute())
