"""The background of a source: its minutes, its bound, and what becomes of failures."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from soundpost.audio import NANOSECONDS
from soundpost.classify import load_bundle
from soundpost.classify.network.embeddings import OutputEmbedding
from soundpost.events import Scores, WaveformWindow
from soundpost.heads.background import BackgroundMinute, read_background
from soundpost.heads.background.minute import MINUTE_NS, MOST_WINDOWS
from soundpost.heads.background.recorder import BackgroundRecorder, remove_background
from soundpost.health import Health
from soundpost.manifest import Manifest

BUNDLE = load_bundle(Path(__file__).resolve().parents[4] / "golden" / "tiny-two-outputs")
MANIFEST: Manifest = BUNDLE.manifest
START_NS = round(datetime(2026, 11, 30, 1, 0, tzinfo=UTC).timestamp()) * NANOSECONDS
SIZE = 4
SAMPLES = np.zeros(4, np.int16)


def scores(utc_ns: int, seed: int = 0, model: int = 0) -> Scores:
    """Returns the scores of a window, with those of a head behind the model's."""
    rng = np.random.default_rng(seed)
    window = WaveformWindow(0, 4, SAMPLES, -20.0, utc_ns)
    values = rng.random(len(MANIFEST.labels) + 1, np.float32)
    values[-1] = 1.0
    embedding = OutputEmbedding(rng.normal(size=SIZE).astype(np.float32))
    return Scores(window, values, model, embedding)


def recorder(folder: Path, hours: float = 1.0, health: Health | None = None) -> BackgroundRecorder:
    """Returns a recorder of the first model."""
    return BackgroundRecorder(folder, 0, MANIFEST, hours, health or Health())


def minutes(folder: Path) -> list[BackgroundMinute]:
    """Returns the minutes that a reader finds."""
    return read_background(folder, MANIFEST.model.sha256, SIZE)


def test_a_minute_is_in_a_file_once_the_next_one_begins(tmp_path: Path) -> None:
    """With its times, its embeddings and the best label of the model, not that of a head."""
    folder = tmp_path / "background"
    of_minute = [scores(START_NS + number * NANOSECONDS, number) for number in range(5)]
    background = recorder(folder)
    for each in of_minute:
        background.on_scores(each)
    assert not folder.exists()
    background.on_scores(scores(START_NS + MINUTE_NS))
    assert [entry.name for entry in folder.iterdir()] == [f"{MANIFEST.id}.20261130T010000Z.npz"]
    (minute,) = minutes(folder)
    assert minute.utc_ns.tolist() == [each.window.utc_ns for each in of_minute]
    expected = np.stack([each.embedding for each in of_minute if each.embedding is not None])
    np.testing.assert_allclose(minute.embeddings, expected, atol=2e-3)
    own = np.stack([each.values[:-1] for each in of_minute])
    assert np.array_equal(minute.top_labels, own.argmax(axis=1))
    np.testing.assert_allclose(minute.top_scores, own.max(axis=1), atol=1e-3)
    background.flush()
    assert [len(each.utc_ns) for each in minutes(folder)] == [5, 1]


def test_windows_of_other_models_and_without_an_embedding_are_left_out(tmp_path: Path) -> None:
    """Each model has files of its own."""
    background = recorder(tmp_path)
    background.on_scores(scores(START_NS, model=1))
    background.on_scores(Scores(scores(START_NS).window, np.zeros(3, np.float32)))
    background.flush()
    assert minutes(tmp_path) == []


def test_only_the_last_hours_are_kept(tmp_path: Path) -> None:
    """Of all models, so that the folder is bounded after a change of the model, too."""
    (tmp_path / "gone.20261129T000000Z.npz").write_bytes(b"")
    (tmp_path / "note.txt").write_text("mine")
    background = recorder(tmp_path, hours=0.1)
    for number in range(12):
        background.on_scores(scores(START_NS + number * MINUTE_NS))
    starts = [int(each.utc_ns[0]) for each in minutes(tmp_path)]
    assert starts == [START_NS + number * MINUTE_NS for number in range(5, 11)]
    assert (tmp_path / "note.txt").exists()
    assert not (tmp_path / "gone.20261129T000000Z.npz").exists()


def test_minutes_of_the_future_are_removed(tmp_path: Path) -> None:
    """The clock was set back: they would stay for ever."""
    background = recorder(tmp_path)
    background.on_scores(scores(START_NS + 600 * MINUTE_NS))
    background.on_scores(scores(START_NS))
    background.flush()
    assert [int(each.utc_ns[0]) for each in minutes(tmp_path)] == [START_NS]


def test_a_clock_that_stands_still_takes_no_memory(tmp_path: Path) -> None:
    """The file of the minute is written again."""
    background = recorder(tmp_path)
    for _ in range(MOST_WINDOWS + 1):
        background.on_scores(scores(START_NS))
    assert [len(each.utc_ns) for each in minutes(tmp_path)] == [MOST_WINDOWS]


def test_a_full_disk_is_counted_and_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The sound goes on, and the next minute is tried again."""
    caplog.set_level(logging.INFO)
    folder = tmp_path / "background"
    folder.write_text("a file in its place")
    health = Health()
    background = recorder(folder, health=health)
    for number in range(4):
        background.on_scores(scores(START_NS + number * MINUTE_NS))
    assert health.background_lost == 3
    assert caplog.text.count("the background cannot be kept") == 1
    folder.unlink()
    background.flush()
    assert health.background_lost == 3
    assert "is kept in" in caplog.text
    assert len(minutes(folder)) == 1


def test_all_is_removed_that_does_not_lie_in_the_time(tmp_path: Path) -> None:
    """As with `background_hours = 0`; other files stay."""
    background = recorder(tmp_path)
    background.on_scores(scores(START_NS))
    background.flush()
    (tmp_path / "note.txt").write_text("mine")
    remove_background(tmp_path, 0, 0)
    assert [entry.name for entry in tmp_path.iterdir()] == ["note.txt"]
    remove_background(tmp_path / "absent", 0, 0)
