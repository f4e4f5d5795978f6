"""`soundpost clips`: what is in the folder, and a copy of it."""

from pathlib import Path

import pytest
from evidence_harness import Event, Post

from soundpost import cli
from soundpost.audio import Pcm

EVENTS = [Event(16_000, 24_000, "dog", 0.71), Event(64_000, 80_000, "siren", 0.93)]


@pytest.fixture
def clips(folder: Path, noise: Pcm) -> Path:
    """A folder with the clips of a dog and a siren."""
    Post(folder).listen(noise, EVENTS)
    return folder


def test_clips_are_listed_in_their_order(clips: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Name, time, score, length, label; one line each."""
    assert cli.main(["clips", "--evidence", str(clips)]) == 0
    dog, siren = capsys.readouterr().out.splitlines()
    assert dog.split() == [
        "20261118T110641Z-dog-00000000.flac",
        "2026-11-18T11:06:40.000Z",
        "0.71",
        "1.2",
        "s",
        "dog",
    ]
    assert siren.split()[-1] == "siren"


def test_a_clip_that_was_muted_says_so(
    folder: Path, noise: Pcm, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else its silence would look like a fault."""
    Post(folder, privacy="mute-speech").listen(noise, EVENTS[:1])
    cli.main(["clips", "--evidence", str(folder)])
    assert "muted 1.2 s" in capsys.readouterr().out


def test_the_configuration_file_names_the_folder(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same file that the daemon runs with."""
    config = tmp_path / "soundpost.toml"
    config.write_text(f'[evidence]\nfolder = "{clips}"\n')
    assert cli.main(["clips", "--config", str(config)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_clips_of_a_label_are_exported(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All three files of each, byte for byte; the others not."""
    target = tmp_path / "for" / "the-police"
    assert (
        cli.main(["clips", "--evidence", str(clips), "--label", "siren", "--export", str(target)])
        == 0
    )
    expected = {path.name: path.read_bytes() for path in clips.glob("*-siren-*")}
    assert {path.name: path.read_bytes() for path in target.iterdir()} == expected
    assert len(expected) == len(capsys.readouterr().out.splitlines()) * 3 == 3


@pytest.mark.parametrize(
    ("label", "guess"),
    [("sirens", "did you mean siren?"), ("glass", "there are clips of dog, siren")],
)
def test_a_label_without_clips_is_told_with_those_that_have_some(
    clips: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    label: str,
    guess: str,
) -> None:
    """A slip of the keyboard must not pass for a quiet night; but one is no failure."""
    assert cli.main(["clips", "--evidence", str(clips), "--label", label]) == 0
    assert capsys.readouterr().out == ""
    assert f"there is no clip of {label}: {guess}" in caplog.text


def test_a_folder_without_clips_says_nothing_of_a_label(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing was heard yet, so there is nothing to guess by."""
    assert cli.main(["clips", "--evidence", str(tmp_path), "--label", "siren"]) == 0
    assert (capsys.readouterr().out, caplog.text) == ("", "")


def test_a_half_clip_is_not_listed(clips: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its sound has not come yet, or is gone."""
    next(clips.glob("*-dog-*.flac")).unlink()
    cli.main(["clips", "--evidence", str(clips)])
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ([], 78, "evidence.folder is not set"),
        (["--evidence", "/nowhere/at/all"], 1, "/nowhere/at/all: No such file or directory"),
        (["--evidence", "/dev/null"], 1, "/dev/null: Not a directory"),
    ],
)
def test_what_cannot_be_listed_is_said_in_a_line_and_a_hint(
    arguments: list[str], status: int, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    """And by the exit status."""
    assert cli.main(["clips", *arguments]) == status
    told = caplog.text
    assert words in told
    assert "hint: " in told


def test_a_place_that_cannot_be_written_is_said(
    clips: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With its name."""
    assert cli.main(["clips", "--evidence", str(clips), "--export", "/proc/clips"]) == 1
    assert "/proc/clips" in caplog.text
