"""A worker process: loads the models once, then analyzes the files that it gets."""

import logging
import signal
import time
from contextlib import suppress
from multiprocessing.connection import Connection

from soundpost.archive.analyzer import Analyzer, OnPosition
from soundpost.archive.execute.messages import Analyzed, LeftOut, Position, Ready, Refused
from soundpost.archive.files import ArchiveFile
from soundpost.archive.settings import AnalysisSettings
from soundpost.errors import CaptureError, SoundpostError
from soundpost.recording.errors import problem_of

POSITION_SECONDS = 0.5
"""Between two positions. A worker whose run was killed ends with the next one."""


def work(connection: Connection, settings: AnalysisSettings) -> None:
    """Analyzes files until the run closes its end of the connection, or is killed.

    Args:
        connection: Brings files, and takes the messages about them.
        settings: The models, their rules and the time zone.
    """
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:  # as in the background of a script
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C goes to the run and all its workers
    logging.disable(logging.ERROR)  # the run logs what parts and messages state
    with suppress(BrokenPipeError, EOFError, ConnectionResetError):
        try:
            analyzer = Analyzer(settings)
        except SoundpostError as error:
            connection.send(Refused(str(error), error.hint))
            return
        connection.send(Ready())
        while True:
            _analyze(connection, analyzer, connection.recv())


def _analyze(connection: Connection, analyzer: Analyzer, file: ArchiveFile) -> None:
    due_seconds = time.monotonic() + POSITION_SECONDS

    def send_position(seconds: float, share: float) -> None:
        nonlocal due_seconds
        if time.monotonic() >= due_seconds:
            due_seconds = time.monotonic() + POSITION_SECONDS
            connection.send(Position(seconds, share))

    connection.send(result_of(analyzer, file, send_position))


def result_of(analyzer: Analyzer, file: ArchiveFile, on_position: OnPosition) -> Analyzed | LeftOut:
    """Returns the part of a file, or the reason for which it has none."""
    try:
        return Analyzed(analyzer.analyze(file, on_position))
    except CaptureError as error:
        return LeftOut(problem_of(file.path, error), error.hint)
