"""The command `clips`: the list of a folder's clips, and their export."""

from pathlib import Path

import pytest
from evidence_harness import Event, EvidenceNode
from odd_files import STEM, write_sidecar

from soundpost import cli
from soundpost.audio import Pcm
from soundpost.system.journal import PrintableFormatter

EVENTS = [Event(16_000, 24_000, "dog", 0.71), Event(64_000, 80_000, "siren", 0.93)]


@pytest.fixture
def clips(folder: Path, noise: Pcm) -> Path:
    """A folder with the clips of a dog and a siren."""
    EvidenceNode(folder).run(noise, EVENTS)
    return folder


def test_clips_are_listed_in_the_order_of_time(
    clips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each line has name, time, score, length and label."""
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


def test_a_clip_is_listed_and_found_by_the_name_that_people_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The label stands before it."""
    write_sidecar(tmp_path, label="tawny_owl", common_name="Tawny Owl")
    (tmp_path / f"{STEM}.flac").write_bytes(b"sound")
    for name in ("Tawny Owl", "tawny_owl"):
        assert cli.main(["clips", "--evidence", str(tmp_path), "--label", name]) == 0
        assert capsys.readouterr().out.endswith("  tawny_owl  Tawny Owl\n")


def test_a_muted_clip_is_listed_with_its_muted_seconds(
    folder: Path, noise: Pcm, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without that its silence would look like a fault."""
    EvidenceNode(folder, privacy="mute-speech").run(noise, EVENTS[:1])
    cli.main(["clips", "--evidence", str(folder)])
    assert "muted 1.2 s" in capsys.readouterr().out


def test_the_configuration_file_names_the_folder(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is the one of the daemon."""
    config = tmp_path / "soundpost.toml"
    config.write_text(f'[evidence]\nfolder = "{clips}"\n')
    assert cli.main(["clips", "--config", str(config)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_clips_of_a_label_are_exported(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All three files of each clip are copied, byte for byte; other labels are left out."""
    target = tmp_path / "for" / "the-police"
    assert (
        cli.main(["clips", "--evidence", str(clips), "--label", "siren", "--export", str(target)])
        == 0
    )
    expected = {path.name: path.read_bytes() for path in clips.glob("*-siren-*")}
    assert {path.name: path.read_bytes() for path in target.iterdir()} == expected
    assert len(expected) == len(capsys.readouterr().out.splitlines()) * 3 == 3


@pytest.mark.parametrize(
    ("label", "hint"),
    [("sirens", "did you mean siren?"), ("glass", "there are clips of dog, siren")],
)
def test_a_label_without_clips_is_reported_with_the_labels_that_have_clips(
    clips: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    label: str,
    hint: str,
) -> None:
    """A misspelt label must not look like a quiet night; the exit status is still 0."""
    assert cli.main(["clips", "--evidence", str(clips), "--label", label]) == 0
    assert capsys.readouterr().out == ""
    assert f"there is no clip of {label}: {hint}" in caplog.text


def test_an_empty_folder_gives_no_hint_about_a_label(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Without clips there are no labels to suggest."""
    assert cli.main(["clips", "--evidence", str(tmp_path), "--label", "siren"]) == 0
    assert (capsys.readouterr().out, caplog.text) == ("", "")


def test_an_incomplete_clip_is_not_listed(clips: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its audio file is not written yet, or was removed."""
    next(clips.glob("*-dog-*.flac")).unlink()
    cli.main(["clips", "--evidence", str(clips)])
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize(
    "label",
    ["\x1b]0;owned\x07dog", "dog\r\nERROR", "\u202egod", "\x9b2J", "d\u2028og", "x" * 10_000],
)
def test_no_text_of_a_sidecar_reaches_the_terminal_as_it_is(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    label: str,
) -> None:
    """Escape codes, line breaks and marks of direction are printed as escapes."""
    write_sidecar(tmp_path, label=label)
    (tmp_path / f"{STEM}.flac").write_bytes(b"sound")
    write_sidecar(tmp_path, "20261120T073122Z-dog-0000000b", label=label, onset=label)
    (tmp_path / "20261120T073122Z-dog-0000000b.flac").write_bytes(b"sound")
    assert cli.main(["clips", "--evidence", str(tmp_path), "--label", "absent"]) == 0
    assert cli.main(["clips", "--evidence", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) == 1
    assert printed.removesuffix("\n").isprintable()
    assert len(printed) < 250
    lines = [PrintableFormatter().format(record) for record in caplog.records]
    assert all(line.isprintable() for line in lines)
    assert all(len(line) < 1_000 for line in lines)
    assert "there is no clip of absent" in lines[-2]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ([], 78, "evidence.folder is not set"),
        (["--evidence", "/nowhere/at/all"], 1, "/nowhere/at/all: No such file or directory"),
        (["--evidence", "/dev/null"], 1, "/dev/null: Not a directory"),
    ],
)
def test_a_folder_that_cannot_be_listed_is_reported_with_a_hint(
    arguments: list[str], status: int, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The exit status is that of the kind of error."""
    assert cli.main(["clips", *arguments]) == status
    assert words in caplog.text
    assert "hint: " in caplog.text


def test_an_export_folder_that_cannot_be_written_is_reported(
    clips: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The message has the path."""
    assert cli.main(["clips", "--evidence", str(clips), "--export", "/proc/clips"]) == 1
    assert "/proc/clips" in caplog.text
