"""Clips as they sound in rooms: convolved with impulse responses that the user has."""

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import scipy.signal
from numpy.typing import NDArray

from soundpost.features import FeatureSpec, LogMel
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.decode.audio import Signal, read_signal
from soundpost_training.dataset.decode.cache import Arrays
from soundpost_training.dataset.decode.log_mel import log_mel_of
from soundpost_training.dataset.decode.resumable import extract_all
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import ReverbConfig

FORMAT = 2
"""Of the cache's file of copies."""


def response_files(folder: Path) -> list[Path]:
    """The impulse responses of a folder and the folders in it, in the order of their names.

    Raises:
        DatasetError: There are none.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    visible = [path for path in files if not path.name.startswith(".")]
    if not visible:
        raise DatasetError(
            f"{folder} has no impulse responses",
            hint="augment.rooms.folder is absolute, or lies under SOUNDPOST_DATA",
        )
    return visible


def draw_rooms(
    rng: np.random.Generator, clips: int, copies: int, responses: int
) -> NDArray[np.int64]:
    """The response of each copy of each clip, int64[clips, copies], no room twice if it may be."""
    again = -(-copies // responses)
    orders = [
        np.concatenate([rng.permutation(responses) for _ in range(again)]) for _ in range(clips)
    ]
    return np.array(orders, np.int64).reshape(clips, again * responses)[:, :copies]


def in_room(signal: Signal, response: Signal) -> Signal:
    """The signal as it sounds in a room, float64[n + m - 1], of the energy that it had.

    It begins with the direct sound, for which the loudest sample of the response is taken, and
    ends with the room's reverberation. What would be louder than full scale is turned down whole.

    Args:
        signal: float64[n].
        response: Impulse response of the room at the same rate, with a sample that is not zero.
    """
    heard = response[np.argmax(np.abs(response)) :]
    wet: Signal = scipy.signal.oaconvolve(signal, heard)
    energy = float(np.sum(wet**2))
    if energy > 0.0:
        wet *= np.sqrt(np.sum(signal**2) / energy)
    return wet / max(1.0, float(np.abs(wet).max(initial=0.0)))


def fingerprint(config: ReverbConfig, clips: list[str], contents: list[bytes]) -> str:
    """A name for exactly these copies, 16 hexadecimal digits.

    Args:
        config: How many copies, and the seed of who is heard where.
        clips: The fingerprint of all recordings, and which of them are the clips.
        contents: The SHA-256 of each response.
    """
    settings = (FORMAT, clips, config.copies, config.seed, [content.hex() for content in contents])
    return hashlib.sha256(msgspec.json.encode(settings)).hexdigest()[:16]


def listen_in_rooms(
    dataset: Dataset, spec: FeatureSpec, config: ReverbConfig, files: list[Path], folder: Path
) -> Arrays:
    """The log-mel of the copies, clip after clip, and the reasons why responses are not used.

    Args:
        dataset: Every clip of which can be read.
        spec: How to listen.
        config: How many copies, and the seed.
        files: The impulse responses.
        folder: For the parts of a long listening.

    Raises:
        DatasetError: Not one of the responses can be used, or a part cannot be kept.
    """
    responses, reasons = _read(files, spec.sample_rate_hz)
    front_end, rng = LogMel(spec), np.random.default_rng(config.seed)
    rooms = draw_rooms(rng, len(dataset.clips), config.copies, len(responses))

    def hear(at: int) -> list[NDArray[np.float32]]:
        path = dataset.clips[at].path
        signal = read_signal(path, spec.sample_rate_hz)
        return [log_mel_of(front_end, in_room(signal, responses[room]), path) for room in rooms[at]]

    what = f"{dataset.name} in {len(responses)} rooms"
    heard = extract_all(len(dataset.clips), hear, what=what, folder=folder, strict=True)
    return {**heard, "reasons": np.array(reasons, dtype=str)}


def _read(files: list[Path], sample_rate_hz: int) -> tuple[list[Signal], list[str]]:
    responses, reasons = [], []
    for file in files:
        try:
            response = read_signal(file, sample_rate_hz)
        except DatasetError as error:
            reasons.append(f"{error} ({error.hint})")
            continue
        if response.any():
            responses.append(response)
        else:
            reasons.append(f"{file} is silent, no impulse response")
    if not responses:
        raise DatasetError("no impulse response can be used", hint="; ".join(reasons[:3]))
    return responses, reasons
