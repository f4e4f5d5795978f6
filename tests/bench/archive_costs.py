"""`make bench-archives`: `soundpost analyze` against what a stranger would write, on one core.

- with the bundle `everyday`: against a loop over windows of librosa's log-mel and the TFLite model;
- with BirdNET 2.4 every 3 s, if $SOUNDPOST_BIRDNET names the folder of its files: against its bare
  interpreter, and against the package `birdnet` if $BIRDNET_PYTHON names a Python that has it.

Each runs as a process, by turns, on a short and on a long recording. The processor time of what is
longer counts, so that neither imports nor loading a model do. Exit status 1 when a limit is missed.
"""

import os
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from statistics import median

import numpy as np
from measurement import Measurement

ROOT = Path(__file__).resolve().parents[2]
PEERS = Path(__file__).with_name("archive_peers.py")
SOUNDPOST = (sys.executable, "-c", "from soundpost.cli import main; raise SystemExit(main())")
BIRDNET = "BirdNET_GLOBAL_6K_V2.4"
ROUNDS = 5
LEVEL = 1_000.0
"""RMS of the noise, in steps of int16."""
LEAST_OF_LOOP = 10.0
LEAST_OF_PACKAGE = 1.25
MOST_OF_INTERPRETER = 1.15

Command = Callable[[Path], Sequence[str]]


def write_noise(path: Path, seconds: float, rate_hz: int) -> Path:
    """Writes brown noise, which starts few events."""
    steps = np.random.default_rng(0).normal(0.0, 1.0, round(seconds * rate_hz))
    noise = np.cumsum(steps - steps.mean())
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((noise * (LEVEL / noise.std())).clip(-32_768, 32_767).astype("<i2"))
    return path


def cpu_seconds(command: Sequence[str]) -> float:
    """Returns the processor time of a program and of the processes that it starts."""
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(
        command, env=os.environ | one_thread, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"expected exit status 0, got {process.returncode}: {command}")
    return usage.ru_utime + usage.ru_stime


def rates(
    commands: Mapping[str, Command], seconds: Mapping[str, tuple[float, float]], rate_hz: int
) -> dict[str, list[float]]:
    """Returns how many times faster than the sound each program is, by rounds.

    Args:
        commands: The programs by name, for a recording.
        seconds: The lengths of the short and of the long recording of each.
        rate_hz: Rate of the recordings.
    """
    found: dict[str, list[float]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory(prefix="soundpost-archives-") as folder:
        for name, command in commands.items():  # compiles what is compiled once
            cpu_seconds(command(write_noise(Path(folder) / "first.wav", seconds[name][0], rate_hz)))
        for round_number in range(ROUNDS):
            for name, command in commands.items():
                costs = []
                for length in seconds[name]:
                    recording = Path(folder) / f"{length:g}.wav"
                    if not recording.exists():
                        write_noise(recording, length, rate_hz)
                    costs.append(cpu_seconds(command(recording)))
                short, long = seconds[name]
                found[name].append((long - short) / (costs[1] - costs[0]))
            print(
                f"round {round_number + 1}, load {os.getloadavg()[0]:.1f}: "
                + ", ".join(
                    f"{name} {runs[-1]:.1f} times real time" for name, runs in found.items()
                ),
                flush=True,
            )
    return found


def paired(found: Mapping[str, list[float]], ours: str, other: str) -> float:
    """Returns the median ratio of two programs in the same round."""
    return median(mine / theirs for mine, theirs in zip(found[ours], found[other], strict=True))


def analyze(folder: Path, bundle: str) -> Command:
    """Returns the command of one worker, each time with an empty folder of results.

    In the folder of an earlier run it would leave out the files that are done.
    """
    options = ("--workers", "1", "--formats", "none", "--bundle", bundle)
    numbers = count()
    return lambda recording: (
        *(*SOUNDPOST, "analyze", str(recording)),
        *("--out", str(folder / f"{next(numbers)}"), *options),
    )


def peer(name: str, *files: Path, python: str = sys.executable) -> Command:
    """Returns the command of one of the other programs, which finds no module of the tests."""
    return lambda recording: (python, "-I", str(PEERS), name, str(recording), *map(str, files))


def measure_everyday(folder: Path) -> list[Measurement]:
    """Measures the included bundle."""
    commands = {
        "analyze": analyze(folder / "everyday", "everyday"),
        "librosa": peer("librosa_loop", ROOT / "models" / "everyday" / "model.tflite"),
    }
    found = rates(commands, {"analyze": (60.0, 1_260.0), "librosa": (20.0, 200.0)}, 16_000)
    ratio = paired(found, "analyze", "librosa")
    name = "everyday: cost of analyze / loop of librosa and model"
    return [Measurement(name, 1 / ratio, 1 / LEAST_OF_LOOP, "")]


def measure_birdnet(folder: Path, files: Path) -> list[Measurement]:
    """Measures BirdNET with a window every 3 s."""
    model, labels = files / f"{BIRDNET}_Model_FP32.tflite", files / f"{BIRDNET}_Labels.txt"
    importing = [
        *("bundle", "import", str(model), "--labels", str(labels), "--rate", "48000"),
        *("--stride", "3", "--name", "birdnet", "--licence", "CC BY-NC-SA 4.0"),
        *("--noise-seconds", "30", "--to", str(folder)),
    ]
    subprocess.run([*SOUNDPOST, *importing], check=True, stdout=subprocess.DEVNULL)
    commands = {
        "analyze": analyze(folder / "out", str(folder / "birdnet")),
        "interpreter": peer("birdnet_interpreter", model),
    }
    if python := os.environ.get("BIRDNET_PYTHON"):
        commands["package"] = peer("birdnet_package", model, labels, python=python)
    found = rates(commands, dict.fromkeys(commands, (30.0, 150.0)), 48_000)
    name = "BirdNET every 3 s: cost of analyze / bare interpreter"
    cost = 1 / paired(found, "analyze", "interpreter")
    measured = [Measurement(name, cost, MOST_OF_INTERPRETER, "")]
    if "package" in found:
        ratio = 1 / paired(found, "analyze", "package")
        name = "BirdNET every 3 s: cost of analyze / package"
        measured.append(Measurement(name, ratio, 1 / LEAST_OF_PACKAGE, ""))
    return measured


def main() -> int:
    """Prints all measurements; returns 0 when every limit holds."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory(prefix="soundpost-archives-") as folder:
        measurements = measure_everyday(Path(folder))
        if files := os.environ.get("SOUNDPOST_BIRDNET"):
            measurements += measure_birdnet(Path(folder), Path(files))
    print(*measurements, sep="\n")
    return 0 if all(measurement.holds for measurement in measurements) else 1


if __name__ == "__main__":
    sys.exit(main())
