"""The file of a clip that a table of a published data set names."""

from pathlib import Path

from soundpost_training.dataset.readers.walk import is_regular_file

CLIP_SUFFIXES = (".wav", ".flac", ".ogg", ".opus")
"""Formats that copies of published data sets come in, in the order in which they are looked for."""


def find_audio(named: Path) -> Path:
    """Returns a file of a table, or the one beside it that differs in the suffix only.

    Copies of published data sets are often stored in another format under the names of their
    table. Returns the path that the table names where there is no file at all.
    """
    candidates = [named, *(named.with_suffix(suffix) for suffix in CLIP_SUFFIXES)]
    return next((path for path in candidates if is_regular_file(path)), named)
