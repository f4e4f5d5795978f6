"""Checks before Keras and TensorFlow are imported."""

import subprocess
import sys
from pathlib import Path

import pytest

RUN = """
import sys
from soundpost_training.cli import main
status = main(sys.argv[1:])
print("imported", sorted({"keras", "tensorflow", "jax", "torch"} & set(sys.modules)))
sys.exit(status)
"""


def refused(experiment: Path, home: Path, verb: str, *more: str) -> tuple[int, str]:
    """Runs a verb in a process of its own; returns status and errors, without slow imports."""
    places = ["--cache", str(home / "cache"), "--runs", str(home / "runs")]
    ended = subprocess.run(
        [sys.executable, "-c", RUN, verb, "--config", str(experiment), *places, *more],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "imported []" in ended.stdout, ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (home / "runs").exists()
    return ended.returncode, ended.stderr


def changed(experiment: Path, *pairs: tuple[str, str]) -> Path:
    """Replaces texts in the file of an experiment."""
    text = experiment.read_text(encoding="utf-8")
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after)
    experiment.write_text(text, encoding="utf-8")
    return experiment


@pytest.mark.usefixtures("tones_at_home")
@pytest.mark.parametrize(
    ("before", "after", "status", "error"),
    [
        ("seed = 7", "sead = 7", 78, "unknown key sead"),
        ("seed = 7", "seed = seven", 78, "is not TOML"),
        ("epochs = 25", 'epochs = "many"', 78, "epochs"),
        ('folder = "tones"', 'folder = "tunes"', 1, "no esc50.csv in"),
        ('folder = "tones"', 'folder = "tones"\nlabels = ["lowtone"]', 1, "no label lowtone"),
        ('folder = "tones"', 'folder = "tones"\nbackground = ["x"]', 1, "no label x"),
        ("held_out_fold = 3", "held_out_fold = 9", 1, "its folds are [1, 2, 3]"),
        ("[augment]", '[augment.background]\nlabels = ["x"]\n[augment]', 1, "no label x"),
        ("[augment]", '[augment.rooms]\nfolder = "x"\n[augment]', 1, "no impulse responses"),
        ("[augment]", '[teacher]\nweights = "x"\nlayers = [1]\n[augment]', 78, "teacher.weights"),
        ("[augment]", '[teacher]\nwaveform = "x"\n[augment]', 78, "teacher.waveform names"),
    ],
)
def test_a_wrong_experiment_is_refused_at_once(
    experiment_file: Path, tmp_path: Path, before: str, after: str, status: int, error: str
) -> None:
    """Keys, values, data, labels, folds and files are checked before slow imports."""
    ended = refused(changed(experiment_file, (before, after)), tmp_path, "export")
    assert ended[0] == status
    assert error in ended[1]


@pytest.mark.usefixtures("tones_at_home")
@pytest.mark.parametrize(
    ("verb", "options", "error"),
    [
        ("crossval", ("--folds", "1,7"), "no fold 7\n  hint: its folds are [1, 2, 3]"),
        ("train", ("--folds", "8"), "no fold 8\n  hint: its folds are [1, 2, 3]"),
        ("train", ("--fold", "9"), "no fold 9\n  hint: its folds are [1, 2, 3]"),
        ("crossval", ("--among", "low_tone,x"), "no label x"),
    ],
)
def test_a_wrong_option_is_refused_at_once(
    experiment_file: Path, tmp_path: Path, verb: str, options: tuple[str, ...], error: str
) -> None:
    """The hint has the folds and labels that there are."""
    status, printed = refused(experiment_file, tmp_path, verb, *options)
    assert status == 1
    assert error in printed
