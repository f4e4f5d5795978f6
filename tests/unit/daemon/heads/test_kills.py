"""Heads are there completely or not at all, whenever the process that stores them is killed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from heads import store_tiny_head

from soundpost.heads import current_version, load_head, use_version, version_folder
from soundpost.heads.store import versions

SUPPORT = Path(__file__).resolve().parents[3] / "support"
LABEL = "gate_bell"
PATIENCE_SECONDS = 60.0
"""For the first version of a writer, on a busy machine."""


def read_current(folder: Path) -> int:
    """Returns the version in use, after its files have verified."""
    number = current_version(folder)
    return load_head(version_folder(folder, number)).description.version


def kill_once(heads: Path, seed: int) -> None:
    """Kills a writer within its second version, while this process reads what it stores."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SUPPORT), *sys.path])}
    command = [sys.executable, str(SUPPORT / "head_writer.py"), str(heads), str(seed)]
    before = read_current(heads / LABEL)
    writer = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    assert writer.stdout is not None
    try:
        assert writer.stdout.readline() == b"ready\n"
        start = time.monotonic()
        while read_current(heads / LABEL) == before:
            assert writer.poll() is None
            assert time.monotonic() < start + PATIENCE_SECONDS
        one_version_seconds = time.monotonic() - start
        end = time.monotonic() + np.random.default_rng(seed).uniform(0.0, one_version_seconds)
        while time.monotonic() < end:
            read_current(heads / LABEL)
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()


@pytest.mark.parametrize(
    "kills", [10, pytest.param(200, marks=[pytest.mark.chaos, pytest.mark.timeout(1_800)])]
)
def test_no_head_is_damaged_by_kills(tmp_path: Path, kills: int) -> None:
    """The version in use verifies at every moment; an undo and the next version work after each."""
    folder = tmp_path / LABEL
    store_tiny_head(tmp_path)
    for seed in range(kills):
        before = read_current(folder)
        kill_once(tmp_path, 1_000 * seed)
        after = read_current(folder)
        assert after > before
        for number in versions(folder):
            assert load_head(version_folder(folder, number)).description.version == number
    use_version(folder, versions(folder)[0])
    last = versions(folder)[-1]
    assert store_tiny_head(tmp_path, 7).description.version == last + 1
    assert all(each.name.isdigit() for each in (folder / "versions").iterdir())
