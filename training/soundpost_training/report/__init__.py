"""Writes the report of an experiment: one HTML file, pictures and excerpts included."""

from soundpost_training.report.page import report_page

__all__ = [
    "report_page",
]
