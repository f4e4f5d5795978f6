"""Recordings of clips: their windows, and windows of their loud part."""

from pathlib import Path

import numpy as np
from made_clips import doorbell, quiet_background
from streaming_bundle import streaming_bundle

from soundpost.teach.examples import Recording
from soundpost.teach.sound.clips import Clip, key_of
from soundpost.teach.sound.embed import Embedder
from soundpost.teach.sound.recordings import MOST_ROWS, RecordingMaker

MAKER = RecordingMaker(Embedder(streaming_bundle()), [quiet_background(6.0)])


def made(*clips: Clip) -> list[Recording]:
    """Returns the recordings of clips."""
    return MAKER.make(clips, lambda *_: None)


def clip(seed: int, seconds: float) -> Clip:
    """Returns a clip in memory."""
    samples = doorbell(seed, seconds)
    return Clip(Path(f"{seed}.wav"), lambda: samples, key_of(samples))


def test_clips_of_any_length_have_windows() -> None:
    """One that is shorter than a window, and one of many."""
    short, long = made(clip(1, 0.7), clip(2, 9.0))
    assert len(short.stretch.embeddings) >= 2
    assert len(long.stretch.embeddings) == (9 * 16_000 - 31_760) // 3_840 + 1
    assert 1 <= len(short.rows) <= MOST_ROWS
    assert len(long.rows) <= MOST_ROWS


def test_neither_order_nor_other_clips_change_a_recording() -> None:
    """Random choices depend on the sound alone."""
    first, second = made(clip(1, 2.5), clip(2, 2.5))
    again, alone = made(clip(2, 2.5), clip(1, 2.5)), made(clip(1, 2.5))
    assert np.array_equal(first.rows, again[1].rows)
    assert np.array_equal(first.rows, alone[0].rows)
    assert np.array_equal(second.stretch.embeddings, again[0].stretch.embeddings)
    assert (first.key, first.stretch.name) == (key_of(doorbell(1, 2.5)), "1.wav")
