"""Recordings are read at the rate of the network, and cut into pieces."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost_training.dataset.clip import Clip
from soundpost_training.field.compose import pieces


def test_a_clip_is_read_at_16_khz_and_cut_into_equal_pieces(tmp_path: Path) -> None:
    """No piece is longer than asked for, and none is lost."""
    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros(80_000, np.int16), 8_000)
    pcm = pieces.read(Clip(path, "dog", 5, "a"))
    assert len(pcm) == pytest.approx(160_000, abs=2)
    cut = list(pieces.chunks_of(pcm, 3.0))
    assert len(cut) == 4
    assert sum(map(len, cut)) == len(pcm)
    assert max(map(len, cut)) <= 48_000


def test_the_path_of_a_recording_determines_what_is_drawn() -> None:
    """So the same material gives the same folder."""
    first, again, other = (pieces.rng_of(name).random() for name in ("a", "a", "b"))
    assert first == again != other
