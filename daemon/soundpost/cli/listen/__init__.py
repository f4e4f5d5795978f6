"""`soundpost listen`: detects in files and folders, and prints lines or tables."""

from soundpost.cli.listen.listen import listen
from soundpost.cli.listen.reports import ReportOptions

__all__ = [
    "ReportOptions",
    "listen",
]
