"""BirdNET 2.4 as it is published: imported, equal to its bare interpreter, quiet in noise."""

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from birdnet import BirdNet
from daemon_process import running, soundpost
from foreign_bundle import BareModel, ForeignModel
from health_reader import HealthReader
from mosquitto import Broker
from mqtt_subscriber import Subscriber

from soundpost.audio import Pcm
from soundpost.classify import Classifier, load_bundle
from soundpost.importer.noise import NOISES, Noise

pytestmark = [pytest.mark.network, pytest.mark.timeout(3_600)]

RATE_HZ, WINDOW_SAMPLES, LABELS = 48_000, 144_000, 6_522
WINDOWS, TOLERANCE = 100, 1e-6
MINUTES = 10
MOST_MEMORY_MB = 260.0
SECONDS_TO_PEAK = 5.0
"""Sound after which the daemon has classified windows and published health."""
OTHER_SEEDS = 777_000_000
"""Not those of the import."""


@dataclass(frozen=True)
class Imported:
    """The bundle, and what the import printed."""

    folder: Path
    printed: str


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory, birdnet: BirdNet) -> Imported:
    """Provides the bundle, imported as docs/MODELS.md has it."""
    models = tmp_path_factory.mktemp("models")
    done = soundpost(
        *("bundle", "import", str(birdnet.model), "--labels", str(birdnet.labels)),
        *("--rate", "48000", "--range-model", str(birdnet.range_model), "--language", "en"),
        *("--name", "birdnet", "--licence", "CC BY-NC-SA 4.0", "--to", str(models)),
        timeout_seconds=3_600.0,
    )
    assert done.returncode == 0, done.stderr
    return Imported(models / "birdnet", done.stdout)


def test_it_is_imported_with_all_labels(imported: Imported) -> None:
    """The woodpecker that it finds in white noise gets a threshold above that."""
    manifest = load_bundle(imported.folder).manifest
    assert (len(manifest.labels), manifest.output.activation) == (LABELS, "sigmoid")
    assert (manifest.input.sample_rate_hz, manifest.input.stride_samples) == (RATE_HZ, RATE_HZ)
    assert manifest.range is not None
    labels = {label.name: label for label in manifest.labels}
    assert labels["tawny_owl"].scientific_name == "Strix aluco"
    woodpecker = labels["lesser_spotted_woodpecker"]
    assert woodpecker.noise_score == pytest.approx(0.6, abs=0.1)
    assert woodpecker.on_threshold > 0.65
    assert "lesser_spotted_woodpecker: 0.6" in imported.printed


def test_the_rate_is_needed(birdnet: BirdNet, tmp_path: Path) -> None:
    """The file does not state it."""
    done = soundpost(
        *("bundle", "import", str(birdnet.model), "--labels", str(birdnet.labels)),
        *("--licence", "CC BY-NC-SA 4.0", "--to", str(tmp_path)),
    )
    assert done.returncode == 1
    assert "--rate is needed: 144000 samples are 3 s at 48 kHz" in done.stderr


def test_scores_are_those_of_the_bare_interpreter(
    imported: Imported, birdnet: BirdNet, shared_data: Path
) -> None:
    """On 100 windows of birds, frogs and insects."""
    bundle = load_bundle(imported.folder)
    classifier = Classifier(bundle)
    names = tuple(bundle.manifest.label_names)
    bare = BareModel(
        ForeignModel(
            birdnet.model.read_bytes(), "tflite", RATE_HZ, WINDOW_SAMPLES, names, "sigmoid", RATE_HZ
        )
    )
    windows = recorded_windows(shared_data)
    assert len(windows) == WINDOWS
    assert (
        max(np.abs(classifier.scores(row) - bare.scores(row)).max() for row in windows) <= TOLERANCE
    )


def recorded_windows(shared_data: Path) -> list[Pcm]:
    """Returns windows of clips of ESC-50, whose samples stand for those at 48 kHz."""
    with (shared_data / "esc50" / "esc50.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["category"] in {"crow", "frog", "hen"}]
    clips = [
        soundfile.read(shared_data / "esc50/audio" / row["filename"], dtype="int16")[0]
        for row in rows
    ]
    samples = np.concatenate(clips)
    return [samples[at * 40_000 : at * 40_000 + WINDOW_SAMPLES] for at in range(WINDOWS)]


def test_a_crow_is_detected(imported: Imported, shared_data: Path) -> None:
    """By its common name, its scientific name and its slug."""
    with (shared_data / "esc50" / "esc50.csv").open(encoding="utf-8") as file:
        rows = [row["filename"] for row in csv.DictReader(file) if row["category"] == "crow"]
    files = [str(shared_data / "esc50" / "audio" / name) for name in rows[:2]]
    done = soundpost("listen", "--bundle", str(imported.folder), *files, timeout_seconds=600.0)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"american_crow", "hooded_crow", "carrion_crow"} & {row["label"] for row in events}


@pytest.mark.parametrize("noise", [NOISES[0], *NOISES[3:6], NOISES[-1]], ids=str)
def test_ten_minutes_of_noise_have_no_event(
    imported: Imported, tmp_path: Path, noise: Noise
) -> None:
    """Silence, hum, white and pink noise, of other seeds than the import's."""
    path = tmp_path / "noise.wav"
    with soundfile.SoundFile(path, "w", RATE_HZ, 1, "PCM_16") as file:
        if noise.kind == "hum":  # another mixture each minute would begin with a click
            file.write(noise.part(MINUTES * 60 * RATE_HZ, RATE_HZ, OTHER_SEEDS))
        else:
            for minute in range(MINUTES):
                file.write(noise.part(60 * RATE_HZ, RATE_HZ, OTHER_SEEDS + minute))
    done = soundpost("listen", "--bundle", str(imported.folder), str(path), timeout_seconds=3_600.0)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_daemon_fits_into_its_memory(
    imported: Imported, broker: Broker, subscriber: Subscriber, tmp_path: Path
) -> None:
    """Also while it starts, when it runs the range model for the place."""
    noise = np.random.default_rng(1).normal(0.0, 300.0, 60 * RATE_HZ).astype(np.int16)
    soundfile.write(tmp_path / "noise.wav", noise, RATE_HZ)
    config = tmp_path / "soundpost.toml"
    config.write_text(
        f'classify.bundle = "{imported.folder}"\nnode.latitude = 52.5\nnode.longitude = 13.4\n'
        f'capture.source = "wav:{tmp_path}/noise.wav"\n'
        f'mqtt.outbox = "{tmp_path}/outbox.db"\nmqtt.broker = "{broker.url}"\n'
        "mqtt.health_seconds = 1\n"
    )
    with running("--config", str(config)) as daemon:
        reader = HealthReader(subscriber)
        while reader.wait_for([])["heard_seconds"] < SECONDS_TO_PEAK:
            pass
        status = Path(f"/proc/{daemon.process.pid}/status").read_text()
        code, errors = daemon.terminate()
    assert code == 0, errors
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    assert int(found[1]) * 1024 / 1e6 <= MOST_MEMORY_MB
