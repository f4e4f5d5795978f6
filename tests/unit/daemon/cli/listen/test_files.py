"""Finding recordings among files and folders."""

import os
from pathlib import Path

import pytest

from soundpost.cli.listen.files import FileSearch

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt "


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Provides a folder with recordings and other files, at two levels."""
    for name, content in {
        "b.wav": WAV,
        "a.FLAC": b"fLaC",
        "notes.txt": b"notes",
        "deep/c.opus": b"broken",
        "deep/recorder.raw": WAV,
        "deep/picture.webp": b"RIFF\x24\x00\x00\x00WEBPVP8 ",
        "deep/empty": b"",
        "._b.wav": b"macOS",
        ".hidden/d.wav": WAV,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return tmp_path


def names(paths: list[Path], folder: Path) -> list[str]:
    """Returns the paths within a folder."""
    return [str(path.relative_to(folder)) for path in paths]


def test_a_folder_is_searched_with_all_below_it_in_order(folder: Path) -> None:
    """By the name, or else by the beginning; hidden files and folders are left out."""
    found = FileSearch().find([folder])
    assert names(found, folder) == ["a.FLAC", "b.wav", "deep/c.opus", "deep/recorder.raw"]


def test_clips_of_an_archive_are_not_recordings_of_it(tmp_path: Path) -> None:
    """Results below the analyzed folder; recordings of any other name and place stay in."""
    clip = "0.957-20251026_023000-00754.3s-1a2b3c4d.flac"
    recordings = [f"clips/dog/{clip}", "results/clips/dog/mine.flac", f"results/{clip}", "z.wav"]
    for name in (f"results/clips/dog/{clip}", *recordings):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"fLaC")
    (tmp_path / "results/.journal").mkdir()
    assert set(names(FileSearch().find([tmp_path]), tmp_path)) == set(recordings)
    for named in ("results/clips", "results/clips/dog"):
        assert tmp_path / f"results/clips/dog/{clip}" in FileSearch().find([tmp_path / named])


def test_files_that_are_not_sound_are_named_once(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One line for all of them; they are no failure."""
    search = FileSearch()
    search.find([folder])
    assert names(search.skipped, folder) == ["notes.txt", "deep/empty", "deep/picture.webp"]
    assert len(caplog.messages) == 1
    assert "notes.txt" in caplog.text
    assert search.failures == 0


@pytest.mark.parametrize(
    "beginning",
    [
        b"BW64\xff\xff\xff\xffWAVE",
        b".snd\0\0\0\x18",
        b"\0\0\0\x1cftypM4A ",
        b"\0\0\0\x20ftypisom",
        b"\x1a\x45\xdf\xa3\x01\0",
        b"\x30\x26\xb2\x75\x8e\x66",
        b"NIST_1A\n",
        b"Creative Voice File\x1a",
        b"#!AMR\n",
        b"wvpk\0\0",
        b"TTA1\x01\0",
    ],
)
def test_every_format_that_can_be_read_is_found_by_its_beginning(
    tmp_path: Path, beginning: bytes
) -> None:
    """A phone's or a camera's recording of another suffix is not skipped."""
    (tmp_path / "recorded.bin").write_bytes(beginning + bytes(100))
    search = FileSearch()
    assert names(search.find([tmp_path]), tmp_path) == ["recorded.bin"]
    assert not search.skipped


def test_many_skipped_files_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A folder of a thousand pictures does not fill the terminal."""
    for number in range(30):
        (tmp_path / f"{number:02}.txt").touch()
    (tmp_path / "a.wav").write_bytes(WAV)
    FileSearch().find([tmp_path])
    assert "19.txt and 10 more" in caplog.text


def test_files_are_taken_as_they_are_named() -> None:
    """In the given order, whatever their name is; the source says what is wrong with them."""
    paths = [Path("z.txt"), Path("/absent/a.wav")]
    assert FileSearch().find(paths) == paths


def test_a_link_to_a_folder_above_is_followed_once(folder: Path) -> None:
    """The search ends, and finds no file twice."""
    (folder / "deep/loop").symlink_to("..")
    (folder / "deep/link.wav").symlink_to("../b.wav")
    assert len(FileSearch().find([folder, folder / "deep"])) == 4


def test_a_pipe_in_a_folder_is_skipped(folder: Path) -> None:
    """Reading it would wait for a writer."""
    os.mkfifo(folder / "pipe.wav")
    search = FileSearch()
    search.find([folder])
    assert folder / "pipe.wav" in search.skipped


def test_a_folder_without_recordings_is_a_failure(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The path is most likely wrong."""
    search = FileSearch()
    assert search.find([tmp_path]) == []
    assert search.failures == 1
    assert "no recording in this folder" in caplog.text


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_name_that_no_file_can_have_is_left_to_the_source(name: str) -> None:
    """It raises the error of a file that does not exist."""
    assert FileSearch().find([Path(name)]) == [Path(name)]
