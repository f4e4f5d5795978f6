"""What every test may ask for."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["certificates", "full_disk", "mosquitto", "sound_card"]

ROOT = Path(__file__).resolve().parent.parent

# A slow machine is no failure, and a failure prints what repeats it.
settings.register_profile("soundpost", deadline=None, print_blob=True)
settings.load_profile("soundpost")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real audio and a real model; see README for what it holds."""
    folder = Path(os.environ.get("SOUNDPOST_DATA", ROOT.parent / "shared" / "data"))
    if (folder / "esc50" / "esc50.csv").is_file():
        return folder
    reason = f"no ESC-50 under {folder}; set SOUNDPOST_DATA to the folder that has esc50/"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
