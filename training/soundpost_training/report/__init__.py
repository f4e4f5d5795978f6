"""The report of an experiment: one HTML file that needs no other, and the same as JSON."""

from soundpost_training.report.page import report_page

__all__ = [
    "report_page",
]
