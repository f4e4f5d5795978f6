"""A shard: the part of an archive that one of several independent runs analyzes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

_File = TypeVar("_File")


@dataclass(frozen=True, slots=True)
class Shard:
    """One of the shares of an archive.

    Attributes:
        number: From 1 to `count`.
        count: The number of shares.
    """

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def choose(self, files: Sequence[_File]) -> Sequence[_File]:
        """Returns the files of this shard: in turn, so that each has some of every night.

        Args:
            files: All files, in the order of the tables.
        """
        return files[self.number - 1 :: self.count]
