"""The background that the service stored is read as unbroken stretches, without the clips' time."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from taught_examples import embeddings

from soundpost.heads.background import BackgroundMinute
from soundpost.teach.stored_background import (
    MARGIN_SECONDS,
    Span,
    latest_stretches,
    span_of,
    stretches,
)

START_NS = 1_795_246_200_000_000_000
STRIDE_NS = 240_000_000


def minute(first: int, last: int) -> BackgroundMinute:
    """Returns the windows with some numbers."""
    count = last - first
    return BackgroundMinute(
        utc_ns=START_NS + STRIDE_NS * np.arange(first, last),
        embeddings=embeddings(count, first),
        top_labels=np.zeros(count, np.int16),
        top_scores=np.zeros(count, np.float32),
    )


def test_minutes_that_follow_each_other_are_one_stretch() -> None:
    """Its time is that of its first window."""
    (stretch,) = stretches([minute(0, 250), minute(250, 500)], 0.24, [])
    assert len(stretch.embeddings) == 500
    assert stretch.start_utc_ns == START_NS
    assert np.array_equal(stretch.embeddings[250:], minute(250, 500).embeddings)


def test_a_gap_ends_a_stretch() -> None:
    """Between two minutes, or within one."""
    parts = list(stretches([minute(0, 100), minute(110, 200)], 0.24, []))
    assert [len(part.embeddings) for part in parts] == [100, 90]
    assert parts[1].start_utc_ns == START_NS + 110 * STRIDE_NS


def test_the_time_of_clips_is_left_out() -> None:
    """The sound that is taught rang then: it is no false event."""
    span = Span(START_NS + 50 * STRIDE_NS, START_NS + 59 * STRIDE_NS)
    parts = list(stretches([minute(0, 100)], 0.24, [span]))
    assert [len(part.embeddings) for part in parts] == [50, 40]
    assert list(stretches([minute(50, 60)], 0.24, [span])) == []


def test_a_clock_that_was_set_back_ends_a_stretch() -> None:
    """Windows on both sides of the change do not follow each other."""
    within = minute(0, 200)
    within.utc_ns[100:] = minute(50, 150).utc_ns
    assert [len(part.embeddings) for part in stretches([within], 0.24, [])] == [100, 100]
    parts = list(stretches([minute(0, 100), minute(50, 100)], 0.24, []))
    assert [len(part.embeddings) for part in parts] == [100, 50]


def test_windows_that_are_not_finite_are_left_out() -> None:
    """One of them would make every weight of a head NaN."""
    damaged = minute(0, 100)
    damaged.embeddings[40, 1] = np.nan
    damaged.embeddings[60, 0] = np.inf
    parts = list(stretches([damaged], 0.24, []))
    assert [len(part.embeddings) for part in parts] == [40, 19, 39]


def test_of_more_than_enough_the_latest_part_is_used() -> None:
    """Its time is that of its first window; nothing is left where there is enough already."""
    known = list(stretches([minute(0, 100), minute(110, 200)], 0.24, []))
    latest = latest_stretches(known, 0.24 * 120 + 0.01)
    assert [len(part.embeddings) for part in latest] == [30, 90]
    assert latest[0].start_utc_ns == START_NS + 70 * STRIDE_NS
    assert np.array_equal(latest[0].embeddings, known[0].embeddings[70:])
    assert latest_stretches(known, -5.0) == []
    assert [len(part.embeddings) for part in latest_stretches(known, 900.0)] == [100, 90]


def test_the_time_of_a_clip_is_that_of_its_sidecar(tmp_path: Path) -> None:
    """With a margin; a file without one was not recorded by a node."""
    clip = tmp_path / "20261121T073000Z-requested-abcdef01.flac"
    sidecar = {
        "clip": clip.name,
        "start": "2026-11-21T07:30:00.000Z",
        "seconds": 8.0,
        "onset_seconds": 3.0,
        "offset_seconds": 8.0,
        "muted": [],
        "detection": {},
    }
    clip.with_suffix(".json").write_bytes(msgspec.json.encode(sidecar))
    span = span_of(clip)
    assert span is not None
    assert (span.end_ns - span.start_ns) / 1e9 == pytest.approx(8.0 + 2 * MARGIN_SECONDS)
    assert span_of(tmp_path / "bell.flac") is None
    clip.with_suffix(".json").write_bytes(b"{}")
    assert span_of(clip) is None
