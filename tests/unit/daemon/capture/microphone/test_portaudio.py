"""PortAudio without PyAudio; tests/integration/test_sound_card.py has it on a real card."""

import subprocess
import sys


def test_without_pyaudio_the_hint_names_the_packages() -> None:
    """A device without the extra gets a hint, not the traceback of an import."""
    program = """
import sys
sys.modules["pyaudio"] = None  # makes the import fail
from soundpost.capture.microphone.portaudio import list_devices
from soundpost.errors import CaptureError
try:
    list_devices()
except CaptureError as error:
    print(error.hint)
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert b"pip install soundpost[mic]" in done.stdout
    assert b"apt install python3-pyaudio" in done.stdout
