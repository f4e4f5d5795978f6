"""Detects in files, and prints JSON lines or tables."""

import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import msgspec

from soundpost.app import build_message_builder
from soundpost.capture import FileSource, JoinedSource
from soundpost.classify.model import Model, load_models
from soundpost.classify.range import LabelRange, RangeFilter
from soundpost.cli.flags.values import Threshold
from soundpost.cli.listen.files import FileSearch
from soundpost.cli.listen.reports import BestScores, ReportOptions, Summary
from soundpost.cli.listen.thresholds import build_run_rules, with_named_labels
from soundpost.cli.models.occurrence import required_label_ranges
from soundpost.cli.progress.recordings import Progress
from soundpost.config import Config
from soundpost.decide import Rule, publishing_every_event
from soundpost.errors import SoundpostError
from soundpost.heads.attach import with_heads
from soundpost.health import Health
from soundpost.messages.payload import encode
from soundpost.monitor import MicrophoneMonitor
from soundpost.pipeline import build_pipeline, capture_rate_hz
from soundpost.system.printable import printable

_log = logging.getLogger("soundpost")


def listen(
    config: Config,
    paths: Sequence[Path],
    thresholds: Sequence[Threshold],
    reports: ReportOptions,
    out: TextIO,
    *,
    week: int | None = None,
) -> bool:
    """Prints the detections of files; returns whether all of them were read to their end.

    Each detection is one line of JSON as it would be published, except that its times count from
    the start of the file (1970-01-01T00:00:00Z), `clock` is `file`, and `clip` is the file's path.

    Args:
        config: Its tables `[gate]`, `[classify]` and `[decide]` apply.
        paths: Files, and folders with files.
        thresholds: They win over those of the configuration.
        reports: What is printed. Tables go to stderr if there are lines on `out`.
        out: Receives the lines, or the tables.
        week: The week of the recordings, from 1 to 48: only labels are detected that occur at the
            place then. None for all labels, because files have no date.

    Raises:
        BundleError, ConfigError: As `load_models`, `build_run_rules` and `build_pipeline`; or no
            bundle has a range model for the week.
    """
    models = with_heads(config.heads, load_models(config.all_models))
    if week is not None:
        models = _at_place(models, config, week)
    manifests = [model.manifest for model in models]
    config = with_named_labels(config, manifests, thresholds)
    rules = build_run_rules(config, manifests, thresholds)
    search = FileSearch()
    recordings = search.find(paths)
    if not recordings:
        return False
    run = _Run(config, models, rules, out if reports.has_lines else None)
    progress = Progress(sys.stderr, len(recordings))
    with progress.beside_the_log():
        failures = search.failures
        for number, recording in enumerate(recordings):
            failures += not run.read(recording, progress, number)
    run.write_tables(reports, sys.stderr if reports.has_lines else out)
    return not failures


def _at_place(models: Sequence[Model], config: Config, week: int) -> tuple[Model, ...]:
    """Returns the models with the filters of their range models in a week."""
    label_ranges = required_label_ranges(
        config.node,
        [
            (settings.decide, model.bundle)
            for model, settings in zip(models, config.all_models, strict=True)
        ],
    )

    def at_place(model: Model, label_range: LabelRange | None) -> Model:
        if label_range is None:
            return model
        _log.info("%s", label_range.describe(week))
        return replace(model, range_filter=RangeFilter(label_range, lambda _: week))

    return tuple(map(at_place, models, label_ranges))


class _Run:
    """A run over recordings, and what it found.

    Args:
        config: The configuration.
        models: The models.
        rules: The rules of each model's labels.
        lines: Receives the JSON lines; None for none.
    """

    def __init__(
        self,
        config: Config,
        models: Sequence[Model],
        rules: Sequence[Sequence[Rule]],
        lines: TextIO | None,
    ) -> None:
        manifests = [model.manifest for model in models]
        self._config = config
        self._models = models
        self._rate_hz = capture_rate_hz(config.capture, manifests)
        self._rules = [publishing_every_event(rules_of_model) for rules_of_model in rules]
        self._lines = lines
        self._builder = build_message_builder(config, manifests, lambda: "file")
        self._summary = Summary(self._rate_hz)
        self._best_scores = BestScores(rules, [len(manifest.labels) for manifest in manifests])

    def read(self, recording: Path, progress: Progress, number: int) -> bool:
        """Detects in a recording; returns False, after an error in the log, if it is broken.

        Args:
            recording: The file.
            progress: Shows how far the run is.
            number: Recordings before this one.
        """
        rate_hz, health = self._rate_hz, Health()
        source = FileSource(
            recording,
            rate_hz,
            pace="fast",
            starts_at_ns=0,
            health=health,
            channel=self._config.capture.channel,
        )
        monitor = MicrophoneMonitor(rate_hz, wall_ns=lambda: 0)  # no file is late
        observers = [monitor, *self._best_scores.observers(recording)]
        in_stretches = JoinedSource(source, rate_hz)
        pipeline = build_pipeline(self._config, self._models, in_stretches, health, observers)
        pipeline.set_rules(self._rules)
        self._summary.recordings += 1
        try:
            with source:
                for detections in pipeline.run():
                    progress.show(number, recording, health.samples / rate_hz)
                    for detection in detections:
                        self._summary.count(detection)
                        if self._lines is None:
                            continue
                        message = msgspec.structs.replace(
                            self._builder.detection(detection), clip=printable(str(recording))
                        )
                        if self._lines.isatty():
                            progress.erase()
                        self._lines.write(encode(message).decode() + "\n")
        except SoundpostError as error:
            _log.error("%s\n  hint: %s", error, error.hint)
            return False
        finally:
            self._summary.samples += health.samples
        return True

    def write_tables(self, reports: ReportOptions, out: TextIO) -> None:
        """Writes the tables that were asked for."""
        if reports.has_summary:
            self._summary.write(out)
        if reports.has_scores:
            self._best_scores.write(out, self._summary.labels, self._rate_hz)
