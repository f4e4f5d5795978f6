"""The waveforms of all recordings, end to end in one mapped file."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.audio import Pcm
from soundpost_training.errors import DatasetError
from soundpost_training.files import atomic_path
from soundpost_training.progress import track
from soundpost_training.sources.decode import RATE_HZ, read_recording
from soundpost_training.sources.recording import SourceRecording

HOP_SAMPLES = RATE_HZ // 10
"""The level of a recording is measured over each tenth of a second."""

LONGEST_SECONDS = 180
"""Of one recording: a longer piece of music or rain has little that is new."""

SHORTEST_SAMPLES = HOP_SAMPLES
"""A shorter recording is a click."""

QUIETEST_PEAK = 30
"""In units of int16; a fainter recording is silence."""


@dataclass(frozen=True, slots=True)
class Waveforms:
    """Recordings and their sound.

    Attributes:
        recordings: The recordings that could be decoded.
        samples: int16[all samples], mapped from a file.
        starts: int64[recordings], the first sample of each.
        lengths: int64[recordings], the samples of each.
        left_out: Recordings that were left out, each with the reason.
    """

    recordings: tuple[SourceRecording, ...]
    samples: Pcm
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    left_out: tuple[str, ...]

    def of(self, index: int) -> Pcm:
        """Returns the sound of a recording, int16[n] at 16 kHz."""
        start = self.starts[index]
        return self.samples[start : start + self.lengths[index]]

    def levels(self, index: int) -> NDArray[np.float64]:
        """Returns the mean power of each tenth of a second, float64[n], at least 1e-10."""
        sound = self.of(index)
        hops = max(1, len(sound) // HOP_SAMPLES)
        tenths = np.resize(sound, hops * HOP_SAMPLES).reshape(hops, HOP_SAMPLES)
        power: NDArray[np.float64] = np.square(tenths / 32_768.0).mean(axis=1)
        return np.maximum(power, 1e-10)


class _Index(msgspec.Struct, frozen=True):
    """The lengths of the recordings in a file of samples; 0 is left out, with the reason."""

    lengths: list[int]
    reasons: list[str]


def load_waveforms(recordings: list[SourceRecording], cache: Path) -> Waveforms:
    """Decodes recordings, or maps those that were decoded before.

    A recording that cannot be read, or is silent, is left out with its reason.

    Args:
        recordings: In any order; the same ones make the same file.
        cache: The folder of the file.

    Raises:
        TrainingError: The file cannot be written.
        DatasetError: No recording can be used.
    """
    name = _fingerprint(recordings)
    samples_path, index_path = cache / f"waveforms-{name}.pcm", cache / f"waveforms-{name}.json"
    if not (samples_path.is_file() and index_path.is_file()):
        _decode(recordings, samples_path, index_path)
    index = msgspec.json.decode(index_path.read_bytes(), type=_Index)
    lengths = np.array(index.lengths, np.int64)
    used = np.flatnonzero(lengths)
    if not len(used):
        raise DatasetError(
            "no recording can be used", hint="`soundpost-train sources` lists them with reasons"
        )
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    return Waveforms(
        recordings=tuple(recordings[at] for at in used),
        samples=np.memmap(samples_path, np.int16, "r"),
        starts=starts[used],
        lengths=lengths[used],
        left_out=tuple(reason for reason in index.reasons if reason),
    )


def _decode(recordings: list[SourceRecording], samples_path: Path, index_path: Path) -> None:
    """Writes the samples as they are decoded: hours of sound need not fit into memory."""
    lengths: list[int] = []
    reasons: list[str] = []
    with atomic_path(samples_path) as partial, partial.open("wb") as file:
        for recording in track(recordings, "decoding recordings"):
            sound, reason = _usable(recording)
            lengths.append(len(sound))
            reasons.append(reason)
            file.write(sound.tobytes())
    with atomic_path(index_path) as partial:
        partial.write_bytes(msgspec.json.encode(_Index(lengths, reasons)))


def _usable(recording: SourceRecording) -> tuple[Pcm, str]:
    """Returns the sound of a recording and no reason, or no sound and the reason."""
    try:
        sound = read_recording(recording)[: LONGEST_SECONDS * RATE_HZ]
    except DatasetError as error:
        return np.zeros(0, np.int16), str(error)
    if len(sound) < SHORTEST_SAMPLES:
        return np.zeros(0, np.int16), f"{recording.path.name} is shorter than a tenth of a second"
    if np.abs(sound.astype(np.int32)).max() < QUIETEST_PEAK:
        return np.zeros(0, np.int16), f"{recording.path.name} is silent"
    return sound, ""


def _fingerprint(recordings: list[SourceRecording]) -> str:
    digest = hashlib.sha256()
    for recording in recordings:
        size = recording.path.stat().st_size if recording.path.is_file() else 0
        digest.update(msgspec.json.encode((recording.source, recording.path.name, size)))
    return digest.hexdigest()[:16]
