"""The rules of docs/ARCHIVES.md, each row of its table with a real file."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_metadata import bext, comment, guano
from made_recordings import SOUND, wav

from soundpost.archive.times import RecordingTime, recording_time
from soundpost.archive.times.evidence import Evidence
from soundpost.archive.times.recording_time import weigh
from soundpost.archive.times.timestamp import Timestamp

DOCUMENT = Path(__file__).resolve().parents[5] / "docs" / "ARCHIVES.md"
BERLIN = ZoneInfo("Europe/Berlin")
FLAGS = {
    "no_time",
    "no_timezone",
    "ambiguous",
    "nonexistent",
    "dead_clock",
    "conflict",
    "future",
    "weak_source",
}


def cases() -> list[list[str]]:
    """Returns the cells of each row of the table of cases."""
    section = DOCUMENT.read_text().partition("### Cases")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


def utc_ns(text: str) -> int:
    """Returns nanoseconds since 1970 of a time in UTC, computed without the code under test."""
    whole, _, fraction = text.partition(".")
    moment = datetime.fromisoformat(whole).replace(tzinfo=UTC)
    return int(moment.timestamp()) * 10**9 + int(fraction.ljust(9, "0") if fraction else 0)


@pytest.mark.parametrize("row", cases(), ids=lambda row: " ".join(row).replace("  ", " "))
def test_each_row_of_the_document_holds(tmp_path: Path, row: list[str]) -> None:
    """A WAV with this name and these chunks gives this time, source and flags."""
    name, guano_time, comment_time, bext_time, zone, utc, source, flags = row
    before = (comment(comment_time) if comment_time else b"") + (
        bext(bext_time) if bext_time else b""
    )
    path = tmp_path / name
    path.write_bytes(wav(before=before, tail=guano(guano_time) if guano_time else b"").content)
    expected = RecordingTime(
        utc_ns(utc) if utc else None, source, tuple(flags.split(", ")) if flags else ()
    )
    assert recording_time(path, BERLIN if zone else None) == expected


def test_the_table_of_cases_has_every_source_and_flag() -> None:
    """The document misses none, and describes each flag in a row."""
    rows = cases()
    assert {row[6] for row in rows} == {"guano", "comment", "name", "bext", "none"}
    assert {flag for row in rows for flag in re.findall(r"\w+", row[7])} == FLAGS
    assert all(f"| `{flag}` |" in DOCUMENT.read_text() for flag in FLAGS)


def test_the_present_is_no_future() -> None:
    """A minute is allowed, because a recorder's clock may be ahead of this computer's."""
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    local = datetime.fromisoformat("2026-01-02T04:05:05")
    hour = now - now.replace(hour=2)
    assert weigh([Evidence("name", Timestamp(local, hour))], None, now).flags == ()
    late = Evidence("name", Timestamp(local.replace(second=6), hour))
    assert weigh([late], None, now).flags == ("future",)


def test_a_file_that_is_absent_still_has_its_name(tmp_path: Path) -> None:
    """Its content is what cannot be read."""
    got = recording_time(tmp_path / "20250702_043000Z.wav", None)
    assert got == RecordingTime(utc_ns("2025-07-02T04:30:00"), "name", ())


@given(
    data=st.binary(max_size=2_000), place=st.integers(0, 700), zone=st.sampled_from([BERLIN, None])
)
def test_garbage_in_a_header_never_raises(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, place: int, zone: ZoneInfo | None
) -> None:
    """Bytes are overwritten anywhere in a WAV with all chunks, or stand alone."""
    whole = wav(
        before=comment("04:30:00 02/07/2025 (UTC)") + bext("2025-07-02 04:30:00"),
        tail=guano("2025-07-02T04:30:00Z"),
    )
    content = whole.head + SOUND[:50].tobytes() + whole.tail
    path = tmp_path_factory.getbasetemp() / "dawn.wav"
    for damaged in (content[:place] + data + content[place + len(data) :], data):
        path.write_bytes(damaged)
        got = recording_time(path, zone)
        assert got.source in {"guano", "comment", "bext", "none"}
        assert got.flags or got.utc_ns is not None
