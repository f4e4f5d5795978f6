"""The flags of `soundpost analyze` for where the work is done, and for runs that share it."""

import argparse
import os
import re
from pathlib import Path

from soundpost.command_parser import CommandParser

MOST_WORKERS = 1_024
"""More processes than any machine runs at once is a slip of the finger."""


def add_execution(parser: CommandParser) -> None:
    """Adds the flags for where the work is done, and for runs that share it."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--workers",
        type=_workers,
        default=len(os.sched_getaffinity(0)),
        metavar="N",
        help="processes, each with its own copy of the models (default: the processors, "
        "%(default)s)",
    )
    where.add_argument(
        "--cluster",
        type=_scheduler,
        metavar="ADDRESS",
        help="the scheduler of a Dask cluster instead of processes here, as tcp://scheduler:8786; "
        "its machines have the recordings under the same paths",
    )
    parts = parser.add_mutually_exclusive_group()
    parts.add_argument(
        "--shard",
        type=_shard,
        metavar="K/N",
        help="analyze the K-th of N parts only, without tables, as one of N independent runs",
    )
    parts.add_argument(
        "--merge",
        type=Path,
        nargs="+",
        default=(),
        dest="merged",
        metavar="RESULTS",
        help="take over what shards have in folders of their own",
    )


def _scheduler(text: str) -> str:
    """Parses the address of a scheduler.

    Raises:
        ArgumentTypeError: It is none.
    """
    if re.fullmatch(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):\d{1,5}", text):
        return text
    raise argparse.ArgumentTypeError(
        f"expected the address of a Dask scheduler, as tcp://scheduler:8786, got {text!r}"
    )


def _shard(text: str) -> tuple[int, int]:
    """Parses a shard, such as `3/40`: its number, and how many there are.

    Raises:
        ArgumentTypeError: It is none.
    """
    if match := re.fullmatch(r"(\d{1,7})/(\d{1,7})", text):
        number, count = int(match[1]), int(match[2])
        if 1 <= number <= count:
            return number, count
    raise argparse.ArgumentTypeError(f"expected a shard from 1/N to N/N, as 3/40, got {text!r}")


def _workers(text: str) -> int:
    """Parses a number of processes.

    Raises:
        ArgumentTypeError: It is not a whole number from 1 on.
    """
    if text.isdecimal() and len(text) <= len(str(MOST_WORKERS)) and 1 <= int(text) <= MOST_WORKERS:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"expected a number of processes from 1 to {MOST_WORKERS}, got {text!r}"
    )
