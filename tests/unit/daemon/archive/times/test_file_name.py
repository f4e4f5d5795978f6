"""Times in file names: every format that is made from a time gives it back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.archive.times.file_name import OFFSETS, read_file_name
from soundpost.archive.times.timestamp import Timestamp, times_in_zone

WITHOUT_OFFSET = [
    "%Y%m%d_%H%M%S.WAV",
    "%Y%m%d_%H%M%ST.WAV",
    "SITE_%Y%m%d_%H%M%S.wav",
    "SITE-7_0+1_%Y%m%d$%H%M%S.wav",
    "SM4_%Y%m%d_%H%M%S_000.flac",
    "%Y-%m-%dT%H-%M-%S.wav",
    "%Y-%m-%d %H.%M.%S.ogg",
    "%Y-%m-%d_%H:%M:%S-02.wav",
    "%Y%m%d%H%M%S.mp4",
    "ch01_%Y%m%d%H%M%S_0001.mp4",
]
WITH_OFFSET = [
    "%Y%m%d_%H%M%S{}.wav",
    "%Y%m%dT%H%M%S{}_REC.flac",
    "S%Y%m%dT%H%M%S.250{}_E20300101T000000+0000.wav",
    "%Y-%m-%dT%H-%M-%S{}.wav",
]
ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe"]
LOCAL_TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2099, 12, 31)).map(  # noqa: DTZ001 - local time
    lambda time: time.replace(microsecond=0)
)


def timedelta_of(offset: str) -> timedelta:
    """Returns an offset such as -0330 as a difference."""
    size = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:]))
    return -size if offset[0] == "-" else size


@pytest.mark.parametrize("name", WITHOUT_OFFSET)
@given(local=LOCAL_TIMES)
def test_a_name_without_an_offset_gives_its_local_time(name: str, local: datetime) -> None:
    """All fields, and no offset."""
    assert read_file_name(local.strftime(name)) == Timestamp(local)


@pytest.mark.parametrize("name", WITH_OFFSET)
@given(local=LOCAL_TIMES, offset=st.sampled_from(sorted(OFFSETS)))
def test_a_name_with_an_offset_gives_both(name: str, local: datetime, offset: str) -> None:
    """Every offset in use, in every format that may have one."""
    made = local.strftime(name).format(offset)
    assert read_file_name(made) == Timestamp(local, timedelta_of(offset))


@pytest.mark.parametrize("zone", ZONES)
@given(utc=LOCAL_TIMES.map(lambda time: time.replace(tzinfo=UTC)))
def test_a_name_made_in_a_zone_leads_back_to_the_time_in_utc(zone: str, utc: datetime) -> None:
    """The time is among the one or two at which clocks there show it."""
    name = utc.astimezone(ZoneInfo(zone)).strftime("%Y%m%d_%H%M%S.WAV")
    timestamp = read_file_name(name)
    assert timestamp
    assert utc in times_in_zone(timestamp.local, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("suffix", "minutes"),
    [("Z", 0), ("+02", 120), ("+02:00", 120), ("-03-30", -210), ("+0545", 345), ("-0930", -570)],
)
def test_an_offset_has_several_forms(suffix: str, minutes: int) -> None:
    """Z, hours, or hours and minutes."""
    timestamp = read_file_name(f"20250702_043000{suffix}.wav")
    assert timestamp
    assert timestamp.offset == timedelta(minutes=minutes)


@pytest.mark.parametrize("suffix", ["-0001", "-02", "-0015", "_+0200", "+9900", "+02000", "Zoo"])
def test_a_number_that_is_no_offset_is_none(suffix: str) -> None:
    """Parts of a recording are counted behind the time."""
    timestamp = read_file_name(f"20250702_043000{suffix}.wav")
    assert timestamp
    assert timestamp.offset is None


@pytest.mark.parametrize(
    "name",
    [
        "dawn.wav",
        "20251026.wav",
        "20251026_0230.wav",
        "20251326_023000.wav",
        "20251026_240000.wav",
        "20250229_023000.wav",
        "120251026_023000.wav",
        "20251026_0230001.wav",
        "2025-1026_023000.wav",
        "5E90A4D8.WAV",
        "٢٠٢٥١٠٢٦_٠٢٣٠٠٠.wav",
    ],
)
def test_a_name_without_a_whole_time_gives_none(name: str) -> None:
    """Nothing is filled in: no midnight for a date, no day for a serial number."""
    assert read_file_name(name) is None


def test_an_impossible_time_is_passed_over() -> None:
    """A prefix may look like a time."""
    expected = read_file_name("20251026_023000.wav")
    assert expected
    assert read_file_name("20259999_999999_20251026_023000.wav") == expected


@given(name=st.text(max_size=60) | st.text("0123456789-_+TZ:.$ ", max_size=40))
def test_any_other_name_never_raises(name: str) -> None:
    """It has a time within the years of recorders, or none."""
    timestamp = read_file_name(name)
    assert timestamp is None or 1900 <= timestamp.local.year < 2100
