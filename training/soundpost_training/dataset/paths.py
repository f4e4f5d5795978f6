"""The folder of the data sets."""

import os
from pathlib import Path

DEFAULT_DATA = Path("../shared/data")
"""The folder of the data without SOUNDPOST_DATA, relative to the project's root."""


def data_folder(name: str) -> Path:
    """Returns an absolute path as it is, and any other under $SOUNDPOST_DATA."""
    return Path(os.environ.get("SOUNDPOST_DATA", DEFAULT_DATA)) / name


def text_of(path: Path | str) -> str:
    r"""Returns a path or a name as text that JSON can hold; bytes that are not UTF-8 as `\xff`."""
    return os.fsencode(path).decode("utf-8", errors="backslashreplace")
