"""The verb `soundpost-train tagging`: its steps, and what it prints."""

from pathlib import Path

import pytest
from exported_experiment import Exported

from soundpost_training.cli import main

pytestmark = [pytest.mark.training, pytest.mark.timeout(600)]  # the export is of a whole experiment


@pytest.fixture(autouse=True)
def _teachers_folder(teacher_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets SOUNDPOST_DATA to the folder with the teachers."""
    monkeypatch.setenv("SOUNDPOST_DATA", str(teacher_data))


def test_prepare_prints_the_sources_and_trains_nothing(
    exported: Exported, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The examples are in the cache; the folder of runs stays empty."""
    assert main([*exported.command("prepare"), f"--runs={tmp_path}"]) == 0
    printed = capsys.readouterr().out
    assert "synthesis" in printed
    assert "held out" in printed
    assert "trained" not in printed
    assert not list(tmp_path.iterdir())


def test_train_ends_before_the_bundle(
    exported: Exported, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The finished run is loaded, and its folder is printed; no bundle is written."""
    assert main([*exported.command("train"), f"--models={tmp_path}"]) == 0
    printed = "".join(capsys.readouterr().out.split())
    assert f"trained:{exported.folder / 'runs' / 'tiny'}" in printed
    assert not list(tmp_path.iterdir())


def test_an_experiment_of_another_kind_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tables of an experiment with folds are unknown here; the status is that of settings."""
    config = tmp_path / "esc50.toml"
    config.write_text('name = "esc50"\n\n[data]\nkind = "esc50"\nfolder = "esc50"\n')
    assert main(["tagging", "export", f"--config={config}"]) == 78
    assert "unknown key data" in capsys.readouterr().err
