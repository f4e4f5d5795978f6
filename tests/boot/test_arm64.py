"""The arm64 package on an emulated Raspberry Pi: the same results as on this machine."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon_process import soundpost
from debian_root import EMULATOR, built_package, foreign_root, unpack
from made_sounds import write_recording

pytestmark = [pytest.mark.boot, pytest.mark.timeout(900)]

SOUNDPOST = ("/usr/bin/python3", "-I", "/usr/bin/soundpost")
SCORE_TOLERANCE = 0.025
"""As measured between two runtimes: kernels round the last step of an int8 logit differently."""


@pytest.fixture(scope="module")
def pi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
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
        # Two labels fit the smoke alarm, which share its score: rounding may decide between them.
        write_recording(root / "evening.wav", without=("smoke alarm",))
        yield root
    finally:
        subprocess.run(["umount", "--recursive", root], check=True)


def run_emulated(root: Path, *arguments: str) -> str:
    """Runs soundpost there; returns both output streams."""
    emulated = ["chroot", str(root), str(EMULATOR), *SOUNDPOST, *arguments]
    done = subprocess.run(
        emulated, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.stdout


def test_the_golden_vectors_pass_on_arm64(pi: Path) -> None:
    """PCM, log-mel and scores agree within the tolerances of `run`."""
    source = "wav:/evening.wav"
    output = run_emulated(pi, "check", "--source", source, "--broker", "mqtt://127.0.0.1:1")
    outcomes = {line[6:14].strip(): line[:4].strip() for line in output.splitlines()}
    assert {outcomes[step] for step in ("config", "bundle", "golden", "sound")} == {"ok"}, output
    print(next(line for line in output.splitlines() if "golden" in line))  # noqa: T201 - a figure


def test_a_recording_has_the_same_detections_on_arm64(pi: Path) -> None:
    """Every event has the same label, states and times, and nearly the same score."""
    there = detections_of(run_emulated(pi, "listen", "/evening.wav"))
    here = detections_of(soundpost("listen", str(pi / "evening.wav")).stdout)
    assert len({label for label, *_ in here}) > 1
    assert [row[:-1] for row in there] == [row[:-1] for row in here]
    scores = [(row[-1], other[-1]) for row, other in zip(here, there, strict=True)]
    assert max(abs(score - other) for score, other in scores) <= SCORE_TOLERANCE


def detections_of(lines: str) -> list[tuple[str, str, str, str | None, float]]:
    """Returns label, state, times and score of each message among the lines."""
    rows = [json.loads(line) for line in lines.splitlines() if line.startswith("{")]
    return [(row["label"], row["state"], row["onset"], row["offset"], row["score"]) for row in rows]
