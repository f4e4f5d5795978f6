"""Local times in zones whose clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from soundpost.archive.times.timestamp import times_in_zone


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        ("Europe/Berlin", "2025-10-26T01:59:59", ["2025-10-25T23:59:59"]),
        ("Europe/Berlin", "2025-10-26T02:00:00", ["2025-10-26T00:00:00", "2025-10-26T01:00:00"]),
        ("Europe/Berlin", "2025-10-26T03:00:00", ["2025-10-26T02:00:00"]),
        ("Europe/Berlin", "2025-03-30T02:59:59", []),
        ("Europe/Berlin", "2025-03-30T03:00:00", ["2025-03-30T01:00:00"]),
        (
            "Australia/Lord_Howe",
            "2025-04-06T01:45:00",
            ["2025-04-05T14:45:00", "2025-04-05T15:15:00"],
        ),
        ("Pacific/Apia", "2011-12-30T12:00:00", []),
        ("Etc/GMT-1", "2025-10-26T02:30:00", ["2025-10-26T01:30:00"]),
    ],
)
def test_clocks_show_a_local_time_never_once_or_twice(
    zone: str, local: str, expected: list[str]
) -> None:
    """Also where they change by half an hour, and where a whole day was skipped."""
    times = times_in_zone(datetime.fromisoformat(local), ZoneInfo(zone))
    assert times == tuple(datetime.fromisoformat(utc).replace(tzinfo=UTC) for utc in expected)
