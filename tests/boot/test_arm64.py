"""The arm64 package on a Pi's processor, emulated: the same verdicts as here."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from daemon_process import soundpost
from debian_root import EMULATOR, built_package, foreign_root, unpack

pytestmark = [pytest.mark.boot, pytest.mark.timeout(900)]

RATE_HZ = 16_000
SOUNDPOST = ("/usr/bin/python3", "-I", "/usr/bin/soundpost")
LOW = "decide.on_threshold = 0.2\ndecide.off_threshold = 0.1\n"


@pytest.fixture(scope="module")
def pi(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Iterator[Path]:
    """An arm64 Debian with the package's files and a recording."""
    layers = tmp_path_factory.mktemp("arm64")
    upper, work, root = (layers / name for name in ("upper", "work", "root"))
    for folder in (upper, work, root):
        folder.mkdir()
    lower = f"lowerdir={foreign_root()},upperdir={upper},workdir={work}"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", lower, root], check=True)
    try:
        subprocess.run(["mount", "-t", "proc", "proc", root / "proc"], check=True)
        unpack(built_package(12, "arm64"), root)
        _write_evening(root / "evening.wav", shared_data)
        (root / "low.toml").write_text(LOW)
        yield root
    finally:
        subprocess.run(["umount", "--recursive", root], check=True)


def _write_evening(path: Path, shared_data: Path) -> None:
    folder = shared_data / "esc50" / "audio"
    clips = [soundfile.read(clip)[0] for clip in sorted(folder.glob("5-*.flac"))[::40]]
    soundfile.write(path, np.concatenate(clips), RATE_HZ, subtype="PCM_16")


def on_the_pi(root: Path, *arguments: str) -> str:
    """What soundpost prints there, both streams."""
    emulated = ["chroot", str(root), str(EMULATOR), *SOUNDPOST, *arguments]
    done = subprocess.run(
        emulated, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.stdout


def test_the_golden_vectors_give_what_they_gave_in_training(pi: Path) -> None:
    """PCM to log-mel to scores, on this processor, within what `run` demands."""
    told = on_the_pi(pi, "check", "--source", "wav:/evening.wav", "--broker", "mqtt://127.0.0.1:1")
    verdicts = {line[6:14].strip(): line[:4].strip() for line in told.splitlines()}
    assert {verdicts[step] for step in ("config", "bundle", "golden", "sound")} == {"ok"}, told
    print(next(line for line in told.splitlines() if "golden" in line))  # noqa: T201 - a figure


def test_a_recording_is_told_as_here(pi: Path) -> None:
    """Every event has the same label, state, times and score as on this machine."""
    there = on_the_pi(pi, "listen", "--config", "/low.toml", "/evening.wav")
    here = soundpost("listen", "--config", str(pi / "low.toml"), str(pi / "evening.wav")).stdout
    assert told(there) == told(here)
    assert len({label for label, *_ in told(here)}) > 1


def told(lines: str) -> list[tuple[object, ...]]:
    """What matters of the messages among the lines."""
    rows = [json.loads(line) for line in lines.splitlines() if line.startswith("{")]
    return [(row["label"], row["state"], row["onset"], row["offset"], row["score"]) for row in rows]
