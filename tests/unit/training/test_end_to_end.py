"""From recordings to a bundle that the daemon runs."""

import base64
import csv
import json
import re
from pathlib import Path

import msgspec
import numpy as np
import pytest

from soundpost.classify import Classifier, load_bundle, replay_golden
from soundpost.cli import main as listen
from soundpost.features import LogMel
from soundpost.manifest import CARD_FILE, log_mel_input
from soundpost_training.bundle.proof import PROOF_FILE, Proof
from soundpost_training.cli import main
from soundpost_training.dataset.decode.audio import read_pcm
from soundpost_training.evaluate.calibration import Calibration
from soundpost_training.evaluate.evaluate import Evaluation

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides one folder for cache, runs and models of all tests here."""
    return tmp_path_factory.mktemp("exported")


def run(verb: str, experiment_file: Path, home: Path, *more: str) -> int:
    """Runs a verb with all its folders under `home`, and returns its exit status."""
    places = ["--cache", str(home / "cache"), "--runs", str(home / "runs")]
    return main([verb, "--config", str(experiment_file), *places, *more])


@pytest.mark.usefixtures("tones_at_home")
def test_recordings_become_a_bundle_that_recognises_them(
    experiment_file: Path, exported: Path, tones: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The daemon loads the exported bundle and recognises held-out clips."""
    assert run("prepare", experiment_file, exported) == 0
    assert "18 clips, 3 labels" in capsys.readouterr().out
    assert run("export", experiment_file, exported, "--models", str(exported / "models")) == 0
    bundle = load_bundle(exported / "models" / "tiny")
    classifier = Classifier(bundle)
    assert replay_golden(bundle, classifier).score_difference == 0.0
    manifest = bundle.manifest
    assert manifest.training.held_out_folds == [3]
    model_input = log_mel_input(manifest, "this test")
    names, frames = manifest.label_names, model_input.window_frames
    right = []
    for clip in sorted((tones / "audio").glob("3-*.wav")):
        log_mel = LogMel(model_input.features).compute(read_pcm(clip, 16_000))
        best = classifier.scores(log_mel[:frames]).argmax()
        right.append(names[best] == ["low_tone", "high_tone", "chirping_bird"][int(clip.stem[-1])])
    assert np.mean(right) >= 0.5  # one in three is chance; three tones are easy
    card = (exported / "models" / "tiny" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "Barely trained" not in card
    assert manifest.training.licence in card
    assert manifest.metrics[0].command in card
    assert "ESC-50" in card
    assert all(0.3 <= label.on_threshold <= 0.9 for label in manifest.labels)


@pytest.mark.usefixtures("tones_at_home")
def test_the_daemon_detects_with_the_bundle(
    experiment_file: Path, exported: Path, tones: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`soundpost listen` detects held-out recordings of every label."""
    assert run("export", experiment_file, exported, "--models", str(exported / "models")) == 0
    clips = sorted(str(path) for path in (tones / "audio").glob("3-*.wav"))
    capsys.readouterr()
    assert listen(["listen", "--bundle", str(exported / "models" / "tiny"), *clips]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["model"]["id"] for row in rows} == {"tiny"}
    detected = {(Path(row["clip"]).stem[-1], row["label"]) for row in rows}
    assert {("0", "low_tone"), ("1", "high_tone"), ("2", "chirping_bird")} <= detected


@pytest.mark.usefixtures("tones_at_home")
def test_a_report_is_self_contained(experiment_file: Path, exported: Path) -> None:
    """The page has its pictures inside and no script or foreign address; JSON has its figures."""
    assert run("evaluate", experiment_file, exported) == 0
    page = (exported / "runs" / "tiny" / "report.html").read_text(encoding="utf-8")
    pictures = re.findall(r'<img alt="[^"]+" src="data:image/png;base64,([A-Za-z0-9+/=]+)"', page)
    assert [base64.b64decode(picture)[:4] for picture in pictures] == [b"\x89PNG"] * 5
    assert page.count("<img") == 5
    assert not re.search(r"<script|https?://", page)
    kept = (exported / "runs" / "tiny" / "report.json").read_bytes()
    evaluation = msgspec.json.decode(kept, type=Evaluation)
    assert np.trace(evaluation.confusion) / 18 == pytest.approx(evaluation.summary.int8_mean)
    assert sum(label.clips for label in evaluation.labels) == 18
    assert np.mean([one.float_recall for one in evaluation.deltas]) == pytest.approx(
        evaluation.summary.real_mean
    )
    assert all(one.logit_cosine > 0.9 for one in evaluation.deltas)


@pytest.mark.usefixtures("tones_at_home")
def test_thresholds_are_printed_and_stored(
    experiment_file: Path, exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each label's threshold is printed; the held-out fold is not used to choose them."""
    budget = "[calibrate]\nfalse_alarms_per_hour = 1e6\n"  # seconds of clips: each counts a lot
    text = experiment_file.read_text(encoding="utf-8")
    experiment_file.write_text(text + budget, encoding="utf-8")
    assert run("calibrate", experiment_file, exported) == 0
    printed = capsys.readouterr().out
    kept = (exported / "runs" / "tiny" / "calibration.json").read_bytes()
    calibration = msgspec.json.decode(kept, type=Calibration)
    assert calibration.folds == [1, 2]
    assert all(f"{label.on_threshold:.3f}" in printed for label in calibration.labels)
    assert all(label.name in printed for label in calibration.labels)


@pytest.mark.usefixtures("tones_at_home")
def test_a_new_version_needs_no_new_training(experiment_file: Path, exported: Path) -> None:
    """The bundle's name and the calibration may change without another run."""
    text = experiment_file.read_text(encoding="utf-8").replace('"0.1.0"', '"0.2.0"')
    budget = "[calibrate]\nfalse_alarms_per_hour = 9.0\n"
    experiment_file.write_text(text + budget, encoding="utf-8")
    weights = exported / "runs" / "tiny" / "fold3" / "model.keras"
    before = weights.stat().st_mtime_ns
    assert run("export", experiment_file, exported, "--models", str(exported / "newer")) == 0
    assert load_bundle(exported / "newer" / "tiny").manifest.version == "0.2.0"
    assert weights.stat().st_mtime_ns == before


@pytest.mark.usefixtures("tones_at_home")
def test_a_bundle_of_all_folds_has_a_proof(experiment_file: Path, exported: Path) -> None:
    """Its twin held out the last fold, and the stored scores give the stated accuracy."""
    text = experiment_file.read_text(encoding="utf-8").replace("held_out_fold = 3\n", "")
    experiment_file.write_text(text.replace('id = "tiny"', 'id = "whole"'), encoding="utf-8")
    places = ("--models", str(exported / "models"), "--proof", str(exported / "proofs"))
    assert run("export", experiment_file, exported, *places) == 0
    shipped = load_bundle(exported / "models" / "whole").manifest
    assert (shipped.training.folds, shipped.training.held_out_folds) == ([1, 2, 3], [])
    folder = exported / "proofs" / "whole"
    proof = msgspec.json.decode((folder / PROOF_FILE).read_bytes(), type=Proof)
    twin = load_bundle(folder / proof.twin).manifest
    assert (proof.bundle, twin.id) == (shipped, "whole-fold3")
    assert (twin.training.folds, twin.training.held_out_folds) == ([1, 2], [3])
    weights = exported / "runs" / "tiny" / "all" / "model.tflite"
    assert weights.read_bytes() == (exported / "models" / "whole" / "model.tflite").read_bytes()
    for card in (exported / "models" / "whole", folder / proof.twin):
        assert f"recipe `{proof.recipe}`" in (card / CARD_FILE).read_text(encoding="utf-8")
    with np.load(folder / "scores.npz") as kept:
        right = kept["int8"].argmax(axis=1) == kept["truth"]
        folds = [right[kept["folds"] == fold].mean() for fold in (1, 2, 3)]
    assert np.mean(folds) == pytest.approx(shipped.metrics[0].value)


@pytest.mark.usefixtures("tones_at_home")
def test_a_bundle_that_held_a_fold_out_needs_no_proof(
    experiment_file: Path, exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--proof` is refused with the fold that the bundle is scored on."""
    assert run("export", experiment_file, exported, "--proof", str(exported / "none")) == 78
    assert "held out fold 3" in capsys.readouterr().err
    assert not (exported / "none").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("tones_at_home")
def test_other_int8_settings_need_no_new_training(experiment_file: Path, exported: Path) -> None:
    """Another int8 model is made of the same network, with the same calibration windows."""
    assert run("train", experiment_file, exported, "--fold", "2") == 0
    folder = exported / "runs" / "tiny" / "fold2"
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    text = experiment_file.read_text(encoding="utf-8")
    aware = "[quantize]\naware_epochs = 2\naware_learning_rate = 1e-4\n"
    experiment_file.write_text(text + aware, encoding="utf-8")
    assert run("train", experiment_file, exported, "--fold", "2") == 0
    after = {name: (folder / name).read_bytes() for name in before}
    assert after["model.keras"] == before["model.keras"]
    assert msgspec.json.decode(after["int8.json"])["settings"]["aware_epochs"] == 2
    assert msgspec.json.decode(before["int8.json"])["settings"] == {}
    rows = list(csv.reader(before["int8_calibration.csv"].decode().splitlines()))
    assert after["int8_calibration.csv"] == before["int8_calibration.csv"]
    assert (rows[0], len(rows)) == (["clip", "first_frame"], 21)
    assert all(clip.startswith(("audio/1-", "audio/3-")) for clip, _ in rows[1:])
    assert {int(frame) % 32 for _, frame in rows[1:]} == {0}
    experiment_file.write_text(text, encoding="utf-8")
    assert run("train", experiment_file, exported, "--fold", "2") == 0
    assert (folder / "model.tflite").read_bytes() == before["model.tflite"]


@pytest.mark.usefixtures("tones_at_home")
def test_exporting_again_gives_the_same_bytes(experiment_file: Path, exported: Path) -> None:
    """A bundle is a function of its run; the second export leaves no other files."""
    models = exported / "models"
    arguments = ("export", experiment_file, exported, "--models", str(models))
    assert run(*arguments) == 0
    before = {path.name: path.read_bytes() for path in (models / "tiny").iterdir()}
    assert run(*arguments) == 0
    assert {path.name: path.read_bytes() for path in (models / "tiny").iterdir()} == before
    assert {path.name for path in models.iterdir()} <= {"tiny", "whole"}


@pytest.mark.usefixtures("tones_at_home")
def test_a_bundle_that_cannot_be_written_is_an_error(
    experiment_file: Path, exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A models folder that is a file gives one line and a hint, and no traceback."""
    goal = exported / "occupied"
    goal.write_text("", encoding="utf-8")
    assert run("export", experiment_file, exported, "--models", str(goal)) == 1
    assert "hint:" in capsys.readouterr().err


@pytest.mark.usefixtures("tones_at_home")
def test_a_changed_experiment_does_not_use_old_weights(
    experiment_file: Path, exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same name with other settings is refused with the folder of the older run."""
    assert run("train", experiment_file, exported, "--fold", "3") == 0
    text = experiment_file.read_text(encoding="utf-8")
    experiment_file.write_text(text.replace("seed = 7", "seed = 8"), encoding="utf-8")
    assert run("train", experiment_file, exported, "--fold", "3") == 1
    assert "holds a run of another experiment" in capsys.readouterr().err


@pytest.mark.usefixtures("tones_at_home")
def test_accuracy_among_some_labels_is_printed(
    experiment_file: Path, exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--among` adds a second table; unknown labels and a single label are refused."""
    assert run("crossval", experiment_file, exported, "--among", "low_tone, high_tone") == 0
    printed = capsys.readouterr().out
    assert "clip accuracy among 2 labels" in printed
    assert printed.count("mean ± sd") == 2
    refused = (
        ("low_tone,fox", "has no label fox"),
        ("low_tone", "leaves nothing"),
        (",", "leaves nothing"),
    )
    for labels, why in refused:
        assert run("crossval", experiment_file, exported, "--among", labels) == 1
        assert why in capsys.readouterr().err
