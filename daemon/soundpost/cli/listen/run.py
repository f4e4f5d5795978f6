"""Runs `soundpost listen` with its flags."""

import argparse
import sys

from soundpost.cli.listen.listen import listen
from soundpost.cli.listen.reports import Extent, ReportOptions
from soundpost.cli.options import read_config


def run(options: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    reports = ReportOptions(
        has_lines=options.json or not (options.summary or options.scores),
        has_summary=options.summary,
        has_scores=options.scores,
        details=options.details,
    )
    config, thresholds = read_config(options), options.threshold or []
    extent = Extent(options.week, options.first)
    return 0 if listen(config, options.files, thresholds, reports, sys.stdout, extent) else 1
