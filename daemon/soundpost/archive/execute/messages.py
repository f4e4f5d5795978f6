"""The messages of workers to their run."""

from dataclasses import dataclass

from soundpost.archive.part import Part


@dataclass(frozen=True, slots=True)
class Ready:
    """A worker has loaded the models."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A worker could not load the models: the run ends.

    Attributes:
        message: The error.
        hint: The remedy.
    """

    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Position:
    """A worker is so far in its file.

    Attributes:
        seconds: The sound of the file until now.
        share: Its part of the file, from 0 to 1; 0 if its length is not known.
    """

    seconds: float
    share: float


@dataclass(frozen=True, slots=True)
class Analyzed:
    """A worker has read its file to the end.

    Attributes:
        part: The result.
    """

    part: Part


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file has no result.

    Attributes:
        reason: The reason, in one line.
        hint: The remedy.
    """

    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class Unseen:
    """A worker of a cluster does not see the file that the run saw.

    Attributes:
        worker: Its address.
        reason: What it sees instead, in one line.
    """

    worker: str
    reason: str
