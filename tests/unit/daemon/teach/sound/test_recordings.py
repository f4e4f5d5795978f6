"""Recordings of clips: their windows, and windows of their loud part."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_clips import RATE_HZ, doorbell, quiet_background, write_clips
from streaming_bundle import streaming_bundle

from soundpost.teach.examples import Recording
from soundpost.teach.sound.clips import Clip, key_of, read_clips
from soundpost.teach.sound.embed import Embedder
from soundpost.teach.sound.recordings import MOST_ROWS, RecordingMaker, mixing_pieces

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


def test_a_clip_that_is_gone_is_left_out(tmp_path: Path) -> None:
    """It was read once, and removed or written over since; the others are embedded."""
    paths = write_clips(tmp_path, [doorbell(1), doorbell(2), doorbell(3)])
    clips, _ = read_clips(paths, RATE_HZ, lambda *_: None)
    paths[0].unlink()
    soundfile.write(paths[1], doorbell(4), RATE_HZ, "PCM_16")
    maker = RecordingMaker(Embedder(streaming_bundle()), mixing_pieces(clips, RATE_HZ))
    (recording,) = maker.make(clips, lambda *_: None)
    assert recording.key == clips[2].key
    reasons = [(each.path, each.reason) for each in maker.left_out]
    assert reasons == [
        (paths[0], "does not exist"),
        (paths[1], "has changed while it was used"),
    ]


@pytest.mark.parametrize(("count", "used"), [(0, 0), (1, 1), (64, 64), (65, 33), (200, 50)])
def test_some_clips_of_each_lesson_are_mixed_with_others(count: int, used: int) -> None:
    """In an order that does not depend on that of the clips; of a long one its loud part."""
    sounds = [np.full(100 + number, 1_000, np.int16) for number in range(count)]
    clips = [Clip(Path("x.wav"), partial(np.copy, s), key_of(s)) for s in sounds]
    pieces = mixing_pieces(clips, RATE_HZ)
    assert [len(piece) for piece in pieces] == [
        len(piece) for piece in mixing_pieces(clips[::-1], RATE_HZ)
    ]
    assert len({len(piece) for piece in pieces}) == used
    long = quiet_background(20.0)
    long[RATE_HZ * 15 : RATE_HZ * 16] = 9_000
    (piece,) = mixing_pieces([Clip(Path("x.wav"), lambda: long, key_of(long))], RATE_HZ)
    assert (len(piece), piece.max(), piece.base) == (6 * RATE_HZ, 9_000, None)
