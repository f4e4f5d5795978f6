"""The program runs whichever of its standard streams are closed."""

import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
from daemon_process import SOUNDPOST
from recording import write_quiet

STREAMS = (0, 1, 2)
CLOSE = """
import os, sys
for descriptor in map(int, sys.argv[1].split()):
    os.close(descriptor)
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Closes descriptors, and then is the program that its other arguments name."""


@pytest.mark.parametrize(
    "closed", [streams for count in (1, 2, 3) for streams in combinations(STREAMS, count)]
)
def test_a_closed_stream_is_no_failure(closed: tuple[int, ...], tmp_path: Path) -> None:
    """A recording is read to its end, whichever streams the caller has closed."""
    write_quiet(tmp_path / "quiet.wav", 2.0)
    ended = subprocess.run(
        [
            *(sys.executable, "-c", CLOSE, " ".join(map(str, closed))),
            *(SOUNDPOST, "listen", "--summary", tmp_path / "quiet.wav"),
        ],
        capture_output=True,
        timeout=60.0,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    if 1 not in closed:
        assert b"0 events in 1 recording" in ended.stdout
