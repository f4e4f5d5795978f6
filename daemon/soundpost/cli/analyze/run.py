"""Runs `soundpost analyze` with its flags."""

import argparse
import sys

from soundpost.cli.analyze.analyze import AnalyzeOptions, analyze
from soundpost.cli.options import read_config


def run(options: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    own = AnalyzeOptions(
        out=options.out,
        thresholds=options.threshold or (),
        zone=options.zone,
        formats=options.formats,
        workers=options.workers,
        is_forced=options.is_forced,
        has_acoustics=options.has_acoustics,
    )
    return 0 if analyze(read_config(options), options.files, own, sys.stdout) else 1
