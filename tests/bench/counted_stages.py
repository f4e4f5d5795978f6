"""Runs each stage once between two points that the counter of instructions reports.

It runs on an emulated processor, see `instructions.py`: counted_stages.py BUNDLE YAMNET
"""

import json
import logging
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from stages import stages, stride_seconds


def report_point(number: int) -> None:
    """Has the plugin write its count; there is no process of so high a number."""
    with suppress(ProcessLookupError):
        os.getpriority(os.PRIO_PROCESS, number)


FIRST_POINT = 100_000_000
"""Above all process ids, of which Linux has at most 2^22."""


def main(bundle: str, yamnet: Path) -> None:
    """Prints a line of JSON for each stage: its name, unit, units and the point before it."""
    logging.disable(logging.WARNING)
    point = FIRST_POINT
    with tempfile.TemporaryDirectory() as folder:
        for stage in stages(bundle, yamnet, Path(folder)):
            stage.prepare()()  # caches of Python and of the libraries are filled
            work = stage.prepare()
            report_point(point)
            work()
            report_point(point + 1)
            print(json.dumps([stage.name, stage.unit, stage.units, point]))
            point += 2
    print(json.dumps(stride_seconds(bundle)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
