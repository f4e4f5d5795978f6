"""Imports: a node's clips and an archive's table, whole or damaged, hostile or gone."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from evidence_harness import Event, EvidenceNode
from hypothesis import given
from hypothesis import strategies as st
from review_events import event_id, write_archive_results, write_event_clip

from soundpost.audio import Pcm
from soundpost.errors import ReviewError
from soundpost.review import ReviewStore, Selection
from soundpost.review.origins.import_events import import_events
from soundpost.review.sound import read_sound


@pytest.fixture
def store(tmp_path: Path) -> ReviewStore:
    """An empty store."""
    return ReviewStore(tmp_path / "review.db")


def test_the_clips_that_a_node_recorded_are_imported_with_their_sound(
    store: ReviewStore, tmp_path: Path, noise: Pcm
) -> None:
    """Written by the daemon's own recorder; an event that was withdrawn is left out."""
    events = [
        Event(16_000, 24_000, "dog", 0.71),
        Event(64_000, 80_000, "siren", 0.93),
        Event(120_000, 128_000, "dog", 0.8, withdrawn=True),
    ]
    EvidenceNode(tmp_path / "clips").run(noise, events)
    imported = import_events(store, tmp_path / "clips")
    assert (imported.new, imported.damaged) == (2, 0)
    dog, siren = store.events(Selection())
    assert (dog.event.label, siren.event.label) == ("dog", "siren")
    assert (dog.event.node, dog.event.model_id, dog.event.threshold) == ("north-gate", "tiny", 0.5)
    sound = read_sound(siren)
    assert sound.end_seconds - sound.begin_seconds == pytest.approx(1.0)
    onset = round(sound.begin_seconds * sound.rate_hz)
    assert (sound.samples[onset : onset + 800] == noise[64_000:64_800]).all()


def test_a_second_import_adds_what_is_new(store: ReviewStore, tmp_path: Path) -> None:
    """A node goes on recording."""
    write_event_clip(tmp_path / "clips", 0, "dog")
    assert import_events(store, tmp_path / "clips").new == 1
    write_event_clip(tmp_path / "clips", 1, "owl", common_name="Tawny Owl", source="yard")
    assert import_events(store, tmp_path / "clips").new == 1
    owl = store.event(event_id(1))
    assert (owl.event.common_name, owl.event.node) == ("Tawny Owl", "north-gate/yard")
    assert owl.event.onset_utc_ms == owl.event.place.start_utc_ms + 1_000  # type: ignore[operator]  # a clip has a time


@pytest.mark.parametrize("changes", [{"state": "retracted"}, {"test": True}, {"state": None}])
def test_what_is_no_published_event_is_left_out(
    store: ReviewStore, tmp_path: Path, changes: dict[str, object]
) -> None:
    """A retracted one, a self-test, and a clip that a command asked for."""
    write_event_clip(tmp_path, 0, "dog", **changes)
    imported = import_events(store, tmp_path)
    assert (imported.new, imported.withdrawn) == (0, 1)


@pytest.mark.parametrize(
    "changes",
    [{"threshold": 7}, {"node": 5}, {"state": "sleeping"}, {"model": "everyday"}, {"score": 2.0}],
)
def test_a_damaged_sidecar_is_left_out(
    store: ReviewStore, tmp_path: Path, changes: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    """And named in the log; the others are imported."""
    write_event_clip(tmp_path, 0, "dog", **changes)
    write_event_clip(tmp_path, 1, "dog")
    assert import_events(store, tmp_path).new == 1
    assert len(caplog.records) == 1


def test_an_archive_is_imported_with_the_sound_of_its_recordings(
    store: ReviewStore, tmp_path: Path
) -> None:
    """By the folder of its tables, or by the file; the folder of the recordings is stored."""
    write_archive_results(tmp_path, {"a/1.wav": [(2.0, "dog"), (9.0, "owl")], "b.wav": []})
    results = tmp_path / "results"
    assert import_events(store, results, tmp_path / "card").new == 2
    assert import_events(store, results / "detections.jsonl").new == 0
    owl = store.event(event_id(1))
    assert owl.sound_file == tmp_path / "card" / "a" / "1.wav"
    assert owl.event.place.start_utc_ms == owl.event.onset_utc_ms - 9_000  # type: ignore[operator]  # the table has a time
    sound = read_sound(owl)
    assert (sound.seconds, sound.begin_seconds) == (3.0, 1.0)


def test_the_recordings_of_an_archive_have_to_be_named_once(
    store: ReviewStore, tmp_path: Path
) -> None:
    """No table states the folder of another machine."""
    write_archive_results(tmp_path, {"a.wav": [(1.0, "dog")]})
    with pytest.raises(ReviewError) as raised:
        import_events(store, tmp_path / "results")
    assert "--recordings" in raised.value.hint
    with pytest.raises(ReviewError, match="is not a folder"):
        import_events(store, tmp_path / "results", tmp_path / "gone")
    assert store.events(Selection()) == []


GOOD = {
    "id": "1",
    "file": "a.wav",
    "begin_seconds": 1.0,
    "end_seconds": 2.0,
    "label": "dog",
    "score": 0.5,
}


@pytest.mark.parametrize(
    "changes",
    [
        {"file": "../../etc/shadow"},
        {"file": "/etc/shadow"},
        {"file": ""},
        {"file": "a\0b"},
        {"begin_seconds": -1.0},
        {"end_seconds": 0.5},
        {"end_seconds": 1e300},
        {"score": 1.5},
        {"score": "high"},
        {"label": ""},
        {"label": None},
        {"onset": "yesterday"},
        {"onset": "2025-10-26T02:30:00"},
    ],
)
def test_a_wrong_line_is_left_out_and_counted(
    store: ReviewStore, tmp_path: Path, changes: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    """The line before and the line after it are imported."""
    lines = [GOOD, GOOD | {"id": "2"} | changes, GOOD | {"id": "3"}]
    (tmp_path / "detections.jsonl").write_text("\n".join(map(json.dumps, lines)))
    imported = import_events(store, tmp_path, tmp_path)
    assert (imported.new, imported.damaged) == (2, 1)
    assert "line 2 of" in caplog.text


def test_a_line_without_end_is_one_damaged_line(store: ReviewStore, tmp_path: Path) -> None:
    """Memory does not depend on it."""
    garbage = b"x" * 1_000_000
    content = json.dumps(GOOD).encode()
    (tmp_path / "detections.jsonl").write_bytes(content + b"\n" + garbage + b"\n" + content)
    imported = import_events(store, tmp_path, tmp_path)
    assert (imported.new, imported.damaged) == (1, 1)


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_any_bytes_are_left_out_line_by_line(lines: list[bytes]) -> None:
    """Found by trying; none of them stops an import."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        table = b"\n".join([*lines, b"", json.dumps(GOOD).encode()])
        (folder / "detections.jsonl").write_bytes(table)
        opened = ReviewStore(folder / "review.db")
        assert import_events(opened, folder, folder).new == 1
        opened.close()


def test_a_path_that_is_neither_is_reported(store: ReviewStore, tmp_path: Path) -> None:
    """An empty folder has no clips yet."""
    with pytest.raises(ReviewError, match="is not a folder"):
        import_events(store, tmp_path / "gone")
    (tmp_path / "empty").mkdir()
    assert import_events(store, tmp_path / "empty").new == 0


def test_a_folder_that_may_not_be_read_is_reported(store: ReviewStore, tmp_path: Path) -> None:
    """Nothing of it is in the store."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0)
    if os.access(folder, os.R_OK):
        folder.rmdir()
        folder.symlink_to(folder)  # to root only a loop is closed
    with pytest.raises(ReviewError):
        import_events(store, folder)
    assert store.events(Selection()) == []
