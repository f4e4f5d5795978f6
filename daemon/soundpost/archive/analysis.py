"""The analysis of an archive: files, workers, journal, and the tables at its end."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from soundpost.acoustics.reference import LevelReference
from soundpost.archive.acoustics import ACOUSTICS_FILE, write_acoustics
from soundpost.archive.execute.executor import Executor
from soundpost.archive.execute.messages import Analyzed, LeftOut, Position
from soundpost.archive.execute.pool import WorkerPool
from soundpost.archive.execute.shard import Shard
from soundpost.archive.files import ArchiveFile
from soundpost.archive.journal import Journal, open_journal
from soundpost.archive.leftovers import naming_leftovers
from soundpost.archive.merge import merge
from soundpost.archive.outputs import (
    DETECTIONS_FILE,
    RECORDINGS_FILE,
    write_detections,
    write_recordings,
)
from soundpost.archive.part import Part
from soundpost.archive.report.results import Export, Results
from soundpost.archive.row import AnalyzedRecording, Row
from soundpost.archive.settings import AnalysisSettings, fingerprint
from soundpost.archive.tables import FORMATS, Origin, write_tables
from soundpost.archive.tables.camtrap.survey import Survey
from soundpost.errors import ArchiveError
from soundpost.manifest import Manifest
from soundpost.messages.payload import ModelIdentity

_log = logging.getLogger("soundpost.archive")


@dataclass(frozen=True, slots=True)
class Run:
    """A run over an archive.

    Attributes:
        settings: The models, their rules and the time zone.
        manifests: Of the models, in the order of the configuration.
        out: The folder of the journal and the tables.
        formats: Names of `FORMATS`: the tables besides those that are always written.
        executor: Analyzes the files; by default one process of this machine.
        is_forced: Whether results of other settings are removed.
        shard: The part of the files that is analyzed, without tables; None for all.
        merged: Folders of results whose parts are taken over.
        export: Makes clips and a report after the tables; None for neither.
        survey: The places of the recorders, if they are published.
    """

    settings: AnalysisSettings
    manifests: Sequence[Manifest]
    out: Path
    formats: Sequence[str] = ()
    executor: Executor = field(default_factory=lambda: WorkerPool(1))
    is_forced: bool = False
    shard: Shard | None = None
    merged: Sequence[Path] = ()
    export: Export | None = None
    survey: Survey | None = None


class Observer(Protocol):
    """Follows a run."""

    def on_start(self, done: int, files: Sequence[ArchiveFile]) -> None:
        """Takes how many files were done before, and those that are to be analyzed."""

    def on_position(self, file: ArchiveFile, seconds: float, share: float) -> None:
        """Takes how far a file is: its sound until now, and the part of the file that this is."""

    def on_end(self, file: ArchiveFile, seconds: float) -> None:
        """Takes that a file is over, after so much sound; 0 for one that is left out."""

    def on_recording(self, part: Part) -> None:
        """Takes each recording, in the order of the tables, once all are analyzed."""


def analyze(run: Run, files: Sequence[ArchiveFile], observer: Observer) -> dict[str, str]:
    """Analyzes the files that have no part yet, and writes the tables of all.

    Args:
        run: The run.
        files: The files, in the order of the tables.
        observer: Follows the run.

    Returns:
        The reasons for which files were left out, by their names.

    Raises:
        ConfigError: The folder has results of other settings, or a format needs a library that is
            not installed or a place that is not given.
        ArchiveError: No worker can run, or the folder cannot be written to.
    """
    for name in run.formats:
        if check := FORMATS[name].check:
            check(_origin(run))  # now, and not after hours
    if run.export and run.shard is None:
        run.export.check()
    settings = fingerprint(run.settings, run.manifests)
    if run.shard is not None:
        files = run.shard.choose(files)
    with open_journal(run.out, settings, is_forced=run.is_forced, shard=run.shard) as journal:
        merge(journal, run.merged, settings, files)
        pending = [file for file in files if journal.read(file.key) is None]
        observer.on_start(len(files) - len(pending), pending)
        failures = _analyze_pending(run, journal, pending, observer)
        try:
            _write_outputs(run, journal, files, failures, observer)
        except OSError as error:
            raise ArchiveError(
                f"the tables in {run.out} cannot be written: {error.strerror}",
                hint="free space there; what is analyzed is kept, and not done again",
            ) from error
    return failures


def _analyze_pending(
    run: Run, journal: Journal, pending: Sequence[ArchiveFile], observer: Observer
) -> dict[str, str]:
    failures = {}
    with closing(run.executor.run(run.settings, pending)) as messages:
        for file, message in messages:
            match message:
                case Position(seconds, share):
                    observer.on_position(file, seconds, share)
                case Analyzed(part):
                    journal.write(file.key, part)
                    if part.damage:
                        _log.warning("%s: %s", file.name, part.damage)
                    observer.on_end(file, part.seconds)
                case LeftOut(reason, hint):
                    _log.error("%s: left out: %s\n  hint: %s", file.name, reason, hint)
                    failures[file.name] = reason
                    observer.on_end(file, 0.0)
    return dict(sorted(failures.items(), key=lambda item: os.fsencode(item[0])))


def _write_outputs(
    run: Run,
    journal: Journal,
    files: Sequence[ArchiveFile],
    failures: dict[str, str],
    observer: Observer,
) -> None:
    done = [file for file in files if file.name not in failures]

    def parts() -> Iterator[Part]:
        """Yields the parts in the order of the files; one at a time, so memory stays flat."""
        for file in done:
            if part := journal.read(file.key):
                yield part

    def rows() -> Iterator[Row]:
        for part in parts():
            yield from part.rows

    recordings = []
    for part in parts():
        observer.on_recording(part)
        recordings.append(part.recording)
    if run.shard is not None:
        return  # the tables are of all files
    with naming_leftovers(run.out):
        _write_files(run, parts, rows, recordings, Results(done, failures, journal.read))


def _write_files(
    run: Run,
    parts: Callable[[], Iterator[Part]],
    rows: Callable[[], Iterator[Row]],
    recordings: Sequence[AnalyzedRecording],
    results: Results,
) -> None:
    """Writes all files besides the journal, each from a pass over the parts."""
    models = {manifest.id: ModelIdentity.of(manifest) for manifest in run.manifests}
    origin = _origin(run)
    write_detections(run.out / DETECTIONS_FILE, rows(), models, origin.licences)
    write_recordings(run.out / RECORDINGS_FILE, parts(), results.failures)
    if run.settings.has_acoustics:
        reference = LevelReference(run.settings.config.capture.calibration_db)
        write_acoustics(run.out / ACOUSTICS_FILE, parts(), reference)
    write_tables(rows(), recordings, run.out, run.formats, origin=origin)
    if run.export:
        run.export.write(results)


def _origin(run: Run) -> Origin:
    return Origin(
        licences={manifest.id: manifest.training.licence for manifest in run.manifests},
        manifests={manifest.id: manifest for manifest in run.manifests},
        survey=run.survey,
    )
