"""One label and its background: from recordings to a bundle that the daemon runs."""

import csv
import json
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

from soundpost.classify import Classifier, load_bundle, replay_golden
from soundpost.cli import main as soundpost
from soundpost.features import LogMel
from soundpost.manifest import log_mel_input
from soundpost_training.bundle.proof import PROOF_FILE, Proof
from soundpost_training.cli import main
from soundpost_training.dataset.decode.audio import read_pcm
from soundpost_training.errors import MISSED_BUDGET
from soundpost_training.evaluate.calibration import Calibration
from soundpost_training.evaluate.evaluate import Evaluation

pytestmark = [pytest.mark.training, pytest.mark.slow]

WHISTLE, OTHERS = "high_tone", ("chirping_bird", "low_tone")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, tones: Path) -> Path:
    """Provides a folder of a label and two of background, and one for everything that is made."""
    folder = tmp_path_factory.mktemp("home")
    with (tones / "esc50.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            target = folder / "recordings" / row["category"] / f"take{row['filename'][0]}" / "a.wav"
            target = target.with_stem(f"{row['take']}")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(tones / "audio" / row["filename"], target)
    return folder


@pytest.fixture
def whistle(experiment_file: Path, home: Path) -> Path:
    """Provides the file of an experiment that is to find the whistle."""
    text = experiment_file.read_text(encoding="utf-8")
    data = f'kind = "folders"\nfolder = "{home / "recordings"}"\nfolds = 2\n'
    data += f"background = {json.dumps(OTHERS)}\n"
    steady = "mix_share = 0.0\nmasks = 0\nband_shift = 0\nnegative_share = 0.2\n"
    text = text.replace("mix_share = 0.5\n", steady).replace("epochs = 25", "epochs = 50")
    text = text.replace("held_out_fold = 3", "held_out_fold = 2")
    text = text.replace('kind = "esc50"\nfolder = "tones"\n', data)
    experiment_file.write_text(text.replace('"tiny"', '"whistle"'), encoding="utf-8")
    return experiment_file


def run(verb: str, experiment: Path, home: Path, *more: str) -> int:
    """Runs a verb with all its folders under `home`, and returns its exit status."""
    places = ["--cache", str(home / "cache"), "--runs", str(home / "runs")]
    return main([verb, "--config", str(experiment), *places, *more])


def test_the_bundle_has_the_label_and_no_background(
    whistle: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its scores are those of the network that distinguishes the two."""
    assert run("prepare", whistle, home) == 0
    assert "chirping_bird, low_tone: trained as a second label" in " ".join(
        capsys.readouterr().out.split()
    )
    assert run("export", whistle, home, "--models", str(home / "models"), "--force") == 0
    assert "mean ± sd" in capsys.readouterr().out
    bundle = load_bundle(home / "models" / "whistle")
    manifest = bundle.manifest
    assert manifest.label_names == [WHISTLE]
    assert manifest.output.activation == "sigmoid"
    classifier = Classifier(bundle)
    assert replay_golden(bundle, classifier).score_difference == 0.0
    model_input = log_mel_input(manifest, "this test")
    front_end, frames = LogMel(model_input.features), model_input.window_frames
    scores: dict[str, list[float]] = {label: [] for label in (WHISTLE, *OTHERS)}
    for label in (WHISTLE, *OTHERS):
        for clip in sorted((home / "recordings" / label / "take3").iterdir()):
            log_mel = front_end.compute(read_pcm(clip, 16_000))
            (score,) = classifier.scores(log_mel[:frames])
            scores[label].append(float(score))
    assert min(scores.pop(WHISTLE)) > max(map(max, scores.values()))
    silence = front_end.compute(np.zeros(16_000, np.int16))
    assert classifier.scores(silence[:frames])[0] < 0.5


def test_the_daemon_detects_the_label_alone(
    whistle: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`soundpost listen` detects the whistle in its clips, and nothing in the others."""
    assert run("export", whistle, home, "--models", str(home / "models"), "--force") == 0
    clips = {
        label: sorted((home / "recordings" / label).rglob("*.wav")) for label in (WHISTLE, *OTHERS)
    }
    capsys.readouterr()
    files = [str(clip) for label in clips for clip in clips[label]]
    assert soundpost(["listen", "--bundle", str(home / "models" / "whistle"), *files]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    detected = {(row["clip"], row["label"]) for row in rows}
    assert detected
    assert detected <= {(str(clip), WHISTLE) for clip in clips[WHISTLE]}


def test_all_verbs_know_the_background(
    whistle: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Thresholds are of the label; accuracy and confusions are of label and background."""
    assert run("calibrate", whistle, home) in {0, MISSED_BUDGET}
    assert "background" not in capsys.readouterr().out
    stored = (home / "runs" / "whistle" / "calibration.json").read_bytes()
    calibration = msgspec.json.decode(stored, type=Calibration)
    assert [label.name for label in calibration.labels] == [WHISTLE]
    assert calibration.labels[0].quiet < 0.5
    assert calibration.chosen_on.detected > 0.5
    assert run("evaluate", whistle, home) == 0
    report = (home / "runs" / "whistle" / "report.json").read_bytes()
    evaluation = msgspec.json.decode(report, type=Evaluation)
    assert np.sum(evaluation.confusion, axis=1).tolist() == [6, 12]
    assert [label.name for label in evaluation.labels] == [WHISTLE]
    assert [delta.name for delta in evaluation.deltas] == [WHISTLE, "background"]
    assert run("crossval", whistle, home, "--arch", "boosting") == 0


@pytest.mark.slow
def test_a_bundle_of_all_folds_has_a_proof(whistle: Path, home: Path) -> None:
    """The twin of a single label is a bundle, too, and fine-tuned int8 is exported."""
    text = whistle.read_text(encoding="utf-8").replace("held_out_fold = 2\n", "")
    aware = "[quantize]\naware_epochs = 1\n"
    whistle.write_text(text.replace('id = "whistle"', 'id = "whole"') + aware, encoding="utf-8")
    places = ("--models", str(home / "models"), "--proof", str(home / "proofs"))
    assert run("export", whistle, home, *places) == 0
    proof = msgspec.json.decode((home / "proofs" / "whole" / PROOF_FILE).read_bytes(), type=Proof)
    assert load_bundle(home / "proofs" / "whole" / proof.twin).manifest.label_names == [WHISTLE]
    card = (home / "models" / "whole" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "12 clips of chirping_bird, low_tone are background" in " ".join(card.split())


@pytest.mark.slow
def test_a_teacher_teaches_one_label(whistle: Path, home: Path) -> None:
    """The network of another run scores label and background; silence is background to both."""
    assert run("crossval", whistle, home) == 0
    text = whistle.read_text(encoding="utf-8").replace('name = "whistle"', 'name = "taught"')
    whistle.write_text(text + '[teacher]\nruns = ["whistle"]\npool_passes = 4\n', encoding="utf-8")
    assert run("train", whistle, home, "--fold", "2") == 0
    with np.load(home / "runs" / "taught" / "fold2" / "lessons.npz") as arrays:
        assert arrays["told"].shape[1] == 2


@pytest.mark.slow
def test_rooms_reverberate_the_background_too(whistle: Path, home: Path) -> None:
    """Every clip of the second label has its copies."""
    record = home / "rooms" / "room.wav"
    record.parent.mkdir()
    shutil.copyfile(home / "recordings" / WHISTLE / "take1" / "0.wav", record)
    text = whistle.read_text(encoding="utf-8").replace('name = "whistle"', 'name = "rooms"')
    rooms = f'[augment.rooms]\nfolder = "{record.parent}"\ncopies = 1\n'
    mixing = "[augment.background]\nmix_share = 0.5\n"
    whistle.write_text(text + rooms + mixing, encoding="utf-8")
    assert run("train", whistle, home, "--fold", "2", "--epochs", "2") == 0


def test_a_missed_budget_is_named_and_has_a_status(
    whistle: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The label, its false alarms and the reason are printed; the thresholds are stored."""
    text = whistle.read_text(encoding="utf-8")
    budget = "[calibrate]\nlowest_on = 0.0\nhighest_on = 0.0\nfalse_alarms_per_hour = 0.1\n"
    whistle.write_text(text + budget, encoding="utf-8")
    assert run("calibrate", whistle, home) == MISSED_BUDGET == 3
    printed = capsys.readouterr()
    assert "over budget: high_tone, " in printed.err
    assert "against 0.1, at 0: the highest threshold allowed" in printed.err
    assert "1 of 1 labels miss the budget" in printed.err
    assert "0.000" in printed.out
    stored = (home / "runs" / "whistle" / "calibration.json").read_bytes()
    assert msgspec.json.decode(stored, type=Calibration).labels[0].on_threshold == 0.0


def test_some_folds_are_summarised_as_such(
    whistle: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table names the missing folds; the summary of all folds is not replaced."""
    assert run("crossval", whistle, home) == 0
    whole = (home / "runs" / "whistle" / "crossval.json").read_bytes()
    capsys.readouterr()
    assert run("crossval", whistle, home, "--folds", "1") == 0
    assert "of folds 1 only, not of 2" in " ".join(capsys.readouterr().out.split())
    assert (home / "runs" / "whistle" / "crossval.json").read_bytes() == whole
    some = (home / "runs" / "whistle" / "crossval-folds-1.json").read_bytes()
    assert [fold["fold"] for fold in msgspec.json.decode(some)["folds"]] == [1]
    history = home / "runs" / "whistle" / "fold1" / "history.csv"
    epochs = [line.partition(",")[0] for line in history.read_text(encoding="utf-8").splitlines()]
    assert epochs == [str(epoch) for epoch in range(1, 51)]
