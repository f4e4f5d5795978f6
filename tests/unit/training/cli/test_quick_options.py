"""The options of `soundpost-train quick`."""

from pathlib import Path

import pytest

from soundpost.errors import EX_CONFIG
from soundpost_training.cli import main
from soundpost_training.experiment.default_bundle import default_bundle


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--out", "Models/My Pump"], "names the bundle 'My Pump'"),
        (["--out", "pump", "--budget", "0"], "--budget is 0, expected a number above 0"),
        (["--out", "pump", "--budget", "nan"], "--budget is nan"),
        (["--out", "pump", "--folds", "1"], "--folds is 1, expected two or more"),
        (["--out", "pump", "--bundle-version", "1"], "--bundle-version is '1'"),
    ],
)
def test_a_wrong_option_is_named(
    options: list[str], error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command ends before it reads recordings."""
    assert main(["quick", str(tmp_path), *options]) == EX_CONFIG
    printed = capsys.readouterr().err
    assert error in printed
    assert "hint:" in printed


def test_a_missing_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of recordings or of background."""
    gone, out = tmp_path / "gone", ["--out", str(tmp_path / "pump")]
    assert main(["quick", str(gone), *out]) == 1
    assert f"no folder {gone}" in capsys.readouterr().err
    (tmp_path / "data" / "pump").mkdir(parents=True)
    assert main(["quick", str(tmp_path / "data"), *out, "--background", str(gone)]) == 1
    assert str(gone) in capsys.readouterr().err


def test_a_folder_of_recordings_is_not_replaced_by_a_bundle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is refused before anything is computed."""
    tape = tmp_path / "pump" / "monday.wav"
    tape.parent.mkdir()
    tape.write_bytes(b"a day")
    assert main(["quick", str(tmp_path), "--out", str(tape.parent)]) == 1
    assert "pump is not replaced" in capsys.readouterr().err
    assert tape.read_bytes() == b"a day"


def test_the_default_backbone_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`everyday` is preferred, where it is there."""
    assert default_bundle() in {"everyday", "esc50"}
    (tmp_path / "everyday").mkdir()
    (tmp_path / "everyday" / "manifest.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("SOUNDPOST_MODELS", str(tmp_path))
    assert default_bundle() == "everyday"
