"""The analysis of an archive from Python: its observer, its journal, its tables."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sample_archive import events, recordings, write_models, write_sound

from soundpost.archive.analysis import Run, analyze
from soundpost.archive.execute.pool import WorkerPool
from soundpost.archive.files import ArchiveFile, archive_files
from soundpost.archive.part import Part
from soundpost.archive.settings import AnalysisSettings
from soundpost.classify.model import load_models
from soundpost.config import load_config
from soundpost.decide import build_rules
from soundpost.errors import ArchiveError


class Recorder:
    """An observer that keeps what it takes."""

    def __init__(self) -> None:
        self.started: list[tuple[int, list[str]]] = []
        self.ended: dict[str, float] = {}
        self.parts: list[Part] = []

    def on_start(self, done: int, files: Sequence[ArchiveFile]) -> None:
        """Keeps the number of files that are done, and the names of the others."""
        self.started.append((done, [file.name for file in files]))

    def on_position(self, file: ArchiveFile, seconds: float, share: float) -> None:
        """Checks that the file is not over yet."""
        assert file.name not in self.ended
        assert seconds >= 0.0
        assert 0.0 <= share <= 1.0

    def on_end(self, file: ArchiveFile, seconds: float) -> None:
        """Keeps the length of a file."""
        assert file.name not in self.ended
        self.ended[file.name] = seconds

    def on_recording(self, part: Part) -> None:
        """Keeps a recording."""
        self.parts.append(part)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Provides a run of one tiny model."""
    config = load_config(write_models(tmp_path, "low"), {})
    (manifest,) = (model.bundle.manifest for model in load_models(config.all_models))
    (model,) = config.all_models
    rules = build_rules(manifest.labels, model.decide, manifest.input.sample_rate_hz)
    return Run(
        AnalysisSettings(config, [rules]), [manifest], tmp_path / "out", ("csv",), WorkerPool(2)
    )


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """Provides a folder with two recordings, and a file between them that is none."""
    write_sound(tmp_path / "card/a.wav", 1, seconds=2.0)
    (tmp_path / "card/b.wav").write_bytes(b"no sound")
    write_sound(tmp_path / "card/c.wav", 2, seconds=3.0)
    return tmp_path / "card"


def files_in(card: Path) -> list[ArchiveFile]:
    """Returns the files of a folder."""
    return archive_files([card], list(card.iterdir()))


def test_the_observer_follows_every_file_once(run: Run, card: Path) -> None:
    """Recordings come in the order of the tables, whichever worker was first."""
    observer = Recorder()
    failures = analyze(run, files_in(card), observer)
    assert list(failures) == ["b.wav"]
    assert observer.started == [(0, ["a.wav", "b.wav", "c.wav"])]
    assert observer.ended == {"a.wav": 2.0, "b.wav": 0.0, "c.wav": 3.0}
    assert [part.file for part in observer.parts] == ["a.wav", "c.wav"]
    rows = [row.id for part in observer.parts for row in part.rows]
    assert [event["id"] for event in events(run.out)] == rows != []
    assert [row["file"] for row in recordings(run.out)] == ["a.wav", "c.wav", "b.wav"]


def test_a_second_run_does_the_failures_again_only(run: Run, card: Path) -> None:
    """A drive that was away may be back."""
    analyze(run, files_in(card), Recorder())
    write_sound(card / "b.wav", 5, seconds=1.0)
    observer = Recorder()
    assert not analyze(run, files_in(card), observer)
    assert observer.started == [(2, ["b.wav"])]
    assert [part.file for part in observer.parts] == ["a.wav", "b.wav", "c.wav"]


def test_files_of_this_run_are_in_its_tables(run: Run, card: Path) -> None:
    """One that is gone leaves the tables, and comes back without being analyzed again."""
    write_sound(card / "b.wav", 5, seconds=1.0)
    analyze(run, files_in(card), Recorder())
    observer = Recorder()
    analyze(run, files_in(card)[:2], observer)
    assert [part.file for part in observer.parts] == ["a.wav", "b.wav"]
    observer = Recorder()
    analyze(run, files_in(card), observer)
    assert observer.started == [(3, [])]
    assert len(recordings(run.out)) == 3


def test_tables_that_cannot_be_written_are_an_error(run: Run, card: Path) -> None:
    """The parts stay, so that the next run has to write only."""
    (run.out / "recordings.csv").mkdir(parents=True)
    with pytest.raises(ArchiveError, match="cannot be written"):
        analyze(run, files_in(card), Recorder())
    (run.out / "recordings.csv").rmdir()
    observer = Recorder()
    analyze(run, files_in(card), observer)
    assert observer.started == [(2, ["b.wav"])]
