"""The HTML report of an archive, and the clips and pictures that belong to it."""

from soundpost.archive.report.report import PAGE, ArchiveReport, ReportOptions
from soundpost.archive.report.results import Results

__all__ = ["PAGE", "ArchiveReport", "ReportOptions", "Results"]
