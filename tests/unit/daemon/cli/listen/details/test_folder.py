"""The details of a recording, as the program writes them."""

import csv
import json
import os
import wave
from pathlib import Path
from typing import Any

import pytest
from daemon_process import soundpost
from full_disk import Disk
from recording import RATE_HZ, write_tones
from sample_archive import write_models

FILES = {
    *("result.json", "events.csv", "scores.csv", "labels.txt", "spectrogram.png", "sound.wav"),
}
SECONDS = 12.0


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides a recording in which two small models detect events."""
    folder = tmp_path_factory.mktemp("tones")
    write_tones(folder / "tones.wav", SECONDS)
    write_models(folder)
    return folder


@pytest.fixture(scope="module")
def details(tones: Path) -> tuple[Path, list[dict[str, Any]]]:
    """Provides the folder of the details, and the JSON lines of the same run."""
    out = tones / "out"
    done = soundpost(*command(tones, "--details", str(out)))
    assert done.returncode == 0, done.stderr
    return out, [json.loads(line) for line in done.stdout.splitlines()]


def command(tones: Path, *more: str) -> list[str]:
    """Returns the arguments of a run with both models."""
    return ["listen", "--config", str(tones / "low-high.toml"), *more, str(tones / "tones.wav")]


def read_result(out: Path) -> dict[str, Any]:
    """Returns the content of `result.json`."""
    result: dict[str, Any] = json.loads((out / "result.json").read_bytes())
    return result


def test_events_are_those_of_the_lines(details: tuple[Path, list[dict[str, Any]]]) -> None:
    """In JSON, CSV and Audacity's labels, in their order."""
    out, lines = details
    ended = [line for line in lines if line["state"] == "ended"]
    events = read_result(out)["events"]
    assert len(events) == len(ended) > 3

    def of_line(line: dict[str, Any]) -> tuple[object, ...]:
        onset = float(line["onset"][len("1970-01-01T00:00:") : -1])
        return round(onset, 2), line["label"], line["score"], line["threshold"], line["level_dbfs"]

    def of_event(event: dict[str, Any]) -> tuple[object, ...]:
        figures = (event["score"], event["threshold"], event["level_dbfs"])
        return round(event["begin_seconds"] - 0.0005, 2), event["label"], *figures

    assert {of_event(event)[1:] for event in events} == {of_line(line)[1:] for line in ended}
    begins = [event["begin_seconds"] for event in events]
    assert begins == sorted(begins)
    assert all(0 <= each["begin_seconds"] < each["end_seconds"] <= SECONDS for each in events)
    with (out / "events.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["begin_seconds"]) for row in rows] == begins
    assert {row["model"] for row in rows} == {"low", "high"}
    labels = (out / "labels.txt").read_text().splitlines()
    assert [line.split("\t")[2] for line in labels] == [event["label"] for event in events]


def test_scores_are_there_for_each_window(details: tuple[Path, list[dict[str, Any]]]) -> None:
    """Their best one is that of the label; an event reached its threshold in them."""
    out, _ = details
    result = read_result(out)
    assert {model["id"] for model in result["models"]} == {"low", "high"}
    best = {}
    for model in result["models"]:
        begins = model["begin_seconds"]
        assert begins == sorted(begins)
        for label in model["best"]:
            assert len(label["scores"]) == len(begins)
            assert max(label["scores"]) == label["best"]
            assert label["scores"][begins.index(label["best_seconds"])] == label["best"]
            best[model["id"], label["label"]] = label["best"]
    for event in result["events"]:
        assert best[event["model"], event["label"]] >= event["score"] >= event["threshold"]
    with (out / "scores.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(len(model["begin_seconds"]) for model in result["models"])


def test_the_sound_and_the_picture_are_whole(details: tuple[Path, list[dict[str, Any]]]) -> None:
    """The sound is what the models receive: one channel, of the rate of capture."""
    out, _ = details
    assert {path.name for path in out.iterdir()} == FILES
    result = read_result(out)
    with wave.open(str(out / "sound.wav")) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        assert sound.getframerate() == result["rate_hz"]
        assert sound.getnframes() == result["seconds"] * result["rate_hz"]
    assert (result["seconds"], result["recorded_rate_hz"]) == (SECONDS, RATE_HZ)
    assert not result["is_cut"]
    assert (out / "spectrogram.png").read_bytes().startswith(b"\x89PNG")


def test_the_beginning_is_enough(tones: Path, tmp_path: Path) -> None:
    """With `--first` no more is read, and the result says that there is more."""
    done = soundpost(*command(tones, "--first", "2.5", "--details", str(tmp_path)))
    assert done.returncode == 0, done.stderr
    result = read_result(tmp_path)
    assert (result["seconds"], result["is_cut"]) == (2.5, True)
    assert all(event["end_seconds"] <= 2.5 for event in result["events"])


def test_a_broken_recording_has_a_result_that_says_why(tones: Path, tmp_path: Path) -> None:
    """Without the path of the file on this machine."""
    (tmp_path / "bad.wav").write_bytes(b"RIFF....WAVEgarbage" * 50)
    arguments = command(tones, "--details", str(tmp_path / "out"))[:-1]
    done = soundpost(*arguments, str(tmp_path / "bad.wav"))
    assert done.returncode == 1
    result = read_result(tmp_path / "out")
    assert "is not a sound file" in result["problem"]
    assert str(tmp_path) not in json.dumps(result)
    assert (result["events"], result["seconds"], result["recorded_rate_hz"]) == ([], 0.0, 0)


def test_details_are_of_one_recording(tones: Path, tmp_path: Path) -> None:
    """For many there is another command."""
    done = soundpost(*command(tones, "--details", str(tmp_path)), str(tones / "out" / "sound.wav"))
    assert done.returncode == 78
    assert "soundpost analyze" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_named(tones: Path, disk: Disk) -> None:
    """There is no result then that looks complete."""
    disk.fill()
    done = soundpost(*command(tones, "--details", str(disk.folder / "out")))
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (disk.folder / "out" / "result.json").exists()
