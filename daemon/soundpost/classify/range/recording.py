"""The labels that occur at the place when a recording was made, not when it is analyzed."""

from soundpost.audio import NANOSECONDS
from soundpost.classify.range.filter import RangeFilter
from soundpost.classify.range.label_range import LabelRange
from soundpost.classify.range.week import week_at

WHOLE_YEAR = "all"
"""The weeks of a recording whose time cannot be trusted."""


def recording_filter(label_range: LabelRange, start_utc_ns: int | None) -> RangeFilter:
    """Returns the filter of a recording, whose times are counted from its start.

    Args:
        label_range: The labels that occur at the place in each week.
        start_utc_ns: The first sample, nanoseconds since 1970 UTC; None if that cannot be trusted.
            Then the labels are those that occur there in any week of the year.
    """
    if start_utc_ns is None:
        return RangeFilter(label_range.whole_year(), lambda _: 1)  # its weeks are all the same
    return RangeFilter(label_range, lambda elapsed_ns: week_at(start_utc_ns + elapsed_ns))


def recording_weeks(start_utc_ns: int | None, seconds: float) -> str:
    """Returns the weeks of a recording as text: `18`, `18-19` over their boundary, or `all`.

    Args:
        start_utc_ns: As for `recording_filter`.
        seconds: Its length.
    """
    if start_utc_ns is None:
        return WHOLE_YEAR
    first, last = week_at(start_utc_ns), week_at(start_utc_ns + round(seconds * NANOSECONDS))
    return str(first) if first == last else f"{first}-{last}"
