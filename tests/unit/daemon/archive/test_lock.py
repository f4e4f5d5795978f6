"""The locks of a folder of results: a run alone, or several shards."""

import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from soundpost.archive.execute.shard import Shard
from soundpost.archive.lock import lock_folder
from soundpost.errors import ArchiveError

FIRST, SECOND = Shard(1, 2), Shard(2, 2)


def lock(folder: Path, shard: Shard | None, opening: ExitStack) -> bool:
    """Locks a folder until the stack is closed; returns whether the run was alone."""
    alone: list[bool] = []
    opening.enter_context(lock_folder(folder, shard, alone.append))
    return alone[0]


def test_a_run_is_alone(tmp_path: Path) -> None:
    """Neither another run nor a shard may begin until it ends."""
    with ExitStack() as opening:
        assert lock(tmp_path, None, opening)
        for other in (None, FIRST):
            with pytest.raises(ArchiveError, match="is in use by another run"):
                lock(tmp_path, other, opening)
    with ExitStack() as opening:
        assert lock(tmp_path, None, opening)


def test_shards_share_a_folder(tmp_path: Path) -> None:
    """The first is alone when it begins; a whole run waits for the last."""
    with ExitStack() as last:
        with ExitStack() as opening:
            assert lock(tmp_path, FIRST, opening)
            assert not lock(tmp_path, SECOND, last)
            with pytest.raises(ArchiveError, match=r"shard 1/2 of .* is under way already"):
                lock(tmp_path, FIRST, opening)
        with pytest.raises(ArchiveError, match="is in use by another run"):
            lock(tmp_path, None, last)
        assert not lock(tmp_path, FIRST, last)
    with ExitStack() as opening:
        assert lock(tmp_path, None, opening)


def test_nothing_begins_while_settings_are_compared(tmp_path: Path) -> None:
    """A shard that begins at the same time waits for a moment."""
    order: list[str] = []
    compared = threading.Event()

    def begin_second() -> None:
        with lock_folder(tmp_path, SECOND, lambda _alone: order.append("second")):
            pass

    second = threading.Thread(target=begin_second)

    def begin_first(_alone: bool) -> None:  # noqa: FBT001 - a callback
        second.start()
        compared.wait(0.2)
        order.append("first")

    with lock_folder(tmp_path, FIRST, begin_first):
        second.join()
    assert order == ["first", "second"]


def test_a_beginning_that_fails_leaves_no_lock(tmp_path: Path) -> None:
    """The settings were others."""

    def refuse(_alone: bool) -> None:  # noqa: FBT001 - a callback
        raise ValueError

    with pytest.raises(ValueError), lock_folder(tmp_path, None, refuse):  # noqa: PT011 - its own
        pass
    with ExitStack() as opening:
        assert lock(tmp_path, None, opening)
