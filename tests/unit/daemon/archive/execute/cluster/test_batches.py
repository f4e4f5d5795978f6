"""Batches of files: every file once, in order, large batches first and small ones at the end."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from soundpost.archive.execute.cluster.batches import LARGEST_BYTES, Batches
from soundpost.archive.files import ArchiveFile

MINUTE_BYTES = 5_760_000
"""A minute at 48 kHz and 16 bit, as an AudioMoth writes it."""


def files(sizes: list[int]) -> list[ArchiveFile]:
    """Returns files of these sizes."""
    return [
        ArchiveFile(Path(f"{number}.wav"), f"{number}.wav", size, str(number))
        for number, size in enumerate(sizes)
    ]


def batches_of(sizes: list[int], workers: int, most_files: int = 1_000) -> list[list[ArchiveFile]]:
    """Returns all batches of files of these sizes."""
    waiting = Batches(files(sizes), most_files)
    batches = []
    while waiting:
        batches.append(waiting.pop(workers))
    return batches


@given(st.lists(st.integers(0, 10**10), max_size=60), st.integers(0, 3_000), st.integers(1, 1_000))
def test_every_file_is_in_one_batch_in_order(
    sizes: list[int], workers: int, most_files: int
) -> None:
    """Whatever their sizes are, and even while there is no worker; no batch is empty."""
    batches = batches_of(sizes, workers, most_files)
    assert [file for batch in batches for file in batch] == files(sizes)
    assert all(1 <= len(batch) <= most_files for batch in batches)
    for batch in batches:
        assert len(batch) == 1 or sum(file.size_bytes for file in batch) <= LARGEST_BYTES


def test_a_hundred_workers_have_tasks_of_seconds() -> None:
    """A month of a recorder: tasks as long as a scheduler needs, then shorter ones."""
    batches = batches_of([MINUTE_BYTES] * 43_200, workers=100)
    lengths = [len(batch) for batch in batches]
    assert lengths[0] == LARGEST_BYTES // MINUTE_BYTES == 44
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-100:] == [1] * 100


def test_two_workers_end_together() -> None:
    """No batch is more than a quarter of an equal share of what is left."""
    left = 100
    for batch in batches_of([MINUTE_BYTES] * left, workers=2):
        assert len(batch) <= max(1, left / 8)
        left -= len(batch)


def test_files_of_hours_go_alone() -> None:
    """They are larger than the largest batch."""
    assert [len(batch) for batch in batches_of([10 * LARGEST_BYTES] * 5, workers=1)] == [1] * 5
