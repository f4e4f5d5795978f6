"""Clips and pictures of recordings, which are read only if something is missing."""

from pathlib import Path

import pytest
from archive_parts import event, part
from sample_archive import write_sound

from soundpost.archive.clips import ClipPlan, ClipSettings
from soundpost.archive.files import ArchiveFile, archive_files
from soundpost.archive.report.sounds import ArchiveSounds
from soundpost.config import Config

SETTINGS = ClipSettings.of(Config(), 16_000)
SECONDS = 8.0
PART = part(rows=[event(begin=1.0), event(begin=4.0)], seconds=SECONDS)
PLANS = [ClipPlan.of(row, SECONDS, SETTINGS) for row in PART.rows]


@pytest.fixture
def file(tmp_path: Path) -> ArchiveFile:
    """Provides a recording."""
    write_sound(tmp_path / "card/a.wav", 1, SECONDS)
    (file,) = archive_files([tmp_path / "card"], [tmp_path / "card/a.wav"])
    return file


@pytest.fixture
def sounds(tmp_path: Path) -> ArchiveSounds:
    """Provides the sounds of an archive, with an empty folder."""
    sounds = ArchiveSounds(tmp_path / "out", SETTINGS)
    sounds.clips.check()
    return sounds


def test_a_recording_is_not_read_if_nothing_is_missing(
    sounds: ArchiveSounds, file: ArchiveFile
) -> None:
    """So a second run is cheap, and works without the card."""
    sounds.make(file, PART, PLANS, has_picture=True)
    file.path.unlink()
    sounds.make(file, PART, PLANS, has_picture=True)
    assert not sounds.problems
    assert all(map(sounds.clips.has, PLANS))
    assert sounds.picture(PART)


def test_what_is_missing_alone_is_made(
    sounds: ArchiveSounds, file: ArchiveFile, tmp_path: Path
) -> None:
    """A run that was killed goes on."""
    sounds.make(file, PART, PLANS[:1], has_picture=False)
    (first,) = tmp_path.glob("out/clips/owl/*.flac")
    changed_ns = first.stat().st_mtime_ns
    assert not sounds.picture(PART)
    sounds.make(file, PART, PLANS, has_picture=True)
    assert first.stat().st_mtime_ns == changed_ns
    assert all(map(sounds.clips.has, PLANS))
    assert (tmp_path / "out" / sounds.picture(PART)).is_file()


def test_a_recording_that_cannot_be_read_is_a_problem(
    sounds: ArchiveSounds, file: ArchiveFile
) -> None:
    """It is named, and has neither clips nor a picture."""
    file.path.write_bytes(b"no sound")
    sounds.make(file, PART, PLANS, has_picture=True)
    assert sounds.problems == {"a.wav": "was changed since it was analyzed"}
    assert not any(map(sounds.clips.has, PLANS))
    assert not sounds.picture(PART)


def test_pictures_of_earlier_runs_are_removed(
    sounds: ArchiveSounds, file: ArchiveFile, tmp_path: Path
) -> None:
    """Files of other names stay."""
    sounds.make(file, PART, PLANS, has_picture=True)
    folder = tmp_path / "out/report"
    for name in ("0123456789abcdef.png", ".0123456789abcdef.png.part", "mine.png"):
        (folder / name).write_bytes(b"")
    sounds.remove_other_pictures([PART])
    names = {path.name for path in folder.iterdir()}
    assert names == {"mine.png", Path(sounds.picture(PART)).name}
