"""The arm64 package on a Pi's processor, emulated: the same verdicts as here."""

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
        # The crickets score at the threshold of another label: rounding decides what is told.
        write_recording(root / "evening.wav", without=("crickets",))
        yield root
    finally:
        subprocess.run(["umount", "--recursive", root], check=True)


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
    """Every event has the same label, states and times as on this machine, and nearly its score."""
    there = told(on_the_pi(pi, "listen", "/evening.wav"))
    here = told(soundpost("listen", str(pi / "evening.wav")).stdout)
    assert len({label for label, *_ in here}) > 1
    assert [row[:-1] for row in there] == [row[:-1] for row in here]
    scores = [(mine[-1], its[-1]) for mine, its in zip(here, there, strict=True)]
    assert max(abs(mine - its) for mine, its in scores) <= SCORE_TOLERANCE


def told(lines: str) -> list[tuple[str, str, str, str | None, float]]:
    """What matters of the messages among the lines; the score last."""
    rows = [json.loads(line) for line in lines.splitlines() if line.startswith("{")]
    return [(row["label"], row["state"], row["onset"], row["offset"], row["score"]) for row in rows]
