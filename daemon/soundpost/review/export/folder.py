"""Writes a training folder: sounds, `labels.csv`, and an experiment that reads them."""

import csv
import hashlib
import io
import logging
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from soundpost.errors import ReviewError
from soundpost.evidence.encode.flac import encode_flac
from soundpost.recording import RecordingError
from soundpost.review.export.choose import Chosen
from soundpost.review.export.experiment import EXPERIMENT_FILE, experiment_text
from soundpost.review.export.timeline import group_names
from soundpost.review.sound import EventSound, read_stretches, stretch_of
from soundpost.system.atomic_file import write_atomic

TABLE_FILE = "labels.csv"
_COLUMNS = ("path", "label", "group", "verdict", "score")
_FOLDER_MODE, _FILE_MODE = 0o750, 0o640  # recordings are private to the owner and the group
_NAME_DIGITS = 16

_log = logging.getLogger("soundpost.review")


@dataclass(slots=True)
class Exported:
    """The result of an export.

    Attributes:
        labels: The number of sounds of each label.
        groups: The number of groups of each label, by which folds are made.
        unreadable: Events whose sound cannot be read.
        silent: Events whose sound is digital silence, such as one that was silenced.
        copies: Events whose sound was exported before, under another label.
    """

    labels: Counter[str] = field(default_factory=Counter)
    groups: dict[str, int] = field(default_factory=dict)
    unreadable: int = 0
    silent: int = 0
    copies: int = 0


def export_folder(
    chosen: Sequence[Chosen], folder: Path, on_progress: Callable[[int], None] = lambda _: None
) -> Exported:
    """Writes the sounds and the table, whole or not at all.

    Args:
        chosen: The events.
        folder: A folder that is not there, or is empty.
        on_progress: Called with the number of events that are done.

    Raises:
        ReviewError: The folder has files, or cannot be written to; or no sound is left.
    """
    _refuse_used(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        exported = _Writer(chosen, part, folder, on_progress).write()
        part.chmod(_FOLDER_MODE)
        part.replace(folder)  # replaces an empty folder, too
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        with suppress(OSError):  # gone, because it was renamed
            shutil.rmtree(part)
    return exported


class _Writer:
    """Writes the files of a training folder.

    Args:
        chosen: The events.
        part: The folder to write to.
        folder: The name that it gets later.
        on_progress: Called with the number of events that are done.
    """

    def __init__(
        self, chosen: Sequence[Chosen], part: Path, folder: Path, on_progress: Callable[[int], None]
    ) -> None:
        self._chosen = chosen
        self._groups = group_names([each.placed for each in chosen])
        self._part = part
        self._folder = folder
        self._on_progress = on_progress
        self._exported = Exported()
        self._rows: dict[int, tuple[str, ...]] = {}
        self._labels_by_sound: dict[bytes, str] = {}

    def write(self) -> Exported:
        """Writes all files; returns the counts."""
        by_file: defaultdict[Path, list[int]] = defaultdict(list)
        for at, each in enumerate(self._chosen):
            by_file[each.placed.reviewed.sound_file].append(at)
        done = 0
        for path, positions in by_file.items():
            self._write_sounds(path, positions)
            done += len(positions)
            self._on_progress(done)
        if not self._rows:
            raise ReviewError(
                "there is no sound to export",
                hint="review some events first: `soundpost review`; exported are those that are "
                "right, wrong or relabelled, whose sound is there, and in which no other label "
                "sounds",
            )
        rows = [self._rows[at] for at in sorted(self._rows)]
        table = io.StringIO(newline="")
        writer = csv.writer(table)  # RFC 4180
        writer.writerows([_COLUMNS, *rows])
        write_atomic(self._part / TABLE_FILE, table.getvalue().encode(), mode=_FILE_MODE)
        groups: defaultdict[str, set[str]] = defaultdict(set)
        for _, label, group, *_ in rows:
            groups[label].add(group)
        self._exported.groups = {label: len(names) for label, names in groups.items()}
        experiment = experiment_text(self._folder.absolute(), self._exported.groups)
        write_atomic(self._part / EXPERIMENT_FILE, experiment.encode(), mode=_FILE_MODE)
        return self._exported

    def _write_sounds(self, path: Path, positions: list[int]) -> None:
        """Writes the sounds of the events of one file."""
        stretches = [stretch_of(self._chosen[at].placed.reviewed) for at in positions]
        found = 0
        try:
            for number, sound in read_stretches(path, stretches):
                found += 1
                self._write_sound(positions[number], sound)
        except RecordingError as error:
            if not self._exported.unreadable:
                _log.warning("left out: %s", error)
        self._exported.unreadable += len(positions) - found

    def _write_sound(self, at: int, sound: EventSound) -> None:
        chosen = self._chosen[at]
        event = chosen.placed.reviewed.event
        if not sound.samples.any():
            self._exported.silent += 1
            return
        content = hashlib.sha256(sound.samples.tobytes()).digest()
        if self._labels_by_sound.setdefault(content, chosen.label) != chosen.label:
            self._exported.copies += 1
            return
        digest = hashlib.sha256(event.id.encode(errors="surrogatepass")).hexdigest()
        name = f"{chosen.label}/{digest[:_NAME_DIGITS]}.flac"
        (self._part / chosen.label).mkdir(mode=_FOLDER_MODE, exist_ok=True)
        flac = encode_flac(sound.samples, sound.rate_hz)
        write_atomic(self._part / name, flac, mode=_FILE_MODE, is_durable=False)
        decision = chosen.placed.reviewed.decision
        verdict = str(decision.verdict) if decision else ""
        self._rows[at] = (name, chosen.label, self._groups[at], verdict, f"{event.score:.4f}")
        self._exported.labels[chosen.label] += 1


def _refuse_used(folder: Path) -> None:
    try:
        is_used = folder.is_symlink() or (folder.exists() and any(folder.iterdir()))
    except OSError as error:
        raise _unwritable(folder, error) from error
    if is_used:
        raise ReviewError(
            f"{folder} is there, and not empty", hint="no file is replaced: name a new folder"
        )


def _unwritable(folder: Path, error: OSError) -> ReviewError:
    return ReviewError(
        f"{error.filename or folder} cannot be written: {error.strerror}",
        hint="check its owner and its mode, and free space on the disk",
    )
