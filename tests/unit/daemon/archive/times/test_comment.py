"""Times in the comments of AudioMoth's firmwares."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.archive.times.comment import read_comment
from soundpost.archive.times.timestamp import Timestamp

LOCAL = datetime(2025, 10, 26, 2, 30)  # noqa: DTZ001 - local time
MOTH = "AudioMoth 24F319055FDF2902"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        (f"Recorded at 02:30:00 26/10/2025 by {MOTH} at gain setting 2 while", None),
        (f"Recorded at 02:30:00 26/10/2025 (UTC) by {MOTH} at gain setting 2", 0),
        (f"Recorded at 02:30:00 26/10/2025 (UTC+1) by {MOTH} at medium gain setting", 60),
        (f"Recorded at 02:30:00 26/10/2025 (UTC-11) by {MOTH} at medium gain", -660),
        (f"Recorded at 02:30:00 26/10/2025 (UTC+5:45) by {MOTH}", 345),
        (f"Recorded at 02:30:00 26/10/2025 (UTC-3:30) by {MOTH}", -210),
        (f"Recorded at 02:30:00 26/10/2025 (UTC-0:30) by {MOTH}", -30),
        (f"Recorded at 02:30:00 26/10/2025 (UTC+1: 5) by {MOTH}", 65),
        (
            f"Recorded at 02:30:00 26/10/2025 (UTC+2) during deployment 0011223344556677 by {MOTH}",
            120,
        ),
    ],
)
def test_every_firmware_is_read(text: str, minutes: int | None) -> None:
    """Without a zone, and with one of hours or of hours and minutes."""
    offset = None if minutes is None else timedelta(minutes=minutes)
    assert read_comment(text.encode() + bytes(40)) == Timestamp(LOCAL, offset)


@pytest.mark.parametrize(
    "text",
    [
        "Recorded at dawn by Anna",
        "Recorded at 02:30:00 26/10/2025 (UTC+1",
        "Recorded at 02:30:00 26/10/2025 (CET) by me",
        "Recorded at 02:30:00 26/10/2025 (UTC+19) by AudioMoth",
        "Recorded at 02:30:00 10/26/2025 (UTC) by AudioMoth",
        "",
    ],
)
def test_another_comment_gives_none(text: str) -> None:
    """A comment that was cut before its zone, one of another program, an impossible date."""
    assert read_comment(text.encode()) is None


@given(comment=st.binary(max_size=200))
def test_garbage_never_raises(comment: bytes) -> None:
    """Neither alone nor behind a valid beginning."""
    assert read_comment(comment) is None
    read_comment(b"Recorded at 02:30:00 26/10/2025" + comment)
