"""Sources as the user names them, and the libraries that they load."""

import subprocess
import sys
from pathlib import Path

import pytest

from soundpost.capture import FileSpec, MicSpec, PcmSpec, describe_source, parse_source
from soundpost.capture.source import SourceSpec
from soundpost.capture.stream.address import StreamAddress
from soundpost.errors import CaptureError


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("mic", MicSpec(None)),
        ("mic:USB Audio", MicSpec("USB Audio")),
        ("mic:hw:1,0", MicSpec("hw:1,0")),
        ("mic:3", MicSpec("3")),
        ("wav:/srv/night.flac", FileSpec(Path("/srv/night.flac"))),
        ("wav:a:b.wav", FileSpec(Path("a:b.wav"))),
        ("pcm:-", PcmSpec()),
        ("rtsp://cam/a", StreamAddress(None, "rtsp://cam/a")),
        ("rtsps://cam/a", StreamAddress(None, "rtsps://cam/a")),
        ("ffmpeg:http://radio/a", StreamAddress(None, "http://radio/a")),
    ],
)
def test_a_source_is_a_kind_and_a_name(text: str, source: SourceSpec) -> None:
    """The text after the first colon is the name."""
    assert parse_source(text) == source


@pytest.mark.parametrize(
    "text", ["", "mic:", "wav:", "wav", "rtsp:", "ffmpeg:", "pcm:a", "MIC", "/srv/night.wav"]
)
def test_text_that_is_not_a_source_is_refused(text: str) -> None:
    """The error gives the accepted forms."""
    with pytest.raises(CaptureError, match="expected a source as mic, mic:NAME, wav:PATH, rtsp:"):
        parse_source(text)


def test_a_stream_is_described_without_what_may_be_secret() -> None:
    """The log names other sources as the user does."""
    assert describe_source("rtsp://cam/a?token=secret") == "rtsp://cam/a?…"
    assert describe_source("mic:USB") == "mic:USB"


def test_importing_capture_loads_no_sound_library() -> None:
    """A microphone loads PyAudio only, a file at the model's rate soundfile only."""
    program = """
import sys
import soundpost.capture
print([name for name in ("pyaudio", "soundfile", "soxr") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert done.stdout.strip() == b"[]"
