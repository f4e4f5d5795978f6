"""Rows and recordings of archives: two plain ones, and any that Hypothesis can think of."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st

from soundpost.archive.row import AnalyzedRecording, Row
from soundpost.archive.tables import Origin, write_tables

ONSET_NS = 1_761_445_800_123_456_789  # 2025-10-26T02:30:00.123456789Z
HOSTILE = [
    '=HYPERLINK("http://example.org")',
    "a,b",
    'a "quoted" name',
    "tab\tand\nline\r\nbreaks",
    "Größe 鳥 🦉",
    "'apostrophe",
    "-18 dB",
    "\\",
    "line\u2028separator",
]


def row(**changes: object) -> Row:
    """Returns an event of an owl, with some fields changed."""
    values: dict[str, object] = {
        "id": "6ba7b811-9dad-51d1-80b4-00c04fd430c8",
        "file": "night/a.wav",
        "begin_seconds": 1.5,
        "end_seconds": 4.25,
        "label": "Strix aluco_Tawny Owl",
        "common_name": "Tawny Owl",
        "scientific_name": "Strix aluco",
        "score": 0.875,
        "threshold": 0.5,
        "level_dbfs": -31.25,
        "model_id": "birds",
        "model_version": "2.4.0",
        "onset_utc_ns": ONSET_NS,
        "time_flags": (),
    }
    return Row(**(values | changes))  # type: ignore[arg-type]  # the test names the fields


def recording(
    file: str = "night/a.wav", seconds: float = 60.0, rate_hz: int = 48_000, **changes: object
) -> AnalyzedRecording:
    """Returns a recording of a minute, with a content of its own and some fields changed."""
    values: dict[str, object] = {
        "utc_ns": ONSET_NS,
        "sha256": hashlib.sha256(os.fsencode(file)).hexdigest(),
    }
    values |= changes
    return AnalyzedRecording(file, seconds, rate_hz=rate_hz, **values)  # type: ignore[arg-type]  # as above


@contextmanager
def tables_of(
    rows: Sequence[Row],
    recordings: Sequence[AnalyzedRecording],
    formats: Sequence[str],
    origin: Origin = Origin(licences={"birds": "CC BY-NC-SA 4.0"}),  # noqa: B008 - it is frozen
) -> Iterator[Path]:
    """Writes tables into a folder of their own, which is removed at the end."""
    with TemporaryDirectory() as folder:
        write_tables(rows, recordings, Path(folder), formats, origin=origin)
        yield Path(folder)


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
_TEXTS = _TEXT | st.sampled_from(HOSTILE)
_NAMES = _TEXTS.map(lambda text: text.replace("/", "").replace("..", "") or "x").filter(
    lambda name: name != "."
)
_FILES = st.lists(_NAMES, min_size=1, max_size=3).map("/".join)
_UNIT = st.floats(0, 1)


def rows_of(file: str, seconds: float) -> st.SearchStrategy[list[Row]]:
    """Makes rows of a recording."""
    return st.lists(
        st.builds(
            row,
            id=st.uuids().map(str),
            file=st.just(file),
            begin_seconds=st.floats(0, seconds),
            end_seconds=st.floats(seconds, 2 * seconds),
            label=_TEXTS,
            common_name=st.none() | _TEXTS,
            scientific_name=st.none() | _TEXTS,
            score=_UNIT,
            threshold=_UNIT,
            level_dbfs=st.floats(-120, 0),
            model_id=_TEXTS,
            onset_utc_ns=st.none() | st.integers(-(2**62), 2**62),
            time_flags=st.lists(st.sampled_from(["no_time", "zone"]), max_size=2).map(tuple),
        ),
        max_size=4,
    )


@st.composite
def archives(draw: st.DrawFn) -> tuple[list[Row], list[AnalyzedRecording]]:
    """Makes recordings with rows; no path of one is the folder of another."""
    names = draw(st.lists(_FILES, max_size=4, unique=True))
    files = [f"{number}/{name}" for number, name in enumerate(names)]
    recordings = [recording(file, draw(st.floats(0.001, 100_000))) for file in files]
    rows = [event for item in recordings for event in draw(rows_of(item.file, item.seconds))]
    return rows, recordings
