"""`soundpost listen` with files and folders, as a real process."""

import json
import shutil
from pathlib import Path

import pytest
from daemon_process import soundpost
from recording import PlacedClip, write_quiet, write_recording

from soundpost.errors import EX_CONFIG


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> tuple[Path, list[str]]:
    """Provides a recording of several sounds, and their labels."""
    path = tmp_path_factory.mktemp("evening") / "evening.wav"
    clips: list[PlacedClip] = write_recording(path, shared_data)
    return path, [clip.label for clip in clips]


@pytest.fixture
def folder(tmp_path: Path, evening: tuple[Path, list[str]]) -> Path:
    """Provides a folder with a recording in a folder below, a quiet one, and a text."""
    (tmp_path / "deep").mkdir()
    shutil.copy(evening[0], tmp_path / "deep/evening.wav")
    write_quiet(tmp_path / "quiet.wav", 3.0)
    (tmp_path / "notes.txt").write_text("notes")
    return tmp_path


def test_a_folder_gives_the_lines_of_its_files(folder: Path) -> None:
    """Each line names its file; what is not sound is named on stderr, and is no failure."""
    done = soundpost("listen", str(folder))
    alone = soundpost("listen", str(folder / "deep/evening.wav"))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert {row["clip"] for row in rows} == {str(folder / "deep/evening.wav")}
    same = [json.loads(line) | {"id": None} for line in alone.stdout.splitlines()]
    assert [row | {"id": None} for row in rows] == same
    assert done.stderr.count("notes.txt") == 1


def test_a_broken_file_is_named_and_the_others_are_read(folder: Path) -> None:
    """The exit status says that something is missing."""
    (folder / "a.wav").write_bytes(b"broken")
    done = soundpost("listen", "--summary", str(folder), str(folder / "absent.wav"))
    assert done.returncode == 1
    assert "a.wav" in done.stderr
    assert "absent.wav" in done.stderr
    assert "events in 4 recordings" in done.stdout


def test_a_summary_replaces_the_lines(folder: Path, evening: tuple[Path, list[str]]) -> None:
    """A table on stdout: a row for each label."""
    done = soundpost("listen", "--summary", str(folder))
    labels = {line.split()[0] for line in done.stdout.splitlines()[1:-1]}
    assert labels == set(evening[1])
    assert "{" not in done.stdout


def test_lines_and_tables_have_their_own_streams(folder: Path) -> None:
    """With `--json` a program reads stdout, and a person stderr."""
    done = soundpost("listen", "--summary", "--scores", "--json", str(folder))
    assert all(json.loads(line) for line in done.stdout.splitlines())
    assert "recordings, 0:" in done.stderr
    assert "threshold" in done.stderr


def test_scores_show_what_was_near(folder: Path, evening: tuple[Path, list[str]]) -> None:
    """A label whose threshold is out of reach is in the table, with its time and its file."""
    label = evening[1][0]
    done = soundpost("listen", "--scores", "--threshold", f"{label}=1", str(folder))
    row = next(line for line in done.stdout.splitlines() if line.startswith(f"{label} "))
    assert row.split()[2] == "1.00"
    assert row.endswith("evening.wav")


def test_thresholds_and_filters_hold_for_one_run(
    folder: Path, evening: tuple[Path, list[str]]
) -> None:
    """A higher threshold gives fewer events, a filter only those of its labels."""
    label = evening[1][0]
    done = soundpost("listen", "--include", label, str(folder))
    assert {json.loads(line)["label"] for line in done.stdout.splitlines()} == {label}
    assert soundpost("listen", "--threshold", "1", str(folder)).stdout == ""
    done = soundpost("listen", "--exclude", f"{label},{evening[1][1]}", "--summary", str(folder))
    assert not {label, evening[1][1]} & {line.split()[0] for line in done.stdout.splitlines()}


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["--threshold", "dgo=0.5"], "did you mean dog?"),
        (["--include", "dgo"], "did you mean dog?"),
        (["--bundle", "esc-50"], "did you mean esc50?"),
        (["--bundle", "x.tflite"], "soundpost-train export"),
    ],
)
def test_a_wrong_name_is_an_error_with_a_hint(arguments: list[str], hint: str) -> None:
    """Before any file is read."""
    done = soundpost("listen", *arguments, "absent.wav")
    assert done.returncode == EX_CONFIG
    assert hint in done.stderr


def test_the_runtime_is_silent(folder: Path) -> None:
    """Neither TensorFlow nor XNNPACK write between the lines of a command."""
    for arguments in (
        ["listen", str(folder / "quiet.wav")],
        ["check", "--source", f"wav:{folder}/quiet.wav", "--broker", "mqtt://127.0.0.1:1"],
        ["labels"],
        ["selftest", "--broker", "mqtt://127.0.0.1:1"],
        ["bench", "--bundle", "esc10"],
    ):
        done = soundpost(*arguments)
        for word in ("TensorFlow", "XNNPACK", "absl", "INFO:"):
            assert word not in done.stderr + done.stdout
