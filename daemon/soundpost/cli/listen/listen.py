"""Detects in files, and prints JSON lines or tables."""

import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from soundpost.classify.model import Model, load_models
from soundpost.classify.range import LabelRange, RangeFilter
from soundpost.cli.flags.values import Threshold
from soundpost.cli.listen.files import FileSearch
from soundpost.cli.listen.listen_run import ListenRun, Outputs
from soundpost.cli.listen.reports import Extent, ReportOptions
from soundpost.cli.listen.thresholds import build_run_rules, with_named_labels
from soundpost.cli.models.occurrence import required_label_ranges
from soundpost.cli.progress.recordings import Progress
from soundpost.config import Config
from soundpost.errors import ConfigError
from soundpost.heads.attach import with_heads

_log = logging.getLogger("soundpost")


def listen(
    config: Config,
    paths: Sequence[Path],
    thresholds: Sequence[Threshold],
    reports: ReportOptions,
    out: TextIO,
    extent: Extent,
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
        extent: The part of the labels and of the sound that counts.

    Raises:
        BundleError, ConfigError: As `load_models`, `build_run_rules` and `build_pipeline`; or no
            bundle has a range model for the week;
            or there are several recordings, of which details were asked for.
    """
    models = with_heads(config.heads, load_models(config.all_models), config.node.source)
    if extent.week is not None:
        models = _at_place(models, config, extent.week)
    manifests = [model.manifest for model in models]
    config = with_named_labels(config, manifests, thresholds)
    rules = build_run_rules(config, manifests, thresholds)
    search = FileSearch()
    recordings = search.find(paths)
    if not recordings:
        return False
    if reports.details and len(recordings) > 1:
        raise ConfigError(
            f"expected one recording with --details, got {len(recordings)}",
            hint="`soundpost analyze` writes tables of many recordings",
        )
    outputs = Outputs(out if reports.has_lines else None, reports.details)
    run = ListenRun(config, models, rules, extent.first_seconds, outputs)
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
