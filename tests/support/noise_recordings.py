"""Recordings of noise, and a fake ffmpeg with a format of its own."""

import stat
import sys
import zlib
from pathlib import Path

import numpy as np
import soundfile

RATE_HZ = 16_000
NOISE = np.random.default_rng(0).normal(0, 0.1, RATE_HZ // 2)
"""Half a second."""

FAKE_FFMPEG = f"""\
#!{sys.executable}
import io, sys, soundfile
arguments = sys.argv[1:]
source, target = arguments[arguments.index('-i') + 1], arguments[-1]
assert source.startswith('file:/') and 'file' in arguments
content = open(source.removeprefix('file:'), 'rb').read()
if not content.startswith(b'M4A '): sys.exit('Invalid data found')
samples, rate = soundfile.read(io.BytesIO(bytes(byte ^ 255 for byte in content[4:])))
assert target == 'pipe:1'
wav = io.BytesIO()
soundfile.write(wav, samples, rate, 'FLOAT', format='WAV')
sys.stdout.buffer.write(wav.getvalue())
"""
"""Decodes an inverted FLAC behind four letters, and checks how the program is started."""


def noise_of(path: Path) -> np.ndarray:
    """Returns half a second of noise that depends on the last names of a path; float64[n]."""
    seed = zlib.crc32("/".join(path.with_suffix("").parts[-3:]).encode())
    return np.random.default_rng(seed).normal(0, 0.1, RATE_HZ // 2)


def record(path: Path, samples: np.ndarray | None = None) -> Path:
    """Writes a recording of the path's own noise, or of other samples, and returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, noise_of(path) if samples is None else samples, RATE_HZ)
    return path


def record_memo(path: Path) -> Path:
    """Writes a recording in the format that only the fake ffmpeg reads, and returns its path."""
    flac = record(path.with_suffix(".flac"), NOISE)
    path.write_bytes(b"M4A " + bytes(byte ^ 0xFF for byte in flac.read_bytes()))
    flac.unlink()
    return path


def install_fake_ffmpeg(folder: Path) -> None:
    """Puts the fake ffmpeg into a folder."""
    folder.mkdir()
    script = folder / "ffmpeg"
    script.write_text(FAKE_FFMPEG, encoding="utf-8")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
