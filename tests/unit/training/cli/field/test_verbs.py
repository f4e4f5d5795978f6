"""The verbs that work on field folders, from the command line to their files."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.classify import load_bundle
from soundpost_training.cli import main

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
        (["calibrate"], "calibrate needs --config"),
    ],
)
def test_missing_options_are_named(
    command: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the exit status of a wrong command line."""
    assert main(command) == 78
    assert expected in capsys.readouterr().err


def test_a_broken_recording_and_a_missing_folder_are_errors_of_one_line(
    field: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback."""
    shutil.copy(field / "annotations.csv", field / "negatives" / "kitchen" / "cups.wav")
    for folder in (field, tmp_path / "nowhere"):
        command = ["evaluate", "--field", str(folder), "--bundle", str(TINY), "--no-peer"]
        assert main(command) == 1
    errors = capsys.readouterr().err
    assert "cups.wav" in errors
    assert "which is not there" in errors
    assert "Traceback" not in errors
