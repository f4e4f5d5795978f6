"""Reverberated copies of clips: convolved with impulse responses that the user has."""

import hashlib
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.features import FeatureSpec, LogMel
from soundpost.system.printable import printable
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.decode.audio import Signal, read_signal
from soundpost_training.dataset.decode.cache import Arrays
from soundpost_training.dataset.decode.log_mel import REASONS_SHOWN, log_mel_of
from soundpost_training.dataset.decode.resumable import Extracted, extract_all
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import ReverbConfig

FORMAT = 3
"""Version of the file of copies in the cache, part of its fingerprint."""


def find_responses(folder: Path) -> list[Path]:
    """Returns the impulse responses of a folder and its subfolders, sorted by path.

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


def draw_responses(
    rng: np.random.Generator, clips: int, copies: int, responses: int
) -> NDArray[np.int64]:
    """Returns the response of each copy of each clip, int64[clips, copies].

    The copies of a clip have different responses, as long as there are as many.
    """
    rounds = -(-copies // responses)
    orders = [
        np.concatenate([rng.permutation(responses) for _ in range(rounds)]) for _ in range(clips)
    ]
    return np.array(orders, np.int64).reshape(clips, rounds * responses)[:, :copies]


def convolve(signal: Signal, response: Signal) -> Signal:
    """Returns a signal as it sounds in a room, float64[n + m - 1], with its energy unchanged.

    It begins with the direct sound, taken to be the loudest sample of the response, and ends with
    the reverberation. A result above full scale is turned down as a whole.

    Args:
        signal: float64[n].
        response: Impulse response of the room at the same rate; one sample at least is not zero.
    """
    from scipy.signal import oaconvolve  # noqa: PLC0415 - a second that a typo need not wait for

    from_direct_sound = response[np.argmax(np.abs(response)) :]
    reverberated: Signal = oaconvolve(signal, from_direct_sound)
    energy = float(np.sum(reverberated**2))
    if energy > 0.0:
        reverberated *= np.sqrt(np.sum(signal**2) / energy)
    return reverberated / max(1.0, float(np.abs(reverberated).max(initial=0.0)))


def fingerprint(config: ReverbConfig, clips: list[str], contents: list[bytes]) -> str:
    """Returns a name for exactly these copies, 16 hexadecimal digits.

    Args:
        config: The number of copies, and the seed that assigns responses to clips.
        clips: The fingerprint of all recordings, and the names of the clips among them.
        contents: The SHA-256 of each response.
    """
    settings = (FORMAT, clips, config.copies, config.seed, [content.hex() for content in contents])
    return hashlib.sha256(msgspec.json.encode(settings)).hexdigest()[:16]


def extract_copies(
    dataset: Dataset, spec: FeatureSpec, config: ReverbConfig, files: list[Path], folder: Path
) -> Arrays:
    """Returns the log-mel of the copies, clip after clip, and the reasons for unused responses.

    Args:
        dataset: Every clip of it can be read.
        spec: The feature specification.
        config: The number of copies, and the seed.
        files: The impulse responses.
        folder: Stores the parts of a long extraction.

    Raises:
        DatasetError: No response can be used, or a part cannot be stored.
    """
    responses, reasons = _read(files, spec.sample_rate_hz)
    log_mel, rng = LogMel(spec), np.random.default_rng(config.seed)
    drawn = draw_responses(rng, len(dataset.clips), config.copies, len(responses))

    def extract(at: int) -> Extracted:
        path = dataset.clips[at].path
        signal = read_signal(path, spec.sample_rate_hz)
        return Extracted(
            [log_mel_of(log_mel, convolve(signal, responses[one]), path) for one in drawn[at]]
        )

    title = f"{dataset.name} in {len(responses)} rooms"
    extracted = extract_all(len(dataset.clips), extract, title=title, folder=folder, strict=True)
    return {**extracted, "reasons": np.array(reasons, dtype=str)}


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
            reasons.append(f"{printable(str(file))} is silent, not an impulse response")
    if not responses:
        hint = "; ".join(reasons[:REASONS_SHOWN])
        raise DatasetError("no impulse response can be used", hint=hint)
    return responses, reasons
