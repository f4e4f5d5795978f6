"""The verbs that work on field folders, from the command line to their files."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.classify import load_bundle
from soundpost_training.cli import main
from soundpost_training.cli.field import verbs

ROOT = Path(__file__).resolve().parents[5]
TINY = ROOT / "tests" / "golden" / "tiny-int8"


@pytest.fixture
def field(tmp_path: Path) -> Path:
    """Provides a field folder: an annotated recording and a negative of 8 s each."""
    folder = tmp_path / "field"
    (folder / "negatives" / "kitchen").mkdir(parents=True)
    for seed, name in enumerate(("yard.flac", "negatives/kitchen/pans.flac")):
        rng = np.random.default_rng(seed)
        noise = rng.normal(0.0, 1.0, (8, 16_000)) * 10.0 ** rng.uniform(1.0, 3.8, (8, 1))
        soundfile.write(folder / name, noise.ravel().clip(-32768, 32767).astype(np.int16), 16_000)
    (folder / "annotations.csv").write_text("file,label,onset,offset\nyard.flac,hiss,1,3\n")
    return folder


def test_evaluate_prints_tables_and_writes_the_report(
    field: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page, and the same as JSON; with the settings of a user."""
    settings = tmp_path / "soundpost.toml"
    settings.write_text("[decide]\non_threshold = 0.36\noff_threshold = 0.3\n")
    command = ["evaluate", "--field", str(field), "--bundle", str(TINY), "--no-peer"]
    assert main([*command, "--settings", str(settings), "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    assert "2 recordings: 0.00 h annotated" in printed
    assert "kitchen" in printed
    figures = json.loads((tmp_path / "out" / "field.json").read_bytes())
    assert figures["methods"][0]["labels"][0]["threshold"] == 0.36
    assert "kitchen" in (tmp_path / "out" / "field.html").read_text()


def test_evaluate_prints_json_alone(field: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For other programs."""
    command = ["evaluate", "--field", str(field), "--bundle", str(TINY), "--no-peer", "--json"]
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["recordings"] == 2


def test_calibrate_writes_a_bundle_and_says_what_is_off(
    field: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 3 where a label misses budget or recall, as for an experiment."""
    out = tmp_path / "models" / "tiny"
    command = ["calibrate", "--bundle", str(TINY), "--negatives", str(field)]
    assert main([*command, "--budget", "3600", "--out", str(out), "--recall", "0"]) == 0
    assert load_bundle(out).manifest.labels[0].false_events_per_hour == 3600
    assert json.loads((tmp_path / "models" / "tiny-calibration.json").read_bytes())["labels"]
    assert "data:image/png" in (tmp_path / "models" / "tiny-calibration.html").read_text()
    assert main([*command, "--budget", "0", "--recall", "1", "--lowest-on", "0.9"]) == 3
    assert "off by default: hiss" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["evaluate", "--field", "x"], "--field needs --bundle"),
        (["calibrate", "--bundle", str(TINY)], "calibrate --bundle needs --negatives and --budget"),
        (["calibrate"], "calibrate needs --config or --bundle"),
        (["evaluate"], "evaluate needs --config or --field or --soundscape"),
    ],
)
def test_missing_options_are_named(
    command: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the exit status of a wrong command line."""
    assert main(command) == 78
    assert expected in capsys.readouterr().err


def test_a_broken_recording_is_left_out_and_a_missing_folder_is_an_error(
    field: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The name may have brackets, which are no markup."""
    (field / "negatives" / "kitchen" / "cups [red].wav").write_text("no sound")
    command = ["evaluate", "--bundle", str(TINY), "--no-peer", "--field"]
    assert main([*command, str(field)]) == 0
    assert "left out: negatives/kitchen/cups [red].wav" in capsys.readouterr().out
    assert main([*command, str(tmp_path / "nowhere")]) == 1
    assert "which is not there" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "status", "expected"),
    [
        (["--recall", "50"], 78, "--recall is 50, expected a share from 0 to 1"),
        (["--recall", "nan"], 78, "--recall is nan, expected a share"),
        (["--lowest-on", "1.5"], 78, "expected a lowest threshold of at most 0.995, got 1.5"),
        (["--out", "FIELD"], 1, "is not replaced: expected an older version of it, with manifest"),
        (["--out", "FIELD/yard.flac"], 1, "expected a folder at"),
        (["--out", "FIELD/yard.flac/new"], 1, "cannot be written"),
    ],
)
def test_a_wrong_option_costs_no_hours(
    field: Path, more: list[str], status: int, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is refused before the first recording is read, and nothing is overwritten."""
    before = sorted(field.rglob("*"))
    more = [text.replace("FIELD", str(field)) for text in more]
    command = ["calibrate", "--bundle", str(TINY), "--negatives", str(field), "--budget", "1"]
    assert main([*command, *more]) == status
    errors = capsys.readouterr().err
    assert expected in errors
    assert "scores" not in errors
    assert sorted(field.rglob("*")) == before


def test_a_bundle_may_be_named_and_a_report_that_cannot_be_written_is_said_first(
    field: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As `soundpost listen` takes the name of an installed bundle."""
    monkeypatch.setenv("SOUNDPOST_MODELS", str(TINY.parent))
    command = ["evaluate", "--field", str(field), "--bundle", "tiny-int8", "--no-peer"]
    assert main(command) == 0
    capsys.readouterr()
    assert main([*command, "--out", str(field / "yard.flac")]) == 1
    errors = capsys.readouterr().err
    assert "cannot be written" in errors
    assert "scores" not in errors


def test_figures_are_printed_where_the_disk_is_full(
    field: Path,
    tmp_path: Path,
    room_for: Callable[[int], AbstractContextManager[None]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The work of hours is not lost with the report."""
    command = ["evaluate", "--field", str(field), "--bundle", str(TINY), "--no-peer"]
    with room_for(500):
        assert main([*command, "--out", str(tmp_path / "out")]) == 1
    printed = capsys.readouterr()
    assert "2 recordings: 0.00 h annotated" in printed.out
    assert "field.json cannot be written" in printed.err
    assert "resumes" not in printed.err


def test_ctrl_c_says_that_an_evaluation_begins_anew(
    field: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It stores nothing on its way, unlike the training of a network."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(verbs, "evaluate_field", interrupt)
    assert main(["evaluate", "--field", str(field), "--bundle", str(TINY), "--no-peer"]) == 130
    errors = capsys.readouterr().err
    assert "begins anew" in errors
    assert "resumes" not in errors
