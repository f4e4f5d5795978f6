"""Fuzz one target, guided by what of our code its inputs reach (atheris, libFuzzer).

Usage: python guided.py TARGET [what libFuzzer takes: -max_total_time=60 FOLDER …]
"""

import logging
import sys
import tempfile
from pathlib import Path

import atheris

# What is imported in here tells the fuzzer which of its branches were taken.
with atheris.instrument_imports(include=["soundpost", "tomllib", "zipfile"]):
    from targets import TARGETS

MEMORY = Path("/dev/shm")  # noqa: S108 - a disk would be the slowest part of it; each has its own folder there


def main(target: str, arguments: list[str]) -> None:
    """Fuzz until libFuzzer's own limits end it, or a bug."""
    logging.disable()
    run = TARGETS[target]
    place = MEMORY if MEMORY.is_dir() else None

    def once(data: bytes) -> None:
        with tempfile.TemporaryDirectory(prefix="fuzz-", dir=place) as folder:
            run(data, Path(folder))

    atheris.Setup([sys.argv[0], *arguments], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
