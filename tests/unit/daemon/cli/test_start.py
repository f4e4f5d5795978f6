"""The entry point: what is set before the first import of the program."""

import os
import subprocess
import sys

import pytest

WATCHED = """
import os, sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy":
            print("numpy begins with", os.environ.get("OPENBLAS_NUM_THREADS"))

sys.meta_path.insert(0, Watch())
from soundpost.cli.start import main
try:
    main(["--version"])
finally:
    import numpy
"""
"""A program of a fresh process, which says with how many threads numpy is imported."""


@pytest.mark.parametrize(("given", "expected"), [(None, "1"), ("2", "2")])
def test_numpy_is_imported_with_one_thread(given: str | None, expected: str) -> None:
    """Its library reads the number when it is loaded; that of the user stays."""
    environment = {key: value for key, value in os.environ.items() if "NUM_THREADS" not in key}
    if given is not None:
        environment["OPENBLAS_NUM_THREADS"] = given
    done = subprocess.run(
        [sys.executable, "-c", WATCHED],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert f"numpy begins with {expected}" in done.stdout, done.stderr
