"""The locks of a folder of results: for one run, or for several shards at a time."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from soundpost.archive.execute.shard import Shard
from soundpost.errors import ArchiveError

_BEGIN_FILE = "begin"
"""Locked only while a run compares its settings, so that waiting for it is short."""
_RUN_FILE = "lock"


@contextmanager
def lock_folder(folder: Path, shard: Shard | None, begin: Callable[[bool], None]) -> Iterator[None]:
    """Locks a folder for a run, or for a shard, beside which other shards may use it.

    Args:
        folder: Has the files that are locked.
        shard: The shard; None for a run that needs the folder alone.
        begin: Compares the settings; is called with whether the folder is in use by nothing else.
            Until it returns nothing else can begin.

    Raises:
        ArchiveError: Another run uses the folder, or the same shard is under way.
        OSError: The files cannot be locked.
    """
    with ExitStack() as held, ExitStack() as beginning:
        fcntl.flock(_open(folder / _BEGIN_FILE, beginning), fcntl.LOCK_EX)
        run = _open(folder / _RUN_FILE, held)
        is_alone = _try_lock(run, fcntl.LOCK_EX)
        if not is_alone and (shard is None or not _try_lock(run, fcntl.LOCK_SH)):
            raise _in_use(f"{folder.parent} is in use by another run")
        if shard is not None:
            own = _open(folder / f"shard-{shard.number}-of-{shard.count}", held)
            if not _try_lock(own, fcntl.LOCK_EX):
                raise _in_use(f"shard {shard} of {folder.parent} is under way already")
        begin(is_alone)
        if shard is not None:
            fcntl.flock(run, fcntl.LOCK_SH)
        beginning.close()
        yield


def _open(path: Path, opening: ExitStack) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    opening.callback(os.close, descriptor)
    return descriptor


def _try_lock(descriptor: int, kind: int) -> bool:
    """Returns whether a lock could be had at once."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _in_use(message: str) -> ArchiveError:
    return ArchiveError(message, hint="wait for its end, or name another folder")
