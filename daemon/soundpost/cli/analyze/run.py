"""Runs `soundpost analyze` with its flags."""

import argparse
import sys

from soundpost.archive.execute.pool import WorkerPool
from soundpost.cli.analyze.analyze import AnalyzeOptions, analyze
from soundpost.cli.options import read_config


def run(options: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    own = AnalyzeOptions(
        out=options.out,
        thresholds=options.threshold or (),
        zone=options.zone,
        formats=options.formats,
        executor=WorkerPool(options.workers),
        is_forced=options.is_forced,
    )
    return 0 if analyze(read_config(options), options.files, own, sys.stdout) else 1
