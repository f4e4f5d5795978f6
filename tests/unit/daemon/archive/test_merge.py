"""Shards: independent runs, whose results become the tables of one run."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from one_process import OneProcess
from sample_archive import tables, write_archive, write_models, write_sound

from soundpost.archive.analysis import Run, analyze
from soundpost.archive.execute.shard import Shard
from soundpost.archive.files import ArchiveFile, archive_files
from soundpost.archive.journal import open_journal
from soundpost.archive.part import Part
from soundpost.archive.settings import AnalysisSettings, fingerprint
from soundpost.classify.model import load_models
from soundpost.config import load_config
from soundpost.decide import build_rules
from soundpost.errors import ArchiveError, ConfigError

FILES = 5


class Observer:
    """Keeps the names of the files that a run analyzed, and those of its recordings."""

    def __init__(self) -> None:
        self.analyzed: list[str] = []
        self.recordings: list[str] = []

    def on_start(self, done: int, files: Sequence[ArchiveFile]) -> None:
        """Takes the files."""

    def on_position(self, file: ArchiveFile, seconds: float, share: float) -> None:
        """Takes a position."""

    def on_end(self, file: ArchiveFile, _seconds: float) -> None:
        """Keeps the name of a file."""
        self.analyzed.append(file.name)

    def on_recording(self, part: Part) -> None:
        """Keeps the name of a recording."""
        self.recordings.append(part.file)


@pytest.fixture(scope="module")
def one_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Provides a run of one tiny model over an archive with a broken file, and its tables."""
    folder = tmp_path_factory.mktemp("archive")
    write_archive(folder / "card", FILES - 1, seconds=3.0)
    (folder / "card/broken.wav").write_bytes(b"RIFF")
    config = load_config(write_models(folder, "low"), {})
    (manifest,) = (model.bundle.manifest for model in load_models(config.all_models))
    (model,) = config.all_models
    rules = build_rules(manifest.labels, model.decide, manifest.input.sample_rate_hz)
    settings = AnalysisSettings(config, [rules])
    run = Run(settings, [manifest], folder / "out", ("csv",), OneProcess())
    analyze(run, card_files(run), Observer())
    return run


def card_files(run: Run) -> list[ArchiveFile]:
    """Returns the files of the archive."""
    card = run.out.parent / "card"
    return archive_files([card], [path for path in card.rglob("*") if path.is_file()])


@pytest.mark.parametrize("count", [1, 2, 7])
def test_shards_of_one_folder_become_the_tables_of_one_run(
    one_run: Run, tmp_path: Path, count: int
) -> None:
    """To the byte; shards write no tables, and a run without one does only what failed."""
    files = card_files(one_run)
    run = replace(one_run, out=tmp_path)
    for number in range(count, 0, -1):
        shard, observer = Shard(number, count), Observer()
        analyze(replace(run, shard=shard), files, observer)
        assert observer.analyzed == [file.name for file in shard.choose(files)]
        assert set(observer.recordings) == set(observer.analyzed) - {"broken.wav"}
    assert [path.name for path in tmp_path.iterdir()] == [".journal"]
    observer = Observer()
    assert list(analyze(run, files, observer)) == ["broken.wav"]
    assert observer.analyzed == ["broken.wav"]
    assert tables(tmp_path) == tables(one_run.out)


def test_shards_of_other_folders_are_merged(one_run: Run, tmp_path: Path) -> None:
    """A file that none of them has is analyzed, so that the tables are complete."""
    files = card_files(one_run)
    for number in (1, 3):
        shard = replace(one_run, out=tmp_path / f"{number}", shard=Shard(number, 3))
        analyze(shard, files, Observer())
    merged = replace(one_run, out=tmp_path / "all", merged=[tmp_path / "1", tmp_path / "3"])
    observer = Observer()
    analyze(merged, files, observer)
    second = Shard(2, 3).choose(files)
    assert observer.analyzed == sorted({file.name for file in second} | {"broken.wav"})
    assert tables(tmp_path / "all") == tables(one_run.out)


def test_a_file_that_changed_after_its_shard_is_analyzed_again(
    one_run: Run, tmp_path: Path
) -> None:
    """Its part is of another sound."""
    write_sound(tmp_path / "card/a.wav", 1, seconds=2.0)
    write_sound(tmp_path / "card/b.wav", 2, seconds=2.0)
    run = replace(one_run, out=tmp_path / "out")
    analyze(replace(run, out=tmp_path / "1", shard=Shard(1, 1)), card_files(run), Observer())
    write_sound(tmp_path / "card/b.wav", 3, seconds=3.0)
    observer = Observer()
    analyze(replace(run, merged=[tmp_path / "1"]), card_files(run), observer)
    assert observer.analyzed == ["b.wav"]


def test_results_of_other_settings_are_not_merged(one_run: Run, tmp_path: Path) -> None:
    """The error names the folder and what differs; nothing was copied or changed."""
    files = card_files(one_run)
    config = msgspec.structs.replace(
        one_run.settings.config,
        capture=msgspec.structs.replace(one_run.settings.config.capture, channel="mix"),
    )
    other = replace(one_run, settings=replace(one_run.settings, config=config))
    analyze(replace(other, out=tmp_path / "1", shard=Shard(1, 2)), files, Observer())
    merged = replace(one_run, out=tmp_path / "all", merged=[tmp_path / "1"])
    with pytest.raises(ConfigError, match=r"1 has results of other settings: capture.channel: mix"):
        analyze(merged, files, Observer())
    with pytest.raises(ConfigError, match="no results to merge"):
        analyze(replace(merged, merged=[tmp_path / "gone"]), files, Observer())
    assert not (tmp_path / "gone").exists()
    assert not list((tmp_path / "all").rglob("*.json"))[1:]


def test_a_shard_that_is_under_way_is_not_merged(one_run: Run, tmp_path: Path) -> None:
    """Nor does a shard of other settings begin beside it, even if it is forced to."""
    files = card_files(one_run)
    facts = fingerprint(one_run.settings, one_run.manifests)
    shard = replace(one_run, out=tmp_path / "1", shard=Shard(1, 2))
    with open_journal(tmp_path / "1", facts, is_forced=False, shard=Shard(2, 2)):
        merged = replace(one_run, out=tmp_path / "all", merged=[tmp_path / "1"])
        with pytest.raises(ArchiveError, match="is in use by another run"):
            analyze(merged, files, Observer())
        with (
            pytest.raises(ConfigError, match="zone") as raised,
            open_journal(
                tmp_path / "1", {**facts, "timezone": "UTC"}, is_forced=True, shard=Shard(1, 2)
            ),
        ):
            pass
        assert raised.value.hint == "name another folder: shards are using this one"
        analyze(shard, files, Observer())
