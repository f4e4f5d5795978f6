"""Pieces of held-out recordings that a field folder is composed of, as samples."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from soundpost.audio import Pcm
from soundpost_training.dataset.clip import Clip
from soundpost_training.dataset.decode.audio import read_pcm
from soundpost_training.sources.decode import RATE_HZ, read_recording
from soundpost_training.sources.recording import SourceRecording


class Slice(NamedTuple):
    """A slice of UrbanSound8K.

    Attributes:
        clip: The slice.
        is_foreground: Whether its sound is in the foreground.
        is_in_esc50: Whether its recording is in ESC-50 as well.
    """

    clip: Clip
    is_foreground: bool
    is_in_esc50: bool


def read(recording: Clip | SourceRecording) -> Pcm:
    """Returns the sound of a recording, int16[n] at 16 kHz."""
    if isinstance(recording, Clip):
        return read_pcm(recording.path, RATE_HZ)
    return read_recording(recording)


def chunks_of(pcm: Pcm, seconds: float) -> Iterator[Pcm]:
    """Yields a long recording in pieces of at most this length."""
    count = max(1, int(np.ceil(len(pcm) / (seconds * RATE_HZ))))
    yield from np.array_split(pcm, count)


def rng_of(name: str) -> np.random.Generator:
    """Returns the generator of a recording: its path in the field folder determines all of it."""
    return np.random.default_rng(list(name.encode()))
