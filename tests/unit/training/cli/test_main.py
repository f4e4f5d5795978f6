"""The command line of training: help, errors, exit status."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost_training.cli import main, training_verbs
from soundpost_training.cli.training_options import VERBS as TRAINING_VERBS

pytestmark = pytest.mark.training


def run(verb: str, experiment_file: Path, home: Path, *more: str) -> int:
    """Runs a verb with all its folders under `home`, and returns its exit status."""
    places = ["--cache", str(home / "cache"), "--runs", str(home / "runs")]
    return main([verb, "--config", str(experiment_file), *places, *more])


def test_help_explains_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    """The help has every step in its order, and that Ctrl-C is safe."""
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    epilog = text[text.index("An experiment is") :]
    places = [epilog.index(f"soundpost-train {verb}") for verb in TRAINING_VERBS]
    assert places == sorted(places)
    assert "Ctrl-C is safe" in epilog


def test_an_unreadable_recording_is_one_line_and_a_hint(
    tones: Path,
    experiment_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The file is named, nothing is trained, and no cache is left."""
    audio = tmp_path / "tones" / "audio"
    audio.mkdir(parents=True)
    for clip in (tones / "audio").iterdir():
        (audio / clip.name).write_bytes(clip.read_bytes())
    (tmp_path / "tones" / "esc50.csv").write_bytes((tones / "esc50.csv").read_bytes())
    soundfile.write(min(audio.iterdir()), np.zeros(0), 16_000)
    monkeypatch.setenv("SOUNDPOST_DATA", str(tmp_path))
    assert run("train", experiment_file, tmp_path, "--fold", "1") == 1
    error = capsys.readouterr().err
    assert "has no samples" in error
    assert "hint:" in error
    assert not list((tmp_path / "cache").glob("*"))


@pytest.mark.parametrize("verb", ["crossval", "calibrate", "evaluate", "export"])
def test_a_single_label_is_prepared_and_not_trained(
    verb: str, experiment_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A collection may begin with one label; training then says that it needs another."""
    folder = tmp_path / "wild"
    (folder / "fox").mkdir(parents=True)
    for take in range(4):
        noise = np.random.default_rng(take).normal(0, 0.1, 24_000)
        soundfile.write(folder / "fox" / f"{take}.wav", noise, 16_000)
    text = experiment_file.read_text(encoding="utf-8")
    text = text.replace('kind = "esc50"', 'kind = "folders"\nfolds = 3')
    experiment_file.write_text(text.replace('"tones"', f'"{folder}"'), encoding="utf-8")
    assert run("prepare", experiment_file, tmp_path) == 0
    assert "4 clips, 1 labels" in capsys.readouterr().out
    assert run(verb, experiment_file, tmp_path) == 1
    error = capsys.readouterr().err
    assert "has the one label fox, at least two are needed" in error
    assert "give the other sounds of that place labels" in error
    assert run(verb, experiment_file, tmp_path, "--arch", "boosting") == 1
    assert not (tmp_path / "runs").exists()


def test_a_flag_that_cannot_be_used_ends_with_status_78(
    experiment_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error of a wrong `--init` names its forms, and nothing is computed."""
    assert run("train", experiment_file, tmp_path, "--fold", "1", "--init", "vgg16") == 78
    assert "expected run:NAME, yamnet:FILE" in capsys.readouterr().err
    assert not (tmp_path / "cache").exists()


@pytest.mark.usefixtures("tones_at_home")
def test_ctrl_c_ends_with_status_130(
    experiment_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line says that the same command resumes."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(training_verbs, "prepare", interrupt)
    assert run("prepare", experiment_file, tmp_path) == 130
    assert "the same command resumes" in capsys.readouterr().err
