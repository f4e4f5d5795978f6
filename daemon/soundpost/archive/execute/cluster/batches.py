"""Batches of files: large ones at first, small ones at the end."""

from collections import deque
from collections.abc import Sequence

from soundpost.archive.files import ArchiveFile

LARGEST_BYTES = 256_000_000
"""Three quarters of an hour of PCM at 48 kHz, some seven seconds of work: a scheduler takes 1.7 ms
for each task, so the tasks of a thousand workers have to take seconds."""
MOST_FILES = 1_000
"""Bounds the message of a batch of tiny files."""
_SHARES = 4
"""A batch is at most this part of an equal share of what is left (guided self-scheduling,
Polychronopoulos and Kuck 1987), so that all workers end at about the same time."""


class Batches:
    """The files that wait, which are taken in batches.

    Args:
        files: The files, in the order in which they are taken.
        most_files: Of a batch.
    """

    def __init__(self, files: Sequence[ArchiveFile], most_files: int = MOST_FILES) -> None:
        self._files = deque(files)
        self._most_files = most_files
        self._left_bytes = sum(file.size_bytes for file in files)

    def __bool__(self) -> bool:
        return bool(self._files)

    def pop(self, workers: int) -> list[ArchiveFile]:
        """Takes the next batch: one file, and more as long as the batch stays small.

        Args:
            workers: The workers that share the rest.
        """
        limit_bytes = min(LARGEST_BYTES, self._left_bytes // (_SHARES * max(1, workers)))
        limit_files = min(self._most_files, 1 + len(self._files) // (_SHARES * max(1, workers)))
        batch: list[ArchiveFile] = []
        batch_bytes = 0
        while self._files and len(batch) < limit_files:
            if batch and batch_bytes + self._files[0].size_bytes > limit_bytes:
                break
            batch.append(self._files.popleft())
            batch_bytes += batch[-1].size_bytes
        self._left_bytes -= batch_bytes
        return batch
