"""An executor that analyzes files in the test process, one after the other."""

from collections.abc import Generator, Sequence

from soundpost.archive.analyzer import Analyzer
from soundpost.archive.execute.executor import FileMessage
from soundpost.archive.execute.worker import result_of
from soundpost.archive.files import ArchiveFile
from soundpost.archive.settings import AnalysisSettings


class OneProcess:
    """Starts no process, so that a test with many small runs is short."""

    def run(
        self, settings: AnalysisSettings, files: Sequence[ArchiveFile]
    ) -> Generator[FileMessage]:
        """Yields the result of each file."""
        analyzer = Analyzer(settings)
        for file in files:
            yield FileMessage(file, result_of(analyzer, file, lambda _seconds, _share: None))
