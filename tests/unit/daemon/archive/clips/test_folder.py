"""The folder of an archive's clips."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from archive_parts import event

from soundpost.archive.clips import ClipFolder, ClipPlan, ClipSettings
from soundpost.config import Config
from soundpost.errors import ArchiveError
from soundpost.evidence.encode.png import SIGNATURE

RATE_HZ = 16_000
SETTINGS = ClipSettings.of(Config(), RATE_HZ)


@pytest.fixture
def folder(tmp_path: Path) -> ClipFolder:
    """Provides an empty folder of clips."""
    folder = ClipFolder(tmp_path, RATE_HZ)
    folder.check()
    return folder


def plan_of(label: str, begin: float = 5.0) -> ClipPlan:
    """Returns a clip."""
    return ClipPlan.of(event(label, begin=begin), 60.0, SETTINGS)


def write(folder: ClipFolder, plan: ClipPlan) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    """Writes a clip of noise, and returns its samples."""
    samples = np.random.default_rng(1).integers(-9_000, 9_000, plan.end_sample - plan.start_sample)
    folder.write(plan, samples.astype(np.int16))
    return samples.astype(np.int16)


def names(out: Path) -> list[str]:
    """Returns the files below the folder of clips."""
    return sorted(
        path.relative_to(out / "clips").as_posix()
        for path in (out / "clips").rglob("*")
        if path.is_file()
    )


def test_a_clip_is_a_sound_and_a_picture(folder: ClipFolder, tmp_path: Path) -> None:
    """The sound is lossless, at the rate of capture."""
    plan = plan_of("dog")
    assert not folder.has(plan)
    samples = write(folder, plan)
    assert folder.has(plan)
    assert names(tmp_path) == [f"dog/{plan.stem}.flac", f"dog/{plan.stem}.png"]
    read, rate_hz = soundfile.read(tmp_path / f"clips/dog/{plan.stem}.flac", dtype="int16")
    assert rate_hz == RATE_HZ
    assert np.array_equal(read, samples)
    assert (tmp_path / f"clips/dog/{plan.stem}.png").read_bytes().startswith(SIGNATURE)


def test_a_clip_without_its_sound_is_not_there(folder: ClipFolder, tmp_path: Path) -> None:
    """The sound is written last: a run that was killed before it makes both again."""
    plan = plan_of("dog")
    write(folder, plan)
    (tmp_path / f"clips/dog/{plan.stem}.flac").unlink()
    assert not folder.has(plan)


def test_clips_of_an_earlier_selection_are_removed(folder: ClipFolder, tmp_path: Path) -> None:
    """Files of other names stay, and so do folders that have some."""
    kept, old, gone = plan_of("dog"), plan_of("dog", 9.0), plan_of("owl")
    for plan in (kept, old, gone):
        write(folder, plan)
    (tmp_path / f"clips/dog/.{old.stem}.flac.part").write_bytes(b"of a run that was killed")
    (tmp_path / "clips/dog/notes.txt").write_text("mine")
    (tmp_path / "clips/mine").mkdir()
    (tmp_path / "clips/mine/0.9-best.flac").write_bytes(b"mine")
    folder.remove_others([kept])
    assert names(tmp_path) == [
        f"dog/{kept.stem}.flac",
        f"dog/{kept.stem}.png",
        "dog/notes.txt",
        "mine/0.9-best.flac",
    ]
    assert not (tmp_path / "clips/owl").exists()


def test_links_are_not_followed_to_remove_files(folder: ClipFolder, tmp_path: Path) -> None:
    """A folder elsewhere may have clips of another archive."""
    plan = plan_of("dog")
    write(folder, plan)
    (tmp_path / "clips/dog").rename(tmp_path / "elsewhere")
    (tmp_path / "clips/dog").symlink_to(tmp_path / "elsewhere")
    folder.remove_others([])
    assert len(list((tmp_path / "elsewhere").iterdir())) == 2


def test_a_folder_that_is_not_there_has_nothing_to_remove(tmp_path: Path) -> None:
    """It is made by the first clip."""
    ClipFolder(tmp_path, RATE_HZ).remove_others([])
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_an_error_at_once(tmp_path: Path) -> None:
    """It is found before hours of analysis."""
    (tmp_path / "clips").write_text("a file")
    with pytest.raises(ArchiveError, match="clips cannot be written to"):
        ClipFolder(tmp_path, RATE_HZ).check()
