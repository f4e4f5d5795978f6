"""From folders of recordings to a bundle: `soundpost-train quick`."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.classify import Classifier, load_bundle, replay_golden
from soundpost.cli import main as soundpost
from soundpost.errors import EX_CONFIG
from soundpost_training.cli import main
from soundpost_training.errors import MISSED_BUDGET

pytestmark = pytest.mark.training

RATE_HZ = 16_000
MODELS = Path(__file__).resolve().parents[4] / "models"


def sound(frequency_hz: float, seed: int, seconds: float = 3.0) -> np.ndarray:
    """Returns a pulsed tone in a little noise, float64[n]."""
    rng = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    tone = 0.3 * np.sin(2 * np.pi * frequency_hz * rng.uniform(0.95, 1.05) * time)
    return tone * (np.sin(2 * np.pi * 3 * time) > 0) + rng.normal(0, 0.003, len(time))


def write(path: Path, signal: np.ndarray) -> None:
    """Writes a recording, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, signal, RATE_HZ, "PCM_16")


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides folders of a whistle and a horn, and a background of two minutes."""
    folder = tmp_path_factory.mktemp("workshop")
    for take in range(4):
        write(folder / "sounds" / "whistle" / f"w{take}.wav", sound(3000.0, take))
        write(folder / "sounds" / "horn" / f"h{take}.wav", sound(300.0, 10 + take))
        noise = np.random.default_rng(20 + take).normal(0, 0.02, 30 * RATE_HZ)
        write(folder / "quiet" / f"q{take}.wav", noise)
    shutil.copytree(folder / "sounds" / "whistle", folder / "one" / "whistle")
    return folder


def run(folder: Path, *more: str) -> int:
    """Runs the command, and returns its exit status."""
    cache = folder.parent / "cache"
    return main(["quick", str(folder), "--cache", str(cache), "--backbone", "esc10", *more])


def test_one_label_and_a_background_make_a_bundle(
    workshop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The daemon runs it: golden vectors agree, the whistle is detected, the background is not."""
    out = workshop / "models" / "whistle-only"
    options = ("--out", str(out), "--background", str(workshop / "quiet"), "--folds", "2")
    assert run(workshop / "one", *options, "--licence", "CC0") == 0
    printed = capsys.readouterr().out
    assert "whistle: 4 clips, threshold" in printed
    assert "what to do next:" in printed
    assert "record more background: 0.03 h cannot show 1 false events an hour" in printed
    bundle = load_bundle(out)
    assert replay_golden(bundle, Classifier(bundle)).score_difference == 0.0
    assert bundle.manifest.output.activation == "sigmoid"
    assert bundle.manifest.label_names == ["whistle"]
    licence = bundle.manifest.training.licence
    assert licence.startswith("CC0; features: ")
    card = " ".join((out / "MODEL_CARD.md").read_text(encoding="utf-8").split())
    assert "frozen features of esc10" in card
    assert licence.partition("features: ")[2] in card
    detections = {"w0.wav": 0, "q0.wav": 0}
    files = [str(workshop / "one" / "whistle" / "w0.wav"), str(workshop / "quiet" / "q0.wav")]
    assert soundpost(["listen", "--bundle", str(out), *files]) == 0
    for line in capsys.readouterr().out.splitlines():
        detections[Path(json.loads(line)["clip"]).name] += 1
    assert detections["w0.wav"] >= 1
    assert detections["q0.wav"] == 0


def test_several_labels_without_a_background_exclude_each_other(
    workshop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each held-out clip is recognised, and the advice asks for background."""
    out = workshop / "models" / "two"
    assert run(workshop / "sounds", "--out", str(out), "--folds", "2") in {0, MISSED_BUDGET}
    printed = capsys.readouterr().out
    assert "Accuracy of clips: **100.00% ± 0.00%**" in printed
    assert "--background" in printed
    manifest = load_bundle(out).manifest
    assert manifest.output.activation == "softmax"
    assert manifest.label_names == ["horn", "whistle"]
    assert {metric.name for metric in manifest.metrics} == {
        "clip_accuracy_float",
        "window_agreement_int8_float",
    }


def test_a_label_without_background_is_refused(
    workshop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is nothing to distinguish it from; the hint names the option."""
    assert run(workshop / "one", "--out", str(workshop / "models" / "alone")) == 1
    error = capsys.readouterr().err
    assert "has the one label whistle and no background" in error
    assert "--background" in error


@pytest.mark.parametrize(
    ("clips", "error"),
    [
        ({}, "has no folder per label"),
        ({"pump/a.wav": b""}, "has no recordings of pump"),
        ({"pump/a.wav": b"not a recording", "pump/b.wav": b"neither"}, "at least two are needed"),
    ],
)
def test_a_folder_without_recordings_is_refused(
    tmp_path: Path,
    workshop: Path,
    capsys: pytest.CaptureFixture[str],
    clips: dict[str, bytes],
    error: str,
) -> None:
    """Empty folders, empty files and files of another kind end with one line and a hint."""
    (tmp_path / "data").mkdir()
    for name, content in clips.items():
        path = tmp_path / "data" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    options = ["--out", str(tmp_path / "bad"), "--background", str(workshop / "quiet")]
    status = run(tmp_path / "data", *options)
    printed = capsys.readouterr().err
    assert status == 1
    assert error in printed
    assert not (tmp_path / "bad").exists()


def test_one_clip_is_too_few(
    tmp_path: Path, workshop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A label must be in two folds, so that it can be held out and be fitted on."""
    write(tmp_path / "data" / "pump" / "only.wav", sound(500.0, 1))
    options = ("--out", str(tmp_path / "bad"), "--background", str(workshop / "quiet"))
    assert run(tmp_path / "data", *options) == 1
    assert "at least two are needed" in capsys.readouterr().err


def test_unreadable_recordings_are_left_out_by_name(
    tmp_path: Path, workshop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others make the bundle."""
    shutil.copytree(workshop / "sounds", tmp_path / "data")
    (tmp_path / "data" / "horn" / "broken.wav").write_bytes(b"RIFFnonsense")
    out = tmp_path / "models" / "rest"
    assert run(tmp_path / "data", "--out", str(out), "--folds", "2") in {0, MISSED_BUDGET}
    assert "broken.wav" in capsys.readouterr().err
    assert load_bundle(out).manifest.label_names == ["horn", "whistle"]


def test_a_damaged_backbone_is_refused(
    tmp_path: Path, workshop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its hash does not fit its manifest; so is a name that no bundle has."""
    shutil.copytree(MODELS / "esc10", tmp_path / "esc10")
    model = tmp_path / "esc10" / "model.tflite"
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 0xFF
    model.write_bytes(content)
    out = ("--out", str(tmp_path / "bad"))
    assert run(workshop / "sounds", *out, "--backbone", f"{tmp_path}/esc10") != 0
    assert "model.tflite is damaged" in capsys.readouterr().err
    assert run(workshop / "sounds", *out, "--backbone", "no-such-bundle") != 0
    assert "no bundle 'no-such-bundle'" in capsys.readouterr().err
    assert run(workshop / "sounds", *out, "--backbone", "gone.tflite@7,8") == 1
    assert "gone.tflite cannot be read" in capsys.readouterr().err
    assert run(workshop / "sounds", *out, "--backbone", "gone.tflite@7,x") == EX_CONFIG
    assert "expected layers of YAMNet with commas, got @7,x" in capsys.readouterr().err
