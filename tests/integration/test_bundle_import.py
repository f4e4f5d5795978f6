"""`soundpost bundle` with YAMNet as it is published, as a real process."""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from daemon_process import soundpost
from foreign_bundle import BareModel, yamnet

from soundpost.classify import Classifier, load_bundle

WINDOWS = 100
TOLERANCE = 1e-6


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Path:
    """Provides the bundle, imported by its metadata alone, with the map of groups."""
    models = tmp_path_factory.mktemp("models")
    done = soundpost(
        *("bundle", "import", str(shared_data / "yamnet" / "yamnet.tflite"), "--to", str(models)),
        *("--licence", "Apache-2.0", "--groups", "yamnet", "--noise-seconds", "20"),
    )
    assert done.returncode == 0, done.stderr
    assert "input   waveform of 15600 samples, 0.975 s at 16 kHz" in done.stdout
    assert "scores  none: the model has a sigmoid inside" in done.stdout
    assert "labels  521 from yamnet_label_list.txt in the model's metadata" in done.stdout
    assert "white_noise: 0." in done.stdout
    return models / "yamnet"


def dog_bark(shared_data: Path) -> Path:
    """Returns a recording of a dog."""
    with (shared_data / "esc50" / "esc50.csv").open(encoding="utf-8") as file:
        name = next(row["filename"] for row in csv.DictReader(file) if row["category"] == "dog")
    return shared_data / "esc50" / "audio" / name


def test_a_dog_is_detected_by_the_imported_model(imported: Path, shared_data: Path) -> None:
    """As by a bundle of our own, with labels and groups."""
    done = soundpost("listen", "--bundle", str(imported), str(dog_bark(shared_data)))
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"dog", "bark"} <= {row["label"] for row in rows}
    assert {row["model"]["id"] for row in rows} == {"yamnet"}
    animals = soundpost(
        *("listen", "--bundle", str(imported), "--include", "animals", "--summary"),
        str(dog_bark(shared_data)),
    )
    assert "dog " in animals.stdout


def test_scores_are_those_of_the_bare_interpreter(imported: Path, shared_data: Path) -> None:
    """On 100 windows of a recording and of noise."""
    model = yamnet(shared_data)
    bare, bundle = BareModel(model), load_bundle(imported)
    classifier = Classifier(bundle)
    sound, _ = soundfile.read(dog_bark(shared_data), dtype="int16")
    noise = np.random.default_rng(0).normal(0, 3_000, WINDOWS * model.window_samples // 2)
    samples = np.concatenate([sound, noise.astype(np.int16)])
    starts = np.linspace(0, len(samples) - model.window_samples, WINDOWS).astype(int)
    windows = [samples[at : at + model.window_samples] for at in starts]
    differences = [
        np.abs(classifier.scores(window) - bare.scores(window)).max() for window in windows
    ]
    assert max(differences) <= TOLERANCE


def test_the_bundle_is_shown_verified_and_listed(
    imported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its name, if the folder of models is set."""
    monkeypatch.setitem(os.environ, "SOUNDPOST_MODELS", str(imported.parent))
    shown = soundpost("bundle", "show", "yamnet")
    assert "licence     Apache-2.0\n" in shown.stdout
    verified = soundpost("bundle", "verify", "yamnet")
    assert (verified.returncode, verified.stdout.count("ok  ")) == (0, 3)
    found = soundpost("bundle", "labels", "yamnet", "--find", "owl", "--json")
    assert {"owl", "hoot"} & {row["label"] for row in json.loads(found.stdout)}
    assert "yamnet" in soundpost("bundles").stdout


def test_a_second_import_needs_force(imported: Path, shared_data: Path) -> None:
    """Nothing is replaced by accident; the refusal comes at once."""
    model = shared_data / "yamnet" / "yamnet.tflite"
    done = soundpost(
        *("bundle", "import", str(model), "--to", str(imported.parent), "--licence", "x")
    )
    assert done.returncode == 1
    assert "exists\n  hint: give another --name, or --force" in done.stderr


def test_a_model_that_is_broken_is_one_line_and_a_hint(tmp_path: Path) -> None:
    """No traceback, and exit status 1."""
    model, labels = tmp_path / "model.tflite", tmp_path / "labels.txt"
    model.write_bytes(b"\x1c\0\0\0TFL3" + b"\0" * 100)
    labels.write_text("Dog\n")
    done = soundpost(
        *("bundle", "import", str(model), "--labels", str(labels), "--rate", "16000"),
        *("--licence", "x", "--to", str(tmp_path)),
    )
    assert done.returncode == 1
    assert done.stderr.startswith("ERROR soundpost: model.tflite: the TFLite runtime refuses")
    assert "Traceback" not in done.stderr
