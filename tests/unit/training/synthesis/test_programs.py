"""Sounds of programs: real processes that write, fail, hang or are missing."""

import sys
from pathlib import Path

import numpy as np
import pytest

from soundpost_training.synthesis import programs
from soundpost_training.synthesis.programs import RenderError, find_program, render
from soundpost_training.synthesis.signals import PEAK, RATE_HZ

WRITE = """
import sys, numpy, soundfile
level = float(sys.stdin.read() or 0)
tone = numpy.sin(numpy.arange(44100) * 2 * numpy.pi * 1000 / 44100)
soundfile.write(sys.argv[1], numpy.stack([level * tone, level * tone], axis=1), 44100)
"""


def python(code: str, path: Path) -> list[str]:
    """The arguments of a Python program that gets the path of its file."""
    return [sys.executable, "-c", code, str(path)]


def test_a_stereo_file_becomes_mono_at_16_khz() -> None:
    """The pitch stays, the peak is that of all made sounds."""
    samples = render(lambda path: python(WRITE, path), b"0.25")
    assert samples.dtype == np.float32
    assert len(samples) == RATE_HZ
    assert np.abs(samples).max() == pytest.approx(PEAK)
    assert np.abs(np.fft.rfft(samples)).argmax() == 1_000


@pytest.mark.parametrize(
    ("code", "stdin", "reason"),
    [
        ("raise SystemExit('no such voice')", b"", "status 1: no such voice"),
        ("pass", b"", "sound.wav"),
        (WRITE, b"0.00009", "no sound"),
        ("import sys; open(sys.argv[1], 'w').write('text')", b"", "sound.wav"),
    ],
)
def test_a_failed_program_is_an_error_with_its_reason(code: str, stdin: bytes, reason: str) -> None:
    """A status, a missing file, dither, a file that is no sound."""
    with pytest.raises(RenderError, match="cannot render") as raised:
        render(lambda path: python(code, path), stdin)
    assert reason in str(raised.value)


def test_a_program_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time limit."""
    monkeypatch.setattr(programs, "TIMEOUT_SECONDS", 0.5)
    with pytest.raises(RenderError, match="more than"):
        render(lambda path: python("import time; time.sleep(60)", path))


def test_a_missing_program_is_an_error_of_one_sound() -> None:
    """It may have been removed since it was found."""
    assert find_program("soundpost-no-such-program") is None
    with pytest.raises(RenderError, match="No such file"):
        render(lambda path: ["/nonexistent/program", str(path)])
