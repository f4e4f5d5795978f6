"""Fuzzes one target, guided by the code that its inputs reach (atheris, libFuzzer).

Usage: python guided.py TARGET [arguments of libFuzzer: -max_total_time=60 FOLDER …]
"""

import logging
import sys
import tempfile
from pathlib import Path

import atheris

# Imports in here are instrumented, so that the fuzzer gets their branch coverage.
with atheris.instrument_imports(include=["soundpost", "paho", "tomllib", "zipfile"]):
    from targets import TARGETS

MEMORY = Path("/dev/shm")  # noqa: S108 - a disk would be slow; each process has its own folder there


def main(target: str, arguments: list[str]) -> None:
    """Fuzzes until a limit of libFuzzer, or a failure."""
    logging.disable()
    run = TARGETS[target]
    memory = MEMORY if MEMORY.is_dir() else None

    def run_input(data: bytes) -> None:
        with tempfile.TemporaryDirectory(prefix="fuzz-", dir=memory) as folder:
            run(data, Path(folder))

    atheris.Setup([sys.argv[0], *arguments], run_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
