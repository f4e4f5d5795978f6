"""Clips and report of an archive that was analyzed: the same bytes again, and what goes wrong."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from full_disk import Disk
from sample_archive import write_archive, write_models, write_sound

from soundpost.archive.analysis import Run, analyze
from soundpost.archive.execute.shard import Shard
from soundpost.archive.files import ArchiveFile, archive_files
from soundpost.archive.part import Part
from soundpost.archive.report import PAGE, ArchiveReport, ReportOptions
from soundpost.archive.settings import AnalysisSettings
from soundpost.classify.model import load_models
from soundpost.config import load_config
from soundpost.decide import build_rules
from soundpost.errors import ArchiveError, ConfigError

pytest.importorskip("jinja2", reason="Jinja2 is in the extra `analyze`")

FILES = 4
CLIPS = 2


class Silent:
    """An observer that does nothing."""

    def on_start(self, done: int, files: Sequence[ArchiveFile]) -> None:
        """Does nothing."""

    def on_position(self, file: ArchiveFile, seconds: float, share: float) -> None:
        """Does nothing."""

    def on_end(self, file: ArchiveFile, seconds: float) -> None:
        """Does nothing."""

    def on_recording(self, part: Part) -> None:
        """Does nothing."""


class Archive:
    """An archive of short recordings that can be analyzed again and again.

    Args:
        folder: Has the recordings, the model and its configuration.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.card = folder / "card"
        self.config = folder / "low.toml"

    def files(self) -> list[ArchiveFile]:
        """Returns the recordings."""
        return archive_files([self.card], [path for path in self.card.rglob("*") if path.is_file()])

    def analyze(
        self,
        out: Path,
        options: ReportOptions,
        files: Sequence[ArchiveFile] | None = None,
        shard: Shard | None = None,
    ) -> ArchiveReport:
        """Analyzes the recordings, and returns the report."""
        config = load_config(self.config, {})
        manifests = [model.bundle.manifest for model in load_models(config.all_models)]
        rules = [
            build_rules(manifest.labels, model.decide, manifest.input.sample_rate_hz)
            for manifest, model in zip(manifests, config.all_models, strict=True)
        ]
        settings = AnalysisSettings(config, rules, ZoneInfo("Europe/Berlin"))
        report = ArchiveReport(settings, manifests, out, options)
        run = Run(settings, manifests, out, shard=shard, export=report)
        analyze(run, self.files() if files is None else files, Silent())
        return report


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides an archive that was analyzed, with its clips and its report."""
    folder = tmp_path_factory.mktemp("archive")
    write_models(folder, "low")
    write_archive(folder / "card", FILES)
    write_sound(folder / "card/dawn.wav", 77)  # without a time
    Archive(folder).analyze(folder / "out", ReportOptions(CLIPS, has_page=True))
    return folder


@pytest.fixture
def archive(made: Path, tmp_path: Path) -> Archive:
    """Provides a copy of it; the times of its files are kept."""
    shutil.copytree(made, tmp_path / "copy")
    return Archive(tmp_path / "copy")


def contents(out: Path) -> dict[str, str]:
    """Returns the hashes of clips, pictures and page, by their names."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("clips", "report")
        for path in [*(out / folder).rglob("*.*"), out / PAGE]
        if path.is_file()
    }


EVERYTHING = ReportOptions(CLIPS, has_page=True)


def test_the_same_archive_gives_the_same_bytes(archive: Archive, tmp_path: Path) -> None:
    """In another folder, at another time, from a card that is mounted elsewhere."""
    archive.analyze(tmp_path / "again", EVERYTHING)
    before = contents(archive.folder / "out")
    assert contents(tmp_path / "again") == before
    clips = [name for name in before if name.endswith(".flac")]
    assert 0 < len(clips) <= CLIPS * 3
    assert len([name for name in before if name.startswith("report/")]) == FILES + 1


def test_a_run_without_news_reads_no_recording(archive: Archive) -> None:
    """And leaves the files as they are."""
    out = archive.folder / "out"
    before = {path: path.stat().st_mtime_ns for path in out.glob("clips/*/*")}
    files = archive.files()
    shutil.rmtree(archive.card)
    report = archive.analyze(out, EVERYTHING, files)
    assert not report.problems
    assert {path: path.stat().st_mtime_ns for path in out.glob("clips/*/*")} == before != {}


def test_other_numbers_of_clips_replace_the_selection(archive: Archive) -> None:
    """The result is that of a folder that had none."""
    out = archive.folder / "out"
    before = contents(out)
    archive.analyze(out, ReportOptions(1, has_page=True))
    fewer = contents(out)
    assert len([name for name in fewer if name.endswith(".flac")]) < len(
        [name for name in before if name.endswith(".flac")]
    )
    archive.analyze(out, EVERYTHING)
    assert contents(out) == before


def test_a_recording_that_is_gone_is_named_and_not_fatal(archive: Archive) -> None:
    """The clips of the others and the page are made."""
    out = archive.folder / "out"
    shutil.rmtree(out / "clips")
    shutil.rmtree(out / "report")
    files = archive.files()
    (archive.card / "dawn.wav").unlink()
    report = archive.analyze(out, EVERYTHING, files)
    assert report.problems == {"dawn.wav": "cannot be read: No such file or directory"}
    page = (out / PAGE).read_text()
    assert "Recordings of which clips or pictures could not be made" in page
    assert "No spectrogram: the recording could not be read." in page
    assert list(out.glob("clips/*/*.flac"))
    for name in (path.relative_to(out).as_posix() for path in out.glob("clips/*/*.flac")):
        assert name in page
    assert "-dawn-" not in page


def test_clips_without_a_page_and_a_page_without_clips(archive: Archive, tmp_path: Path) -> None:
    """Each is made by itself."""
    archive.analyze(tmp_path / "clips only", ReportOptions(1))
    assert not (tmp_path / "clips only" / PAGE).exists()
    assert not (tmp_path / "clips only/report").exists()
    archive.analyze(tmp_path / "page only", ReportOptions(0, has_page=True))
    assert not (tmp_path / "page only/clips").exists()
    assert "<audio" not in (tmp_path / "page only" / PAGE).read_text()


def test_shards_have_no_clips_and_the_run_that_joins_them_has(
    archive: Archive, tmp_path: Path
) -> None:
    """The best events are those of the whole archive."""
    out = tmp_path / "shards"
    for number in (1, 2):
        archive.analyze(out, EVERYTHING, shard=Shard(number, 2))
        assert not (out / "clips").exists()
        assert not (out / PAGE).exists()
    archive.analyze(out, EVERYTHING)
    assert contents(out) == contents(archive.folder / "out")


def test_a_folder_of_clips_that_cannot_be_written_ends_the_run_at_once(
    archive: Archive, tmp_path: Path
) -> None:
    """Nothing is analyzed before it."""
    (tmp_path / "new").mkdir()
    (tmp_path / "new/clips").write_text("a file")
    with pytest.raises(ArchiveError, match="clips cannot be written to"):
        archive.analyze(tmp_path / "new", EVERYTHING)
    assert not (tmp_path / "new/.journal").exists()


def test_a_full_disk_is_an_error_and_the_next_run_goes_on(archive: Archive, disk: Disk) -> None:
    """No half of a file is left."""
    out = disk.folder / "out"
    archive.analyze(out, ReportOptions())
    (out / "clips").mkdir()
    disk.fill()
    for table in ("detections.jsonl", "recordings.csv", "TABLES.txt"):
        (out / table).unlink()  # leaves space for the tables, and none for the clips
    with pytest.raises(ArchiveError, match=r"the clips and the report in .* cannot be written"):
        archive.analyze(out, EVERYTHING)
    assert not list(out.rglob("*.part"))
    disk.empty()
    archive.analyze(out, EVERYTHING)
    assert contents(out) == contents(archive.folder / "out")


def test_speech_that_is_protected_is_not_exported(archive: Archive, tmp_path: Path) -> None:
    """A configuration that keeps speech out of a node's clips is not passed over."""
    archive.config.write_text('[evidence]\nprivacy = "mute-speech"\n' + archive.config.read_text())
    with pytest.raises(ConfigError, match=r"evidence\.privacy"):
        archive.analyze(tmp_path / "new", EVERYTHING)
    archive.analyze(tmp_path / "new", ReportOptions(0, has_page=True))
    assert (tmp_path / "new" / PAGE).is_file()
