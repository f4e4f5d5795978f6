"""Composed pieces, and the real FluidSynth where it and a sound font are installed."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost_training.synthesis import music
from soundpost_training.synthesis.parameters import Parameters
from soundpost_training.synthesis.programs import RenderError
from soundpost_training.synthesis.signals import RATE_HZ

installed = pytest.mark.skipif(bool(music.missing()), reason=f"{music.missing()} is not installed")


def piece(seed: int, *, held_out: bool = False) -> music.Piece:
    """A piece of six seconds, by seed."""
    return music.compose(Parameters(np.random.default_rng(seed), held_out), 6.0)


def font() -> Path:
    """The installed sound font."""
    path = music.sound_font()
    assert path
    return path


@given(st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=50)
def test_a_piece_has_notes_of_instruments_of_one_part(seed: int, for_evaluation: object) -> None:
    """Keys and velocities are those of MIDI; the piece begins at once."""
    composed = piece(seed, held_out=bool(for_evaluation))
    assert composed == piece(seed, held_out=bool(for_evaluation))
    assert {program % 4 == 1 for program in composed.programs} == {bool(for_evaluation)}
    assert max(composed.programs) < music.INSTRUMENTS
    assert min(note.onset for note in composed.notes) == 0.0
    assert all(0 < note.key < 128 and 0 < note.velocity < 128 for note in composed.notes)


def test_a_midi_file_has_the_bytes_of_the_standard() -> None:
    """A header of 480 ticks a quarter, the instrument first, delta times of variable length."""
    middle_c = music.Note(onset=0.0, duration=0.5, channel=0, key=60, velocity=100)
    assert music.midi_file(music.Piece((middle_c,), (19,))) == (
        b"MThd"
        + struct.pack(">IHHH", 6, 0, 1, 480)
        + b"MTrk"
        + struct.pack(">I", 16)
        + bytes.fromhex("00 c0 13  00 90 3c 64  83 60 80 3c 00  00 ff 2f 00")
    )


@installed
def test_a_note_has_its_pitch() -> None:
    """A440 on a church organ, with its overtones at multiples."""
    note = music.Note(onset=0.0, duration=1.9, channel=0, key=69, velocity=100)
    samples = music.play(music.Piece((note,), (19,)), font(), 2.0)
    spectrum = np.abs(np.fft.rfft(samples[:RATE_HZ]))
    ratio = spectrum.argmax() / 440
    assert ratio == pytest.approx(2 ** round(np.log2(ratio)), rel=0.01)


@installed
@pytest.mark.parametrize("seed", range(3))
def test_a_piece_sounds_for_its_duration_and_is_the_same_again(seed: int) -> None:
    """Every second of it has sound."""
    samples = music.play(piece(seed), font(), 6.0)
    assert samples.dtype == np.float32
    assert len(samples) == 6 * RATE_HZ
    assert np.abs(samples).max() <= 1
    assert (np.abs(samples.reshape(6, -1)).max(axis=1) > 1e-3).all()
    assert np.array_equal(samples, music.play(piece(seed), font(), 6.0))


@installed
def test_a_broken_sound_font_is_an_error_of_one_sound(tmp_path: Path) -> None:
    """FluidSynth ends without an error status, and must not take another font."""
    broken = tmp_path / "broken.sf2"
    broken.write_bytes(b"RIFF")
    with pytest.raises(RenderError, match="fluidsynth cannot render"):
        music.play(piece(0), broken, 1.0)
