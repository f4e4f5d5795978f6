"""Where data lie."""

import os
from pathlib import Path

DEFAULT_DATA = Path("../shared/data")
"""Where data lie when SOUNDPOST_DATA does not say, seen from the project's root."""


def data_folder(name: str) -> Path:
    """An absolute path as it is; any other, under $SOUNDPOST_DATA."""
    return Path(os.environ.get("SOUNDPOST_DATA", DEFAULT_DATA)) / name
