"""Evidence of the real process: every published clip is in the folder, and no other."""

import json
from pathlib import Path

import pytest
import soundfile
from daemon_process import DETECTIONS, HEALTH, STATUS, running, soundpost
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from recording import write_tones

RATE_HZ = 16_000
TINY = Path(__file__).resolve().parents[1] / "golden" / "tiny-int8"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds of alternating tones and noise, in which the tiny model detects events."""
    path = tmp_path_factory.mktemp("recording") / "tones.wav"
    write_tones(path)
    return path


def test_every_published_clip_is_in_the_folder(
    broker: Broker, recording: Path, tmp_path: Path
) -> None:
    """It has audio, picture and message; health counts it, and `clips` lists it."""
    folder, config = tmp_path / "clips", tmp_path / "soundpost.toml"
    config.write_text(
        "[decide]\non_threshold = 0.36\noff_threshold = 0.33\nsmoothing_windows = 2\n"
        f'[evidence]\nfolder = "{folder}"\nkeep_free_megabytes = 0\n'
    )
    sound = ["--source", f"wav:{recording}", "--pace", "fast", "--bundle", str(TINY)]
    with Subscriber(broker.port, "soundpost/#") as subscriber:
        with running("--config", str(config), "--broker", broker.url, *sound) as daemon:
            status, errors = daemon.wait()
        assert status == 0, errors
        messages = subscriber.wait_for(
            lambda got: any(m.topic == STATUS and m.payload == b"offline" for m in got)
        )
    published = [json.loads(m.payload) for m in messages if m.topic == DETECTIONS]
    clips = [row["clip"] for row in published if row["state"] == "ended"]
    assert clips
    assert not [row for row in published if row["state"] != "ended" and row["clip"]]
    assert sorted(path.name for path in folder.glob("*.flac")) == sorted(clips)
    for row in published:
        if row["state"] == "ended":
            sidecar = json.loads((folder / row["clip"]).with_suffix(".json").read_bytes())
            assert sidecar["detection"] == row
            samples, rate_hz = soundfile.read(folder / row["clip"])
            assert (len(samples) / rate_hz, rate_hz) == (
                pytest.approx(sidecar["seconds"], abs=0.001),
                RATE_HZ,
            )
    counters = json.loads([m for m in messages if m.topic == HEALTH][-1].payload)["counters"]
    assert (counters["clips_kept"], counters["clips_lost"]) == (len(clips), 0)
    listed = soundpost("clips", "--config", str(config))
    assert [line.split()[0] for line in listed.stdout.splitlines()] == sorted(clips)
