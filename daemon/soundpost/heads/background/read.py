"""Reads the background of a node, in the process that teaches."""

import logging
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from soundpost.errors import HeadError
from soundpost.heads.background.minute import (
    LARGEST_FILE_BYTES,
    MINUTE_NS,
    BackgroundMinute,
    decode_minute,
    named_minute,
)
from soundpost.system.regular_file import read_regular

_log = logging.getLogger("soundpost.heads")


def read_background(
    folder: Path, model_sha256: str, size: int, *, most: int | None = None
) -> list[BackgroundMinute]:
    """Returns the latest minutes of background of a model, oldest first.

    A file that is damaged, as a power cut may leave it, or whose times are not of the minute in its
    name, is left out with a line in the log; one that the daemon removes meanwhile is left out.

    Args:
        folder: Of a source's background; nothing if it is absent.
        model_sha256: The hash of the model, as in its manifest.
        size: Values of its embedding.
        most: Minutes to return; no file is read once there are so many. None for all.

    Raises:
        HeadError: The folder cannot be read.
    """
    return list(islice(_newest_first(folder, model_sha256, size), most))[::-1]


def _newest_first(folder: Path, model_sha256: str, size: int) -> Iterator[BackgroundMinute]:
    try:
        names = [entry.name for entry in folder.iterdir()]
    except FileNotFoundError:
        return
    except OSError as error:
        raise HeadError(
            f"the background {folder} cannot be read: {error.strerror}",
            hint="run the command as the user of Soundpost, or as root",
        ) from error
    minutes = ((found[1], name) for name in names if (found := named_minute(name)) is not None)
    for start_ns, name in sorted(minutes, reverse=True):
        try:
            minute = decode_minute(
                read_regular(folder / name, LARGEST_FILE_BYTES), model_sha256, size
            )
        except FileNotFoundError:
            continue
        except OSError as error:
            _log.warning("%s is left out: %s", folder / name, error.strerror)
            continue
        except HeadError as error:
            _log.warning("%s is left out: %s", folder / name, error)
            continue
        if minute is None:
            continue
        if (minute.utc_ns // MINUTE_NS != start_ns // MINUTE_NS).any():
            _log.warning("%s is left out: it has windows of another minute", folder / name)
            continue
        yield minute
