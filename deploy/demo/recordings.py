"""Three folders of synthetic recordings for a first training: `recordings.py FOLDER`."""

import sys
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np

from sounds import RATE_HZ, Signal, clock_tick, quiet, rain, siren

SOUNDS: dict[str, Callable[[float, np.random.Generator], Signal]] = {
    "clock_tick": clock_tick,
    "rain": rain,
    "siren": siren,
}
RECORDINGS = 24
SEED = 7


def write_recordings(folder: Path) -> None:
    """Writes `folder/<label>/<number>.wav`: each of another length, speed, level and noise."""
    rng = np.random.default_rng(SEED)
    for label, make in SOUNDS.items():
        (folder / label).mkdir(parents=True, exist_ok=True)
        for number in range(1, RECORDINGS + 1):
            _write(folder / label / f"{number:02}.wav", _recorded(make(8.0, rng), rng))


def _recorded(sound: Signal, rng: np.random.Generator) -> Signal:
    """Returns the sound with random length, speed, level and noise."""
    length = round(rng.uniform(3.0, 6.0) * RATE_HZ)
    positions = rng.uniform(0.0, 0.5) * RATE_HZ + np.arange(length) * rng.uniform(0.8, 1.25)
    recorded: Signal = np.interp(positions, np.arange(len(sound)), sound)
    recorded *= 10 ** (rng.uniform(-34.0, -16.0) / 20) / np.sqrt(np.mean(recorded**2))
    recorded += quiet(length / RATE_HZ, rng)[:length] * 10 ** (rng.uniform(-70.0, -50.0) / 20)
    return recorded


def _write(path: Path, signal: Signal) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.rint(np.clip(signal, -1.0, 1.0) * 32767).astype("<i2").tobytes())


if __name__ == "__main__":
    write_recordings(Path(sys.argv[1]))
    print(f"{RECORDINGS} recordings each of {', '.join(SOUNDS)} in {sys.argv[1]}")
