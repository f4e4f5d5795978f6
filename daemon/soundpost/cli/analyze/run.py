"""Runs `soundpost analyze` with its flags."""

import argparse
import sys
from contextlib import AbstractContextManager, nullcontext

from soundpost.archive.execute.executor import Executor
from soundpost.archive.execute.pool import WorkerPool
from soundpost.archive.execute.shard import Shard
from soundpost.archive.report import ReportOptions
from soundpost.cli.analyze.analyze import AnalyzeOptions, analyze
from soundpost.cli.analyze.survey import build_survey
from soundpost.cli.options import read_config
from soundpost.errors import ConfigError


def run(options: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    config = read_config(options)
    with _executor(options) as executor:
        own = AnalyzeOptions(
            out=options.out,
            thresholds=options.threshold or (),
            zone=options.zone,
            formats=options.formats,
            executor=executor,
            is_forced=options.is_forced,
            shard=Shard(*options.shard) if options.shard else None,
            merged=options.merged,
            has_acoustics=options.has_acoustics,
            report=ReportOptions(options.clips, options.has_report),
            survey=build_survey(options),
        )
        return 0 if analyze(config, options.files, own, sys.stdout) else 1


def _executor(options: argparse.Namespace) -> AbstractContextManager[Executor]:
    """Returns the cluster or the worker processes.

    Raises:
        ConfigError: The library for clusters is not installed.
        ArchiveError: The scheduler of the cluster cannot be reached.
    """
    if options.cluster is None:
        return nullcontext(WorkerPool(options.workers))
    try:
        from soundpost.archive.execute.cluster.executor import connect  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ConfigError(
            f"distributed, which reaches a cluster, cannot be imported: {error}",
            hint="pip install 'soundpost[cluster]', or leave out --cluster",
        ) from error
    return connect(options.cluster)
