"""The place of a clip in its recording, and the names of its files."""

import string
from dataclasses import replace

import pytest
from archive_parts import event
from archive_rows import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from soundpost.archive.clips import ClipPlan, ClipSettings
from soundpost.archive.clips.plan import NAME
from soundpost.config import Config

RATE_HZ = 16_000
SETTINGS = ClipSettings.of(Config(), RATE_HZ)
MOST_NAME_BYTES = 255


def test_a_clip_has_the_lengths_of_the_configuration() -> None:
    """A second before and half a second after the event, as a node has by default."""
    plan = ClipPlan.of(event(begin=5.0), 60.0, SETTINGS)
    assert (plan.start_sample, plan.end_sample) == (4 * RATE_HZ, 7 * RATE_HZ + RATE_HZ // 2)
    assert (plan.onset_sample, plan.offset_sample) == (5 * RATE_HZ, 7 * RATE_HZ)


@pytest.mark.parametrize(
    ("begin", "end", "seconds", "expected"),
    [
        (0.25, 2.0, 60.0, (0.0, 2.5)),
        (58.0, 60.0, 60.0, (57.0, 60.0)),
        (10.0, 50.0, 60.0, (9.0, 24.0)),
    ],
    ids=["begins with the recording", "ends with it", "longer than a clip"],
)
def test_a_clip_lies_in_its_recording(
    begin: float, end: float, seconds: float, expected: tuple[float, float]
) -> None:
    """And is no longer than the greatest length."""
    plan = ClipPlan.of(event(begin=begin, end_seconds=end), seconds, SETTINGS)
    assert (plan.start_sample / RATE_HZ, plan.end_sample / RATE_HZ) == expected


def test_a_name_states_score_recording_and_position() -> None:
    """Names sort by score, then by recording, then by position."""
    row = event("tawny_owl", 0.875, begin=754.26, file="night/20251026_023000.WAV")
    plan = ClipPlan.of(row, 900.0, SETTINGS)
    assert plan.folder == "tawny_owl"
    assert plan.stem.startswith("0.875-20251026_023000-00754.3s-")


def test_another_clip_has_another_name() -> None:
    """Nothing that a clip depends on can change while its name stays."""
    row = event(begin=5.0)
    others = [
        ClipPlan.of(replace(row, id="of other content"), 60.0, SETTINGS),
        ClipPlan.of(replace(row, end_seconds=7.5), 60.0, SETTINGS),
        ClipPlan.of(row, 7.25, SETTINGS),
        ClipPlan.of(row, 60.0, replace(SETTINGS, rate_hz=48_000)),
        ClipPlan.of(row, 60.0, replace(SETTINGS, channel="left")),
        ClipPlan.of(row, 60.0, replace(SETTINGS, pre_roll_seconds=2.0)),
        ClipPlan.of(row, 60.0, SETTINGS),
    ]
    stems = [plan.stem for plan in others]
    assert len(set(stems)) == len(stems)
    assert ClipPlan.of(row, 60.0, SETTINGS).stem == stems[-1]


@given(
    st.text(max_size=300) | st.sampled_from([*HOSTILE, "..", ".", "", "a/../../b", "\0"]),
    st.text(max_size=300) | st.sampled_from([*HOSTILE, "..", ".hidden", "\udce4.wav", "x" * 300]),
    st.floats(0, 1),
    st.floats(0, 1e6),
)
def test_any_name_stays_in_the_folder(label: str, file: str, score: float, begin: float) -> None:
    """Labels and files may be of a damaged journal; no name of theirs leads elsewhere."""
    plan = ClipPlan.of(event(label, score, begin, file=file), begin + 60.0, SETTINGS)
    for name in (plan.folder, f"{plan.stem}.flac"):
        assert name
        assert not name.startswith(".")
        assert not set(name) & (set(string.whitespace) | set("/\0\\<>\"'&"))
        assert len(name.encode()) <= MOST_NAME_BYTES
    assert NAME.fullmatch(f"{plan.stem}.flac")
    assert plan.start_sample < plan.end_sample
