"""The verbs that work on soundscapes, on minutes of real clips."""

import json
from pathlib import Path

import msgspec
import pytest

from soundpost.classify import load_bundle
from soundpost.manifest import MANIFEST_FILE
from soundpost_training.cli import main
from soundpost_training.soundscape.score.report_data import JudgementReport
from soundpost_training.soundscape.tune import gates

ROOT = Path(__file__).resolve().parents[4]
EXPERIMENT = ROOT / "training" / "configs" / "esc50-taught.toml"


@pytest.fixture(scope="module")
def minutes(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few minutes of fold 5, with security labels and without."""
    folder = tmp_path_factory.mktemp("minutes")
    sizes = ["--hours", "0.02", "--negative-hours", "0.01", "--pause", "1"]
    command = ["soundscape", "--config", str(EXPERIMENT), "--fold", "5", "--seed", "11"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOUNDPOST_DATA", str(shared_data))
        assert main([*command, *sizes, "--out", str(folder)]) == 0
    return folder


@pytest.fixture(autouse=True)
def _data_folder(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Provides the folder of YAMNet and ESC-50."""
    monkeypatch.setenv("SOUNDPOST_DATA", str(shared_data))


@pytest.fixture(scope="module")
def held_out_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped bundle, with a manifest of fold 5 held out: no accuracy is tested here."""
    shipped, folder = ROOT / "models" / "esc50", tmp_path_factory.mktemp("bundle") / "esc50"
    folder.mkdir()
    for path in shipped.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    manifest = json.loads((shipped / MANIFEST_FILE).read_text())
    manifest["training"] |= {"folds": [1, 2, 3, 4], "held_out_folds": [5]}
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest))
    return folder


def test_a_bundle_is_scored_beside_plain_windows_and_yamnet(
    minutes: Path, held_out_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report has every method's figures, a picture of the timeline, and the same as JSON."""
    command = ["evaluate", "--soundscape", str(minutes), "--bundle", str(held_out_bundle)]
    assert main([*command, "--out", str(tmp_path)]) == 0
    report = msgspec.json.decode((tmp_path / "judgement.json").read_bytes(), type=JudgementReport)
    assert [method.thresholds for method in report.methods][0::2] == ["as shipped"] * 2
    assert {method.labels for method in report.shared} == {41}
    assert any(method.name.startswith("YAMNet") for method in report.shared)
    whole_path, windows = report.methods[0], report.methods[2]
    assert whole_path.events.f1 > 0.0
    assert windows.segments.f1 > 0.0
    assert whole_path.false_alarms.hours == pytest.approx(0.01)
    page = (tmp_path / "judgement.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 2
    assert f"{whole_path.events.f1:.3f}" in page
    assert f"{whole_path.events.f1:.3f}" in capsys.readouterr().out


def test_the_settings_of_a_configuration_file_are_scored(
    minutes: Path, held_out_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An installer's file selects the labels, and sets their threshold."""
    settings = tmp_path / "soundpost.toml"
    settings.write_text('[decide]\ninclude = ["siren", "dog"]\non_threshold = 0.42\n')
    command = [
        "evaluate",
        "--soundscape",
        str(minutes),
        "--bundle",
        str(held_out_bundle),
        "--no-peer",
    ]
    assert main([*command, "--settings", str(settings), "--out", str(tmp_path)]) == 0
    report = msgspec.json.decode((tmp_path / "judgement.json").read_bytes(), type=JudgementReport)
    assert [(label.label, label.threshold) for label in report.labels] == [
        ("dog", 0.42),
        ("siren", 0.42),
    ]
    assert not report.shared
    assert "whole path" in capsys.readouterr().out


def test_a_bundle_is_not_scored_on_training_sounds(
    minutes: Path, held_out_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A soundscape of a training fold is refused, and so is a missing bundle."""
    manifest = json.loads((held_out_bundle / MANIFEST_FILE).read_text())
    trained = tmp_path / "trained"
    trained.mkdir()
    for path in held_out_bundle.iterdir():
        (trained / path.name).write_bytes(path.read_bytes())
    manifest["training"] |= {"folds": [4, 5], "held_out_folds": [1]}
    (trained / MANIFEST_FILE).write_text(json.dumps(manifest))
    assert load_bundle(trained).manifest.training.folds == [4, 5]
    assert main(["evaluate", "--soundscape", str(minutes), "--bundle", str(trained)]) == 1
    assert "got fold 5 of ESC-50" in capsys.readouterr().err
    assert main(["evaluate", "--soundscape", str(minutes)]) == 78
    assert "--soundscape needs --bundle" in capsys.readouterr().err
    assert main(["evaluate"]) == 78
    assert "evaluate needs --config" in capsys.readouterr().err


def test_gates_are_measured_with_the_real_program(
    minutes: Path,
    held_out_bundle: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each gate has its line; without a gate the share is 100 %."""
    monkeypatch.setattr(gates, "GATES", ("always", "level"))
    assert main(["gates", "--soundscape", str(minutes), "--bundle", str(held_out_bundle)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["always", "level"]
    assert "(100.0% of always)" in lines[0]


def test_decision_settings_are_compared_on_every_fold(
    minutes: Path, held_out_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each candidate is scored with the network that held the soundscape's fold out."""
    fold = tmp_path / "run" / "fold5"
    fold.mkdir(parents=True)
    (fold / "model.tflite").write_bytes((held_out_bundle / "model.tflite").read_bytes())
    out = tmp_path / "tuning.json"
    command = [
        "tune",
        "--soundscape",
        str(minutes),
        "--bundle",
        str(held_out_bundle),
        "--out",
        str(out),
    ]
    assert main([*command, "--run", str(tmp_path / "run")]) == 0
    tuning = json.loads(out.read_text())
    by_name = {candidate["name"]: candidate for candidate in tuning["trials"]}
    assert by_name["smoothing 2"]["told"] == by_name["as shipped"]["told"]
    shares = [by_name[f"all at {at:g}, 1 w"]["told"] for at in (0.2, 0.5, 0.95)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[-1]
    assert "smoothing 2" in capsys.readouterr().out
    assert main([*command, "--run", str(tmp_path)]) == 1
    assert "network that held fold 5 out" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_one_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file in place of a folder is an error with a hint, not a traceback."""
    (tmp_path / "file").touch()
    command = ["soundscape", "--config", str(EXPERIMENT), "--fold", "5", "--seed", "11"]
    assert main([*command, "--out", str(tmp_path / "file" / "hours")]) == 1
    error = capsys.readouterr().err
    assert "hours cannot be written: Not a directory" in error
    assert "--out" in error
