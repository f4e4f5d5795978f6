"""Music of simple patterns, rendered by FluidSynth from a free sound font.

The pieces are ours: a chord progression with bass, melody and drums, or one instrument alone. The
instruments are the 120 pitched ones of General MIDI (MIDI Manufacturers Association, 1991; the last
eight are sound effects), of which every fourth is for evaluation only.
"""

import struct
import tempfile
from collections.abc import Iterable
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from soundpost_training.synthesis.parameters import Parameters
from soundpost_training.synthesis.programs import find_program, render
from soundpost_training.synthesis.signals import Samples, length

PROGRAM = "fluidsynth"
SOUND_FONTS = (
    Path("/usr/share/sounds/sf2/TimGM6mb.sf2"),
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),
    Path("/usr/share/sounds/sf2/default-GM.sf2"),
)
LICENCES = {"TimGM6mb": "GPL-2.0-only", "FluidR3_GM": "MIT"}
"""By sound font, as its Debian package states."""

INSTRUMENTS = 120
HELD_OUT_EVERY = 4
DRUM_CHANNEL = 9
KICK, SNARE, HAT = 36, 38, 42
"""General MIDI's keys of percussion."""
RENDER_HZ = "48000"
"""FluidSynth has no filter against aliasing; three times the rate leaves that to the resampler."""
TICKS_PER_SECOND = 960
MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
PROGRESSIONS = ((0, 3, 4, 0), (0, 5, 3, 4), (5, 3, 0, 4), (1, 4, 0, 0), (0, 4, 5, 3), (0, 6, 5, 4))
"""Steps of the scale on which the chords stand."""


class Note(NamedTuple):
    """A key of a channel, and when it sounds, in seconds."""

    onset: float
    duration: float
    channel: int
    key: int
    velocity: int


class Piece(NamedTuple):
    """Notes, and the instrument of each channel."""

    notes: tuple[Note, ...]
    programs: tuple[int, ...]


def sound_font() -> Path | None:
    """Returns the first of the free sound fonts that is installed, with links resolved.

    `default-GM.sf2` is a link of Debian's alternatives; the licence goes by the name of its target.
    """
    return next((path.resolve() for path in SOUND_FONTS if path.exists()), None)


def missing() -> str:
    """Returns the name of what music needs and the machine lacks, or an empty text."""
    if find_program(PROGRAM) is None:
        return PROGRAM
    return "" if sound_font() else "a sound font (timgm6mb-soundfont or fluid-soundfont-gm)"


def compose(parameters: Parameters, seconds: float) -> Piece:
    """Returns a random piece for the instruments of one part."""
    instruments = [
        program
        for program in range(INSTRUMENTS)
        if (program % HELD_OUT_EVERY == 1) == parameters.held_out
    ]
    chosen = tuple(int(program) for program in parameters.rng.choice(instruments, 3))
    beat = 60 / parameters.between(60, 170)
    is_alone = parameters.chance(0.4)
    notes = _solo(parameters, seconds, beat) if is_alone else _band(parameters, seconds, beat)
    return Piece(tuple(notes), chosen)


def play(piece: Piece, font: Path, seconds: float) -> Samples:
    """Returns a piece, float32[n] at 16 kHz, with a part of its decay.

    Raises:
        RenderError: FluidSynth fails.
    """
    program = find_program(PROGRAM) or PROGRAM
    with tempfile.NamedTemporaryFile(suffix=".mid") as file:
        file.write(midi_file(piece))
        file.flush()
        samples = render(
            lambda path: [
                *(program, "-n", "-i", "-q", "-r", RENDER_HZ, "-T", "wav", "-F", str(path)),
                *("-o", "synth.default-soundfont="),  # another font has another licence
                *(str(font), file.name),
            ]
        )
    return samples[: length(seconds)]


def midi_file(piece: Piece) -> bytes:
    """Returns a piece as a standard MIDI file of format 0, at 120 beats a minute.

    Source: Standard MIDI Files 1.0, RP-001, MIDI Manufacturers Association, 1988.
    """
    events = [(0.0, bytes((0xC0 | at, program))) for at, program in enumerate(piece.programs)]
    for note in piece.notes:
        on = bytes((0x90 | note.channel, note.key, note.velocity))
        off = bytes((0x80 | note.channel, note.key, 0))
        events += [(note.onset, on), (note.onset + note.duration, off)]
    track, before = bytearray(), 0
    # The sort is stable: the instruments, which come first, stay before the notes of their time.
    for seconds, message in sorted(events, key=itemgetter(0)):
        ticks = round(seconds * TICKS_PER_SECOND)
        track += _variable_length(ticks - before) + message
        before = ticks
    track += b"\x00\xff\x2f\x00"
    header = struct.pack(">4sIHHH", b"MThd", 6, 0, 1, TICKS_PER_SECOND // 2)
    return header + struct.pack(">4sI", b"MTrk", len(track)) + bytes(track)


def _variable_length(value: int) -> bytes:
    """Returns a number in groups of seven bits, the highest first."""
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(0x80 | value & 0x7F)
    return bytes(reversed(groups))


def _solo(parameters: Parameters, seconds: float, beat: float) -> Iterable[Note]:
    """Yields a random walk over a scale, or single notes with long decays."""
    rng = parameters.rng
    step = beat * float(rng.choice((0.5, 1.0, 2.0)))
    root, scale = int(rng.integers(40, 65)), MINOR if parameters.chance(0.5) else MAJOR
    position, onset = int(rng.integers(0, 8)), 0.0
    while onset < seconds:
        key = root + 12 * (position // 7) + scale[position % 7]
        yield Note(onset, 0.9 * step, 0, key, int(rng.integers(60, 120)))
        onset += step * float(rng.choice((1.0, 1.0, 2.0)))
        position = min(max(position + int(rng.integers(-3, 4)), 0), 15)


def _band(parameters: Parameters, seconds: float, beat: float) -> Iterable[Note]:
    """Yields a progression: chords, a melody of their notes, bass, and drums in most pieces."""
    rng = parameters.rng
    root, scale = int(rng.integers(45, 58)), MINOR if parameters.chance(0.4) else MAJOR
    progression = PROGRESSIONS[int(rng.integers(len(PROGRESSIONS)))]
    has_drums, is_broken = parameters.chance(0.6), parameters.chance(0.5)
    for turn in range(int(seconds / beat) + 1):
        onset, chord = turn * beat, progression[turn // 4 % 4]
        keys = [
            root + scale[(chord + third) % 7] + 12 * ((chord + third) // 7) for third in (0, 2, 4)
        ]
        if is_broken:
            yield Note(onset, beat, 0, keys[turn % 3], 80)
        elif turn % 4 == 0:
            yield from (Note(onset, 3.8 * beat, 0, key, 75) for key in keys)
        if parameters.chance(0.75):
            melody = keys[int(rng.integers(3))] + 12
            yield Note(onset, float(rng.choice((0.45, 0.9))) * beat, 1, melody, 100)
        yield Note(onset, 0.8 * beat, 2, keys[0] - 12, 90)
        if has_drums:
            yield Note(onset, 0.1, DRUM_CHANNEL, SNARE if turn % 2 else KICK, 100)
            yield Note(onset + beat / 2, 0.1, DRUM_CHANNEL, HAT, 70)
