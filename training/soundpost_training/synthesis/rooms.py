"""Impulse responses of rooms and of places outdoors, and sounds within them.

The only file that imports pyroomacoustics (extra `open-air`): Scheibler, Bezzam and Dokmanić,
"Pyroomacoustics: a Python package for audio room simulation", ICASSP 2018. Its image sources
(Allen and Berkley, "Image method for efficiently simulating small-room acoustics", 1979) depend on
their parameters alone; its ray tracing has a random number generator that no seed sets, and is
not used.
"""

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from soundpost_training.errors import TrainingError
from soundpost_training.files import atomic_path
from soundpost_training.synthesis.signals import RATE_HZ, SOUND_SPEED, Floats, Samples, length

TAPS = length(1.0)
"""Longer tails are cut and faded: they would cover a whole window."""
HIGHEST_ORDER = 30
"""Of reflections: 37,881 image sources. Bare rooms lose the later part of their tails."""
BANDS_HZ = [125, 250, 500, 1_000, 2_000, 4_000]
OUTDOOR_SHARE = 0.25
HALL_SHARE = 0.15
"""Of the rooms; the others are the size of those in a home or an office."""
SIZES = ((2.0, 1.5, 2.2), (8.0, 6.0, 3.0))
HALL_SIZES = ((8.0, 6.0, 3.0), (30.0, 20.0, 8.0))
"""Smallest and largest length, width and height in metres."""
HELD_OUT_SHARE = 0.25
DIRECT = 40
"""Samples before the direct sound: half of pyroomacoustics' filter of fractional delays."""


@dataclass(frozen=True)
class ResponseBank:
    """Impulse responses of energy 1, which begin 2.5 ms before the direct sound.

    Attributes:
        responses: float32[n, taps].
        held_out: bool[n], true where a room is for evaluation only.
    """

    responses: NDArray[np.float32]
    held_out: NDArray[np.bool_]

    def draw(self, rng: np.random.Generator, *, held_out: bool = False) -> Samples:
        """Returns one response of a part, float32[taps]."""
        positions = np.flatnonzero(self.held_out == held_out)
        response: Samples = self.responses[int(rng.choice(positions))]
        return response


def load_bank(path: Path, seed: int, count: int = 200) -> ResponseBank:
    """Returns the bank of a file, which is made when it is missing: a minute for 200 responses.

    Args:
        path: An npz file.
        seed: Of the rooms.
        count: The number of responses.

    Raises:
        TrainingError: The file is missing, and pyroomacoustics is not installed.
    """
    if not path.exists():
        bank = make_bank(seed, count)
        with atomic_path(path) as partial, partial.open("wb") as file:
            np.savez_compressed(file, responses=bank.responses, held_out=bank.held_out)
    with np.load(path) as stored:
        return ResponseBank(stored["responses"], stored["held_out"])


def make_bank(seed: int, count: int = 200) -> ResponseBank:
    """Returns responses of random rooms and places outdoors; each is a room of its own."""
    rng = np.random.default_rng(seed)
    responses = np.zeros((count, TAPS), np.float32)
    for response in responses:
        outdoors = rng.random() < OUTDOOR_SHARE
        response[:] = _fitted(outdoor_response(rng) if outdoors else room_response(rng))
    return ResponseBank(responses, np.arange(count) % round(1 / HELD_OUT_SHARE) == 0)


def reverberate(samples: Samples, response: Samples) -> Samples:
    """Returns a sound in a room, float32[n], of the same level; its onset moves by 2.5 ms."""
    if not len(samples):
        return samples.copy()
    size = fft.next_fast_len(len(samples) + len(response) - 1, real=True)
    spectrum = fft.rfft(samples, size) * fft.rfft(response, size)
    reverberated: Samples = fft.irfft(spectrum, size)[: len(samples)]
    power, power_now = (float(np.dot(sound, sound)) for sound in (samples, reverberated))
    gain = np.sqrt(power / power_now) if power_now > 0 else 0.0
    # A tail that fills pauses lowers peaks; where it raises them, the level gives way.
    gain = min(gain, 1 / max(float(np.abs(reverberated).max()), 1e-9))
    scaled: Samples = np.clip(reverberated * np.float32(gain), -1, 1)
    return scaled


def room_response(rng: np.random.Generator) -> Floats:
    """Returns the response of a random shoebox room, float64[taps]."""
    pyroomacoustics = _library()
    size = rng.uniform(*(HALL_SIZES if rng.random() < HALL_SHARE else SIZES))
    materials = {
        wall: _material(rng, pyroomacoustics)
        for wall in ("east", "west", "north", "south", "floor", "ceiling")
    }
    room = pyroomacoustics.ShoeBox(
        size, fs=RATE_HZ, materials=materials, max_order=HIGHEST_ORDER, air_absorption=True
    )
    source, microphone = rng.uniform(0.2, size - 0.2), rng.uniform(0.2, size - 0.2)
    room.add_source(source)
    room.add_microphone(microphone)
    room.compute_rir()
    arrival = int(np.linalg.norm(source - microphone) / SOUND_SPEED * RATE_HZ)
    response: Floats = np.asarray(room.rir[0][0], np.float64)[arrival:]
    return response


def _library() -> ModuleType:
    """Returns pyroomacoustics.

    Raises:
        TrainingError: It is not installed.
    """
    try:
        import pyroomacoustics  # noqa: PLC0415 - optional, and slow to import
    except ImportError as error:
        raise TrainingError(
            "rooms cannot be made: pyroomacoustics is not installed",
            hint="pip install 'soundpost[training,open-air]', or copy a bank made elsewhere",
        ) from error
    library: ModuleType = pyroomacoustics
    return library


def _material(rng: np.random.Generator, pyroomacoustics: ModuleType) -> object:
    """Returns a wall: bare (0.02) to furnished (0.7), and more absorbent at high frequencies."""
    middle = float(np.exp(rng.uniform(np.log(0.02), np.log(0.7))))
    slope = rng.uniform(-0.1, 0.3)  # octaves of absorption an octave: plaster to curtain
    coefficients = middle * np.exp2(slope * np.log2(np.array(BANDS_HZ) / 1_000))
    description = {
        "description": "random",
        "coeffs": np.clip(coefficients, 0.01, 0.95).tolist(),
        "center_freqs": BANDS_HZ,
    }
    material: object = pyroomacoustics.Material(energy_absorption=description)
    return material


def outdoor_response(rng: np.random.Generator) -> Floats:
    """Returns the direct sound, a reflection of the ground and echoes of walls, float64[taps].

    An echo of a wall at a distance travels twice as far, and falls with its path.
    """
    response = np.zeros(TAPS)
    distance = float(np.exp(rng.uniform(np.log(2), np.log(80))))
    response[DIRECT] = 1.0
    heights = rng.uniform(0.5, 4, 2)
    ground = np.hypot(distance, heights.sum())
    _add_echo(response, rng, (distance, float(ground)), float(rng.uniform(0.2, 0.9)))
    for _ in range(int(rng.integers(0, 6))):
        path = distance + float(rng.uniform(3, 150))
        _add_echo(response, rng, (distance, path), float(rng.uniform(0.2, 0.95)))
    return response


def _add_echo(
    response: Floats, rng: np.random.Generator, paths: tuple[float, float], reflected: float
) -> None:
    """Adds a reflection: a short burst of noise, as rough walls scatter sound, of its energy."""
    direct, path = paths
    start = DIRECT + 1 + int((path - direct) / SOUND_SPEED * RATE_HZ)
    spread = int(rng.integers(1, 80))
    burst = rng.normal(size=spread) * np.exp(-4 * np.arange(spread) / spread)
    burst *= reflected * direct / path / np.linalg.norm(burst)
    end = min(TAPS, start + spread)
    if start < end:
        response[start:end] += burst[: end - start]


def _fitted(response: Floats) -> Samples:
    """Returns a response of exactly `TAPS`, faded at its end, of energy 1."""
    fitted = np.zeros(TAPS)
    fitted[: len(response)] = response[:TAPS]
    fade = length(0.1)
    fitted[-fade:] *= np.linspace(1, 0, fade)
    return (fitted / np.linalg.norm(fitted)).astype(np.float32)
