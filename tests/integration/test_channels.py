"""Recordings with the sound on one side, on both, and in antiphase, through the whole program."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from daemon_process import NODE, running, soundpost
from health_reader import HealthReader
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from numpy.typing import NDArray

from sounds import RATE_HZ, siren

SIDES = {
    "plain": (1,),
    "left": (1, 0),
    "right": (0, 1),
    "both": (1, 1),
    "antiphase": (1, -1),
    "third": (0, 0, 1),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides the same siren, with a second of silence before it, on different channels."""
    path = tmp_path_factory.mktemp("sides")
    sound = 0.3 * siren(6.0, np.random.default_rng(1))
    pcm = np.rint(np.concatenate((np.zeros(RATE_HZ), sound / np.abs(sound).max())) * 16_000)
    for name, signs in SIDES.items():
        write(path / f"{name}.wav", pcm[:, np.newaxis] * np.array(signs))
    return path


def write(path: Path, pcm: NDArray[np.float64]) -> None:
    """Writes 16-bit samples."""
    soundfile.write(path, pcm.astype(np.int16), RATE_HZ, subtype="PCM_16")


def events(printed: str) -> list[dict[str, object]]:
    """Returns the printed messages without what differs between two files or two runs."""
    messages = [json.loads(line) for line in printed.splitlines()]
    return [{**message, "id": "", "seq": 0, "clip": ""} for message in messages]


def test_every_side_has_the_events_of_the_mono_file(folder: Path) -> None:
    """To the last digit of their scores; antiphase is named."""
    files = [str(folder / f"{name}.wav") for name in SIDES]
    expected = events(soundpost("listen", files[0]).stdout)
    assert any(message["label"] == "siren" for message in expected)
    for file in files[1:]:
        done = soundpost("listen", file)
        assert events(done.stdout) == expected, file
        assert ("antiphase" in done.stderr) == file.endswith("antiphase.wav"), done.stderr


def test_mix_cancels_antiphase_and_names_it(folder: Path) -> None:
    """As the user chose; the log says why there are no events."""
    done = soundpost("listen", "--channel", "mix", str(folder / "antiphase.wav"))
    assert not done.stdout
    assert "microphone, antiphase: " in done.stderr


def test_check_names_antiphase(folder: Path) -> None:
    """In the step `sound`, and not as a muted microphone."""
    done = soundpost("check", "--source", f"wav:{folder / 'antiphase.wav'}")
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("ok    sound")]
    assert "; antiphase: " in line
    assert "muted" not in line


def test_a_missing_channel_fails_its_file(folder: Path) -> None:
    """The others are read."""
    done = soundpost(
        "listen", "--channel", "2", str(folder / "plain.wav"), str(folder / "both.wav")
    )
    assert done.returncode == 1
    assert "plain.wav: expected at least 2 channels" in done.stderr
    assert events(done.stdout)


def test_health_names_antiphase(broker: Broker, subscriber: Subscriber, folder: Path) -> None:
    """A file is the source of a daemon like a microphone."""
    source = f"wav:{folder / 'antiphase.wav'}"
    with running("--source", source, "--node", NODE, "--broker", broker.url):
        HealthReader(subscriber).wait_for(["antiphase"])
