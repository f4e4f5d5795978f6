"""Analyzes folders of recordings, with a journal, and writes tables."""

import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from soundpost.archive.analysis import Run
from soundpost.archive.analysis import analyze as analyze_files
from soundpost.archive.execute.executor import Executor
from soundpost.archive.execute.pool import WorkerPool
from soundpost.archive.execute.shard import Shard
from soundpost.archive.files import ArchiveFile, archive_files
from soundpost.archive.part import Part
from soundpost.archive.report import PAGE, ArchiveReport, ReportOptions
from soundpost.archive.settings import AnalysisSettings
from soundpost.archive.tables.camtrap.survey import Survey
from soundpost.classify.bundle import Bundle, load_bundle
from soundpost.classify.find import find_bundle
from soundpost.classify.model import refuse_same_id
from soundpost.classify.range import build_label_range
from soundpost.cli.analyze.progress import AnalysisProgress
from soundpost.cli.flags.values import Threshold
from soundpost.cli.listen.files import FileSearch
from soundpost.cli.listen.reports import Summary
from soundpost.cli.listen.thresholds import build_run_rules, with_named_labels
from soundpost.config import Config
from soundpost.decide import publishing_every_event
from soundpost.heads.attach import read_heads
from soundpost.pipeline import capture_rate_hz
from soundpost.system.printable import printable

_NAMED_AT_MOST = 20
"""Files that were left out, in the last lines: one screen. The table of recordings has all."""

_log = logging.getLogger("soundpost")


@dataclass(frozen=True, slots=True)
class AnalyzeOptions:
    """The flags that are not keys of the configuration.

    Attributes:
        out: The folder of the journal and the tables.
        thresholds: They win over those of the configuration.
        zone: The zone of the recorders' clocks; None if it is not known.
        formats: The tables besides those that are always written.
        executor: Analyzes the files; by default one process of this machine.
        is_forced: Whether results of other settings are removed.
        shard: The part of the files that is analyzed, without tables; None for all.
        merged: Folders of results whose parts are taken over.
        has_acoustics: Whether the acoustic figures of each minute are measured.
        report: The clips and the page beside the tables.
        survey: The places of the recorders, if they are published.
    """

    out: Path
    thresholds: Sequence[Threshold] = ()
    zone: ZoneInfo | None = None
    formats: Sequence[str] = ()
    executor: Executor = field(default_factory=lambda: WorkerPool(1))
    is_forced: bool = False
    shard: Shard | None = None
    merged: Sequence[Path] = ()
    has_acoustics: bool = False
    report: ReportOptions = field(default_factory=ReportOptions)
    survey: Survey | None = None


def analyze(config: Config, paths: Sequence[Path], options: AnalyzeOptions, out: TextIO) -> bool:
    """Analyzes recordings; returns whether all of them were read to their end.

    Args:
        config: Its tables `[capture]`, `[gate]`, `[classify]` and `[decide]` apply, and the place
            in `[node]`.
        paths: Files, and folders with files.
        options: The flags.
        out: Receives the summary.

    Raises:
        BundleError, ConfigError: As `load_bundle`, `build_run_rules` and `archive.analyze`.
        ArchiveError: As `archive.analyze`.
    """
    bundles = [load_bundle(find_bundle(model.bundle)) for model in config.all_models]
    refuse_same_id(bundles)
    _log_ranges(config, bundles)
    heads = read_heads(config.heads, [bundle.manifest for bundle in bundles])
    heads.log()
    manifests = heads.manifests
    config = with_named_labels(config, manifests, options.thresholds)
    rules = build_run_rules(config, manifests, options.thresholds)
    settings = AnalysisSettings(
        config,
        [publishing_every_event(own) for own in rules],
        options.zone,
        options.has_acoustics,
    )
    search = FileSearch()
    files = archive_files(paths, search.find(paths))
    if not files:
        return False
    report = ArchiveReport(settings, manifests, options.out, options.report)
    run = Run(
        *(settings, manifests, options.out, options.formats, options.executor, options.is_forced),
        shard=options.shard,
        merged=options.merged,
        export=report if options.report else None,
        survey=options.survey,
    )
    observer = _Observer(capture_rate_hz(config.capture, manifests), AnalysisProgress(sys.stderr))
    with observer.progress.beside_the_log():
        failures = analyze_files(run, files, observer)
    observer.summary.write(out)
    _write_files(failures, "left out", out)
    _write_files(report.problems, "not read again for clips and pictures", out)
    folder = printable(str(options.out))
    if options.shard is None:
        out.write(f"tables: {folder}\n")
    else:
        out.write(f"shard {options.shard} of {folder}: a run without --shard writes the tables\n")
    if options.report.has_page and options.shard is None:
        out.write(f"report: {printable(str(options.out / PAGE))}\n")
    return not failures and not search.failures and not report.problems


def _log_ranges(config: Config, bundles: Sequence[Bundle]) -> None:
    """Logs for each bundle with a range model how it is used; refuses one that is broken."""
    for bundle, model in zip(bundles, config.all_models, strict=True):
        manifest = bundle.manifest
        if manifest.range is None:
            continue
        if label_range := build_label_range(config.node, model.decide, bundle):
            _log.info(
                "%s: labels that do not occur at %s in the week of a recording are held back, at "
                "%g",
                *(manifest.id, label_range.place, label_range.threshold),
            )
        else:
            _log.info(
                "%s: its range model is not used, because %s",
                manifest.id,
                "node.latitude and node.longitude are not set"
                if config.node.place is None
                else 'decide.range is "off"',
            )


class _Observer:
    """Shows the progress on the terminal, and counts the events of all recordings.

    Args:
        rate_hz: The rate at which the sound of a recording is counted.
        progress: Shows how far the run is.
    """

    def __init__(self, rate_hz: int, progress: AnalysisProgress) -> None:
        self.summary = Summary(rate_hz)
        self.progress = progress
        self._rate_hz = rate_hz

    def on_start(self, done: int, files: Sequence[ArchiveFile]) -> None:
        if done:
            _log.info("%d files were done before, %d are to be analyzed", done, len(files))
        self.progress.start(done, files)

    def on_position(self, file: ArchiveFile, seconds: float, share: float) -> None:
        self.progress.move(file, seconds, share)

    def on_end(self, file: ArchiveFile, seconds: float) -> None:
        self.progress.end(file, seconds)

    def on_recording(self, part: Part) -> None:
        self.summary.recordings += 1
        self.summary.samples += round(part.seconds * self._rate_hz)
        for row in part.rows:
            self.summary.add(row.label, row.end_seconds - row.begin_seconds, row.score)


def _write_files(reasons: Mapping[str, str], fate: str, out: TextIO) -> None:
    """Writes the number of files with some fate, their names and their reasons."""
    if not reasons:
        return
    noun = "file was" if len(reasons) == 1 else "files were"
    out.write(f"{len(reasons)} {noun} {fate}:\n")
    named = list(reasons.items())[:_NAMED_AT_MOST]
    out.writelines(f"  {name}: {reason}\n" for name, reason in named)
    if len(reasons) > _NAMED_AT_MOST:
        out.write(f"  and {len(reasons) - _NAMED_AT_MOST} more\n")
