"""Turns place and week into the labels that occur there, by the range model of a bundle."""

from soundpost.classify.range.filter import RangeFilter, build_range_filter
from soundpost.classify.range.label_range import LabelRange, build_label_range, is_range_on
from soundpost.classify.range.recording import recording_filter, recording_weeks
from soundpost.classify.range.week import WEEKS, SeasonClock, week_at

__all__ = [
    "WEEKS",
    "LabelRange",
    "RangeFilter",
    "SeasonClock",
    "build_label_range",
    "build_range_filter",
    "is_range_on",
    "recording_filter",
    "recording_weeks",
    "week_at",
]
