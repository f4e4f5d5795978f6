"""How a person names a source, and what naming one costs."""

import subprocess
import sys
from pathlib import Path

import pytest

from soundpost.capture import Microphone, Recording, parse_source
from soundpost.errors import CaptureError


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("mic", Microphone(None)),
        ("mic:USB Audio", Microphone("USB Audio")),
        ("mic:hw:1,0", Microphone("hw:1,0")),
        ("mic:3", Microphone("3")),
        ("wav:/srv/night.flac", Recording(Path("/srv/night.flac"))),
        ("wav:a:b.wav", Recording(Path("a:b.wav"))),
    ],
)
def test_a_source_is_named_by_kind_and_name(text: str, source: Microphone | Recording) -> None:
    """Everything after the first colon is the name."""
    assert parse_source(text) == source


@pytest.mark.parametrize("text", ["", "mic:", "wav:", "wav", "ffmpeg:x", "MIC", "/srv/night.wav"])
def test_what_names_no_source_is_refused(text: str) -> None:
    """The error quotes what was got."""
    with pytest.raises(CaptureError, match="expected a source as mic, mic:NAME or wav:PATH"):
        parse_source(text)


def test_naming_sources_loads_no_sound_library() -> None:
    """A microphone pays for PyAudio alone, a file at the model's rate for soundfile alone."""
    program = """
import sys
import soundpost.capture
print([name for name in ("pyaudio", "soundfile", "soxr") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert done.stdout.strip() == b"[]"


def test_without_pyaudio_the_error_says_how_to_get_it() -> None:
    """A device without the extra gets a hint, not a traceback from an import."""
    program = """
import sys
sys.modules["pyaudio"] = None  # what Python does when an import is forbidden
from soundpost.capture import list_devices
from soundpost.errors import CaptureError
try:
    list_devices()
except CaptureError as error:
    print(error.hint)
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert b"pip install soundpost[mic]" in done.stdout
    assert b"apt install python3-pyaudio" in done.stdout
