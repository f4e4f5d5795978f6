"""The verbs of soundscapes, on minutes of real clips."""

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
    made = ["soundscape", "--config", str(EXPERIMENT), "--fold", "5", "--seed", "11"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOUNDPOST_DATA", str(shared_data))
        assert main([*made, *sizes, "--out", str(folder)]) == 0
    return folder


@pytest.fixture(autouse=True)
def _at_home(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The peer is found where the data are."""
    monkeypatch.setenv("SOUNDPOST_DATA", str(shared_data))


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped bundle, saying that it held fold 5 out: what is tested here is no figure."""
    shipped, folder = ROOT / "models" / "esc50", tmp_path_factory.mktemp("bundle") / "esc50"
    folder.mkdir()
    for path in shipped.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    manifest = json.loads((shipped / MANIFEST_FILE).read_text())
    manifest["training"] |= {"folds": [1, 2, 3, 4], "held_out_folds": [5]}
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest))
    return folder


def test_a_bundle_is_judged_beside_windows_and_a_peer(
    minutes: Path, strange: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report has every method's figures, a picture of the timeline, and the same as JSON."""
    asked = ["evaluate", "--soundscape", str(minutes), "--bundle", str(strange)]
    assert main([*asked, "--out", str(tmp_path)]) == 0
    verdict = msgspec.json.decode((tmp_path / "judgement.json").read_bytes(), type=JudgementReport)
    assert [method.thresholds for method in verdict.methods][0::2] == ["as shipped"] * 2
    assert {method.labels for method in verdict.shared} == {41}
    assert any(method.name.startswith("YAMNet") for method in verdict.shared)
    path, windows = verdict.methods[0], verdict.methods[2]
    assert path.events.f1 > 0.0
    assert windows.segments.f1 > 0.0
    assert path.alarms.hours == pytest.approx(0.01)
    page = (tmp_path / "judgement.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 2
    assert f"{path.events.f1:.3f}" in page
    assert f"{path.events.f1:.3f}" in capsys.readouterr().out


def test_what_is_configured_is_judged(
    minutes: Path, strange: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An installer's file says which labels are listened for, and at which threshold."""
    settings = tmp_path / "soundpost.toml"
    settings.write_text('[decide]\ninclude = ["siren", "dog"]\non_threshold = 0.42\n')
    asked = ["evaluate", "--soundscape", str(minutes), "--bundle", str(strange), "--no-peer"]
    assert main([*asked, "--settings", str(settings), "--out", str(tmp_path)]) == 0
    verdict = msgspec.json.decode((tmp_path / "judgement.json").read_bytes(), type=JudgementReport)
    assert [(one.label, one.threshold) for one in verdict.labels] == [
        ("dog", 0.42),
        ("siren", 0.42),
    ]
    assert not verdict.shared
    assert "whole path" in capsys.readouterr().out


def test_a_bundle_is_not_judged_by_what_it_learnt(
    minutes: Path, strange: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A soundscape of a fold that was trained on is refused, and so is a missing bundle."""
    manifest = json.loads((strange / MANIFEST_FILE).read_text())
    knowing = tmp_path / "knowing"
    knowing.mkdir()
    for path in strange.iterdir():
        (knowing / path.name).write_bytes(path.read_bytes())
    manifest["training"] |= {"folds": [4, 5], "held_out_folds": [1]}
    (knowing / MANIFEST_FILE).write_text(json.dumps(manifest))
    assert load_bundle(knowing).manifest.training.folds == [4, 5]
    assert main(["evaluate", "--soundscape", str(minutes), "--bundle", str(knowing)]) == 1
    assert "was trained on fold 5" in capsys.readouterr().err
    assert main(["evaluate", "--soundscape", str(minutes)]) == 78
    assert "--soundscape needs --bundle" in capsys.readouterr().err
    assert main(["evaluate"]) == 78
    assert "evaluate needs --config" in capsys.readouterr().err


def test_gates_are_measured_with_the_real_program(
    minutes: Path,
    strange: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each gate has its line; without a gate everything is as always."""
    monkeypatch.setattr(gates, "GATES", ("always", "level"))
    assert main(["gates", "--soundscape", str(minutes), "--bundle", str(strange)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["always", "level"]
    assert "(100.0% of always)" in lines[0]


def test_ways_to_decide_are_tried_on_every_fold(
    minutes: Path, strange: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each way is judged by the network that held the soundscape's fold out."""
    fold = tmp_path / "run" / "fold5"
    fold.mkdir(parents=True)
    (fold / "model.tflite").write_bytes((strange / "model.tflite").read_bytes())
    out = tmp_path / "tuning.json"
    asked = ["tune", "--soundscape", str(minutes), "--bundle", str(strange), "--out", str(out)]
    assert main([*asked, "--run", str(tmp_path / "run")]) == 0
    tuning = json.loads(out.read_text())
    by_name = {trial["name"]: trial for trial in tuning["trials"]}
    assert by_name["smoothing 2"]["told"] == by_name["as shipped"]["told"]
    told = [by_name[f"all at {at:g}, 1 w"]["told"] for at in (0.2, 0.5, 0.95)]
    assert told == sorted(told, reverse=True)
    assert told[0] > told[-1]
    assert "smoothing 2" in capsys.readouterr().out
    assert main([*asked, "--run", str(tmp_path)]) == 1
    assert "no network held fold 5 out" in capsys.readouterr().err


def test_where_nothing_can_be_written_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file where a folder should be is an error with its hint, not a traceback."""
    (tmp_path / "file").touch()
    made = ["soundscape", "--config", str(EXPERIMENT), "--fold", "5", "--seed", "11"]
    assert main([*made, "--out", str(tmp_path / "file" / "hours")]) == 1
    told = capsys.readouterr().err
    assert "hours cannot be written: Not a directory" in told
    assert "--out" in told
