"""Builds the parts by which recordings are analyzed."""

from pathlib import Path

from soundpost_web.access.roles import AnalyzeRight
from soundpost_web.access.session import Sessions
from soundpost_web.analysis.program import Limits, Program
from soundpost_web.analysis.queue import AnalysisQueue, QueueLimits, remove_folder
from soundpost_web.pages.analyze.analysis_page import AnalysisPage
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.server.analyze.handlers import Analyses
from soundpost_web.server.answers import Answers
from soundpost_web.settings import AnalyzeConfig

FOLDER = "analyses"
_BYTES_PER_MEGABYTE = 1_000_000
_HIGHEST_RATE_HZ, _SAMPLE_BYTES = 384_000, 2
"""The highest rate of a model, by which the sound of a result is written."""


def build_analyses(
    config: AnalyzeConfig,
    folder: Path,
    right: AnalyzeRight,
    text: Catalogue,
    sessions: Sessions,
    answers: Answers,
) -> Analyses | None:
    """Returns the handlers of analyses; None if nobody may have recordings analyzed.

    Args:
        config: The table `[analyze]`.
        folder: The folder of the page's state.
        right: The visitors who may.
        text: The texts.
        sessions: The sessions.
        answers: Makes answers.
    """
    folder /= FOLDER
    if config.allowed == "nobody":
        remove_folder(folder)  # of a time when somebody might
        return None
    seconds = config.minutes * 60
    upload_bytes = config.megabytes * _BYTES_PER_MEGABYTE
    sound_bytes = seconds * _HIGHEST_RATE_HZ * _SAMPLE_BYTES
    program = Program(Limits(seconds, config.seconds, max(upload_bytes, sound_bytes)))
    queue = AnalysisQueue(folder, program, QueueLimits(upload_bytes, config.keep_minutes * 60))
    page = AnalysisPage(config, text)
    return Analyses(queue, page, right, sessions, answers)
