"""Parts of recordings with events, as the journal of an archive has them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from archive_rows import row

from soundpost.archive.part import Part
from soundpost.archive.row import Row

START_NS = int(datetime(2025, 6, 1, 22, 30, tzinfo=UTC).timestamp()) * 1_000_000_000
"""A Sunday; half past midnight of Monday in Berlin."""


def event(label: str = "owl", score: float = 0.5, begin: float = 1.0, **changes: object) -> Row:
    """Returns an event of two seconds, whose id follows from the label and the onset."""
    given = {
        "id": f"{label}-{begin}",
        "label": label,
        "common_name": None,
        "scientific_name": None,
        "score": score,
        "begin_seconds": begin,
        "end_seconds": begin + 2.0,
    }
    return row(**(given | changes))


def part(file: str = "a.wav", rows: Sequence[Row] = (), **changes: object) -> Part:
    """Returns the part of a recording of a minute, whose events are placed in it and in UTC."""
    values: dict[str, object] = {
        "file": file,
        "sha256": "ab" * 32,
        "seconds": 60.0,
        "rate_hz": 48_000,
        "utc_ns": START_NS,
        "time_source": "name",
        "time_flags": (),
        "damage": "",
    }
    values |= changes
    start_ns = values["utc_ns"]
    placed = tuple(
        replace(
            each,
            file=file,
            onset_utc_ns=None
            if not isinstance(start_ns, int)
            else start_ns + round(each.begin_seconds * 1e9),
        )
        for each in rows
    )
    return Part(rows=placed, **values)  # type: ignore[arg-type]  # the test names the fields
