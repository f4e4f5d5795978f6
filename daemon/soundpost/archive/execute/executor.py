"""The interface of an executor, which analyzes files and yields messages about them."""

from collections.abc import Generator, Sequence
from typing import NamedTuple, Protocol

from soundpost.archive.execute.messages import Analyzed, LeftOut, Position
from soundpost.archive.files import ArchiveFile
from soundpost.archive.settings import AnalysisSettings


class FileMessage(NamedTuple):
    """A message about a file.

    Attributes:
        file: The file.
        message: How far it is, its result, or the reason for which it has none.
    """

    file: ArchiveFile
    message: Position | Analyzed | LeftOut


class Executor(Protocol):
    """Analyzes files, several at a time, in any order."""

    def run(
        self, settings: AnalysisSettings, files: Sequence[ArchiveFile]
    ) -> Generator[FileMessage]:
        """Yields the messages about files, as they come; each file ends with one result.

        Closing the generator ends the work that is under way.

        Args:
            settings: The models, their rules and the time zone.
            files: The files.

        Raises:
            ArchiveError: No worker can analyze anything, whatever the file.
        """
        ...
